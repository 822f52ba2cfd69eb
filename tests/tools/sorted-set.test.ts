import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SortedSetRangeInput } from '../../lib/generated/tools.ts';
import { anyJson } from '../helpers/json.ts';
import { useRows } from '../helpers/rows.ts';

const MOST = Number.MAX_VALUE;

/** Any finite score, including difficult ones. */
const anyScore = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 0.1, 5e-324, -5e-324, MOST, -MOST, 2 ** 53, 2 ** 53 - 1, 1e21, 1 / 3),
);

const SEVEN = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

type Entry = { member: unknown; score: number };

describe('sorted_set', () => {
  const { redis, rows } = useRows();
  const stored = (key: string): string => `${rows.namespace}:sorted_set:${key}`;
  const range = async (input: SortedSetRangeInput): Promise<Entry[]> => {
    const { members, count } = await rows.call('sorted_set_range', input);
    assert.equal(count, members.length);
    return members;
  };
  const names = async (input: SortedSetRangeInput): Promise<unknown[]> =>
    (await range(input)).map(({ member }) => member);
  /** Stores the members a, b, c, … with the scores 1, 2, 3, …. */
  const store = async (key: string, letters: readonly string[]): Promise<void> => {
    const members = letters.map((member, at) => ({ member, score: at + 1 }));
    await rows.call('sorted_set_add', { key, members });
  };

  it('gives back any JSON values with their exact scores, and 0 for -0', async () => {
    const distinct = fc.uniqueArray(fc.record({ member: anyJson, score: anyScore }), {
      minLength: 1,
      maxLength: 6,
      selector: ({ member }) => JSON.stringify(member),
    });
    await fc.assert(
      fc.asyncProperty(distinct, async (members) => {
        const key = 'any';
        await rows.call('sorted_set_delete', { key });
        assert.deepEqual(await rows.call('sorted_set_add', { key, members }), {
          added: members.length,
          changed: 0,
        });
        const found = await range({ key });
        const scores = members.map(({ score }) => score + 0);
        assert.deepStrictEqual(
          found.map(({ score }) => score),
          scores.sort((one, other) => one - other),
        );
        for (const { member, score } of members) {
          const { rank, ...rest } = await rows.call('sorted_set_rank', { key, member });
          assert.deepStrictEqual(rest, { score: score + 0, found: true });
          assert.deepStrictEqual(found[Number(rank)], { member, score: score + 0 });
          const reverse = await rows.call('sorted_set_rank', { key, member, reverse: true });
          assert.equal(reverse.rank, members.length - 1 - Number(rank));
          assert.ok((await range({ key, by: 'score', from: score, to: score })).length > 0);
        }
        const removed = await rows.call('sorted_set_remove', {
          key,
          members: members.map(({ member }) => member),
        });
        assert.deepEqual(removed, { removed: members.length });
      }),
    );
  });

  it('distinguishes the text "1" from the number 1', async () => {
    await rows.call('sorted_set_add', { key: 'types', members: [{ member: '1', score: 5 }] });
    const absent = { rank: null, score: null, found: false };
    assert.deepEqual(await rows.call('sorted_set_rank', { key: 'types', member: 1 }), absent);
    assert.deepEqual(await rows.call('sorted_set_remove', { key: 'types', members: [1, true] }), {
      removed: 0,
    });
  });

  for (const [only_if, result, scores] of [
    [undefined, { added: 1, changed: 2 }, { low: 5, high: 5, same: 5, fresh: 5 }],
    ['absent', { added: 1, changed: 0 }, { low: 1, high: 9, same: 5, fresh: 5 }],
    ['present', { added: 0, changed: 2 }, { low: 5, high: 5, same: 5 }],
    ['greater', { added: 1, changed: 1 }, { low: 5, high: 9, same: 5, fresh: 5 }],
    ['less', { added: 1, changed: 1 }, { low: 1, high: 5, same: 5, fresh: 5 }],
  ] as const) {
    it(`adds and changes only what only_if allows: ${String(only_if)}`, async () => {
      const key = `only_if ${String(only_if)}`;
      const before = { low: 1, high: 9, same: 5 };
      await rows.call('sorted_set_add', {
        key,
        members: Object.entries(before).map(([member, score]) => ({ member, score })),
      });
      const members = ['low', 'high', 'same', 'fresh'].map((member) => ({ member, score: 5 }));
      assert.deepEqual(
        await rows.call('sorted_set_add', { key, members, ...(only_if && { only_if }) }),
        result,
      );
      const after = (await range({ key })).map(({ member, score }) => [member, score]);
      assert.deepEqual(Object.fromEntries(after), scores);
    });
  }

  it('writes a member that is given twice one time after the other', async () => {
    const members = [3, 1, 2].map((score) => ({ member: 'a', score }));
    assert.deepEqual(await rows.call('sorted_set_add', { key: 'twice', members }), { added: 1, changed: 2 });
    assert.deepEqual(await range({ key: 'twice' }), [{ member: 'a', score: 2 }]);
  });

  it('finds the same members by rank as a slice of the whole set', async () => {
    await store('ranks', SEVEN);
    const rank = fc.option(fc.integer({ min: -10, max: 10 }));
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          from: rank,
          to: rank,
          reverse: fc.boolean(),
          limit: fc.integer({ min: 1, max: 9 }),
          offset: fc.nat(9),
        }),
        async (input) => {
          const whole = input.reverse ? SEVEN.toReversed() : SEVEN;
          const to = input.to ?? -1;
          const expected = whole
            .slice(input.from ?? 0, to === -1 ? undefined : to + 1)
            .slice(input.offset, input.offset + input.limit);
          assert.deepEqual(await names({ key: 'ranks', ...input }), expected);
        },
      ),
    );
  });

  it('finds the same members by score as a filter of the whole set', async () => {
    await store('scores', SEVEN);
    const bound = fc.option(fc.constantFrom(-1, 0, 1, 1.5, 3, 4, 6.5, 7, 8, MOST, -MOST));
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          from: bound,
          to: bound,
          reverse: fc.boolean(),
          limit: fc.integer({ min: 1, max: 9 }),
          offset: fc.nat(9),
        }),
        async (input) => {
          const found = SEVEN.filter(
            (_, at) => at + 1 >= (input.from ?? -MOST) && at + 1 <= (input.to ?? MOST),
          );
          if (input.reverse) found.reverse();
          const expected = found.slice(input.offset, input.offset + input.limit);
          assert.deepEqual(await names({ key: 'scores', by: 'score', ...input }), expected);
        },
      ),
    );
  });

  it('finds nothing, without a failure, in an absent set and far outside of a set', async () => {
    await store('small', ['a', 'b']);
    const far = Number.MAX_SAFE_INTEGER;
    for (const input of [
      { key: 'nothing' },
      { key: 'nothing', from: -1, to: -1 },
      { key: 'nothing', by: 'score' },
      { key: 'small', from: far },
      { key: 'small', to: -far },
      { key: 'small', from: far, offset: far },
      { key: 'small', offset: far },
      { key: 'small', by: 'score', offset: far },
    ] satisfies SortedSetRangeInput[])
      assert.deepEqual(await range(input), [], JSON.stringify(input));
    assert.deepEqual(await names({ key: 'small', from: -far, to: far }), ['a', 'b']);
  });

  it('returns 100 members without a limit', async () => {
    const members = Array.from({ length: 101 }, (_, index) => ({ member: index, score: index }));
    await rows.call('sorted_set_add', { key: 'default', members });
    for (const by of ['rank', 'score'] as const)
      assert.equal((await range({ key: 'default', by })).length, 100);
  });

  it('refuses ranks that are no integers, and scores that are not finite', async () => {
    await store('strict', ['a']);
    for (const bounds of [{ from: 0.5 }, { to: -1.5 }, { to: 2 ** 53 }])
      await rows.failure('sorted_set_range', { key: 'strict', ...bounds }, 'INVALID_PARAMETERS');
    for (const score of [Infinity, -Infinity, NaN]) {
      const members = [{ member: 'b', score }];
      await rows.failure('sorted_set_add', { key: 'strict', members }, 'INVALID_PARAMETERS');
      await rows.failure(
        'sorted_set_increment',
        { key: 'strict', member: 'b', by: score },
        'INVALID_PARAMETERS',
      );
      await rows.failure(
        'sorted_set_range',
        { key: 'strict', by: 'score', from: score },
        'INVALID_PARAMETERS',
      );
    }
    assert.deepEqual(await names({ key: 'strict' }), ['a']);
  });

  it('adds to a score like JavaScript, from 0 for a new member', async () => {
    await fc.assert(
      fc.asyncProperty(anyScore, anyScore, anyJson, async (first, by, member) => {
        const key = 'sums';
        await rows.call('sorted_set_delete', { key });
        const started = await rows.call('sorted_set_increment', { key, member, by: first });
        assert.deepStrictEqual(started, { score: first + 0 });
        const sum = first + by;
        if (Number.isFinite(sum)) {
          const { score } = await rows.call('sorted_set_increment', { key, member, by });
          assert.deepStrictEqual(score, sum + 0);
        } else {
          await rows.failure('sorted_set_increment', { key, member, by }, 'CONFLICT');
        }
        const { score } = await rows.call('sorted_set_rank', { key, member });
        assert.deepStrictEqual(score, Number.isFinite(sum) ? sum + 0 : first + 0);
      }),
    );
    const { score } = await rows.call('sorted_set_increment', { key: 'sums by 1', member: 'a' });
    assert.equal(score, 1);
  });

  it('writes nothing when the sum would not be finite', async () => {
    const members = [{ member: 'a', score: MOST }];
    await rows.call('sorted_set_add', { key: 'huge', members });
    await rows.failure('sorted_set_increment', { key: 'huge', member: 'a', by: MOST }, 'CONFLICT');
    assert.deepEqual(await range({ key: 'huge' }), members);
  });

  it('reads what other clients add, and fails for their infinite scores', async () => {
    await redis.plain.zAdd(stored('raw'), [
      { score: 1, value: 'plain' },
      { score: -0, value: '42' },
    ]);
    assert.deepStrictEqual(await range({ key: 'raw' }), [
      { member: 42, score: 0 },
      { member: 'plain', score: 1 },
    ]);
    await redis.plain.zAdd(stored('raw'), { score: Infinity, value: 'endless' });
    const key = 'raw';
    await rows.failure('sorted_set_range', { key }, 'WRONG_TYPE');
    await rows.failure('sorted_set_range', { key, by: 'score' }, 'WRONG_TYPE');
    await rows.failure('sorted_set_rank', { key, member: 'endless' }, 'WRONG_TYPE');
    await rows.failure('sorted_set_increment', { key, member: 'endless' }, 'CONFLICT');
    assert.deepEqual(await names({ key, by: 'score', to: MOST }), [42, 'plain']);
  });

  it('adds, returns and removes 100 000 members in one call', async () => {
    const key = 'many';
    const members = Array.from({ length: 100_000 }, (_, index) => ({ member: index, score: index / 7 }));
    assert.deepEqual(await rows.call('sorted_set_add', { key, members }), { added: 100_000, changed: 0 });
    const raised = members.map(({ member, score }) => ({ member, score: member % 2 ? score : score + 1e6 }));
    assert.deepEqual(await rows.call('sorted_set_add', { key, members: raised, only_if: 'greater' }), {
      added: 0,
      changed: 50_000,
    });
    const expected = raised.sort((one, other) => one.score - other.score);
    assert.deepEqual(await range({ key, limit: 100_000 }), expected);
    assert.deepEqual(await range({ key, by: 'score', limit: 100_000 }), expected);
    const removed = await rows.call('sorted_set_remove', {
      key,
      members: members.map(({ member }) => member),
    });
    assert.deepEqual(removed, { removed: 100_000 });
  });

  it('sets, keeps or removes the time to live with the write', async () => {
    const add = async (score: number, more: { ttl?: number | null }): Promise<unknown> =>
      await rows.call('sorted_set_add', { key: 'life', members: [{ member: 'a', score }], ...more });
    await add(1, { ttl: 100 });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await add(2, {});
    await rows.call('sorted_set_increment', { key: 'life', member: 'a' });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await add(3, { ttl: null });
    assert.equal(await redis.plain.ttl(stored('life')), -1);
  });

  it('leaves a key of another type as it is, its time to live too', async () => {
    const key = 'text';
    await redis.plain.set(stored(key), 'x');
    await rows.failure('sorted_set_add', { key, members: [{ member: 1, score: 1 }], ttl: 5 }, 'WRONG_TYPE');
    await rows.failure('sorted_set_range', { key }, 'WRONG_TYPE');
    await rows.failure('sorted_set_range', { key, by: 'score' }, 'WRONG_TYPE');
    await rows.failure('sorted_set_rank', { key, member: 1 }, 'WRONG_TYPE');
    await rows.failure('sorted_set_increment', { key, member: 1 }, 'WRONG_TYPE');
    await rows.failure('sorted_set_remove', { key, members: [1] }, 'WRONG_TYPE');
    assert.equal(await redis.plain.get(stored(key)), 'x');
    assert.equal(await redis.plain.ttl(stored(key)), -1);
  });

  it('deletes a sorted set once', async () => {
    await store('gone', ['a']);
    assert.deepEqual(await rows.call('sorted_set_delete', { key: 'gone' }), { deleted: true });
    assert.deepEqual(await rows.call('sorted_set_delete', { key: 'gone' }), { deleted: false });
  });
});
