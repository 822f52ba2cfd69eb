import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { CacheKeysResult } from '../../lib/generated/tools.ts';
import { anyJson, anyName } from '../helpers/json.ts';
import { openRows, useRows, type Rows } from '../helpers/rows.ts';

const MOST = 2 ** 53;

describe('cache', () => {
  const { redis, rows } = useRows();
  const stored = (key: string): string => `${rows.namespace}:cache:${key}`;

  it('gives back any JSON value under any key', async () => {
    await fc.assert(
      fc.asyncProperty(anyName, anyJson, async (key, value) => {
        await rows.call('cache_set', { key, value });
        assert.deepEqual(await rows.call('cache_get', { key }), { value, found: true });
      }),
    );
  });

  it('returns −0 as 0', async () => {
    await rows.call('cache_set', { key: 'zero', value: [-0] });
    const { value } = await rows.call('cache_get', { key: 'zero' });
    assert.ok(Array.isArray(value) && Object.is(value[0], 0));
  });

  it('stores an ordinary string as it is', async () => {
    await rows.call('cache_set', { key: 'greeting', value: 'hello, world' });
    assert.equal(await redis.plain.get(stored('greeting')), 'hello, world');
  });

  for (const [text, value] of [
    ['plain text', 'plain text'],
    ['', ''],
    ['42', 42],
    ['{"a":[1]}', { a: [1] }],
    ['12345678901234567890', '12345678901234567890'],
    ['[1.00000000000000001]', '[1.00000000000000001]'],
    ['007', '007'],
    ['null', null],
    ['{broken', '{broken'],
  ] as const) {
    it(`reads ${JSON.stringify(text)}, written by another client, as ${JSON.stringify(value)}`, async () => {
      await redis.plain.set(stored('raw'), text);
      assert.deepEqual(await rows.call('cache_get', { key: 'raw' }), { value, found: true });
    });
  }

  it('distinguishes the text "123" from the number and the text "null" from null', async () => {
    for (const value of ['123', 123, 'null', null, 'true', true]) {
      await rows.call('cache_set', { key: 'guess', value });
      assert.deepEqual(await rows.call('cache_get', { key: 'guess' }), { value, found: true });
    }
  });

  it('distinguishes a stored null from a missing value', async () => {
    assert.deepEqual(await rows.call('cache_get', { key: 'nothing' }), { value: null, found: false });
  });

  it('cache_get cannot read a session', async () => {
    const { session_id } = await rows.call('session_create', { data: { secret: 1 } });
    for (const key of [`session:${session_id}`, `:session:${session_id}`, `../session:${session_id}`]) {
      assert.deepEqual(await rows.call('cache_get', { key }), { value: null, found: false });
      assert.deepEqual(await rows.call('cache_delete', { key }), { deleted: false });
    }
    assert.equal((await rows.call('session_get', { session_id })).found, true);
  });

  it('cache_keys lists no key of another group', async () => {
    const own = openRows(redis);
    await own.call('session_create', {});
    await own.call('list_push', { key: 'l', values: [1] });
    await own.call('hash_set', { key: 'h', mapping: { a: 1 } });
    await own.call('set_add', { key: 's', members: [1] });
    await own.call('rate_limit_check', { identifier: 'r', limit: 1, window_seconds: 60 });
    await own.call('cache_set', { key: 'session:1', value: 1 });
    assert.deepEqual(await own.call('cache_keys', {}), { keys: ['session:1'], count: 1, cursor: null });
    await own.close();
  });

  it('refuses a missing or empty key', async () => {
    await rows.failure('cache_set', { key: '', value: 1 }, 'INVALID_PARAMETERS');
    await rows.failure('cache_set', { value: 1 } as never, 'INVALID_PARAMETERS');
    assert.equal(await redis.plain.exists(stored('')), 0);
  });

  it('refuses a key that is not well-formed Unicode', async () => {
    await rows.failure('cache_set', { key: 'a\ud800', value: 1 }, 'INVALID_PARAMETERS');
    await rows.failure('cache_keys', { pattern: '\ud800*' }, 'INVALID_PARAMETERS');
  });

  describe('cache_set', () => {
    it('sets the time to live with the value, by default one hour', async () => {
      assert.deepEqual(await rows.call('cache_set', { key: 't', value: 1 }), {
        key: 't',
        ttl: 3600,
        stored: true,
      });
      assert.ok((await redis.plain.ttl(stored('t'))) > 3590);
      await rows.call('cache_set', { key: 't', value: 1, ttl: 10 });
      assert.ok((await redis.plain.ttl(stored('t'))) <= 10);
      await rows.call('cache_set', { key: 't', value: 1, ttl: null });
      assert.equal(await redis.plain.ttl(stored('t')), -1);
    });

    it('accepts a ttl from one second to ten years', async () => {
      await rows.call('cache_set', { key: 't', value: 1, ttl: 315_360_000 });
      for (const ttl of [0, -1, 315_360_001, 1.5]) {
        await rows.failure('cache_set', { key: 't', value: 1, ttl }, 'INVALID_PARAMETERS');
      }
    });

    it('writes with only_if when the key is absent or present', async () => {
      const set = async (value: number, only_if: 'absent' | 'present'): Promise<boolean> =>
        (await rows.call('cache_set', { key: 'if', value, only_if })).stored;
      assert.equal(await set(1, 'present'), false);
      assert.equal(await set(2, 'absent'), true);
      assert.equal(await set(3, 'absent'), false);
      assert.equal((await rows.call('cache_get', { key: 'if' })).value, 2);
      assert.equal(await set(4, 'present'), true);
      assert.equal((await rows.call('cache_get', { key: 'if' })).value, 4);
    });
  });

  describe('cache_set with expected', () => {
    it('replaces any JSON value that the key holds, and its time to live', async () => {
      await fc.assert(
        fc.asyncProperty(anyJson, anyJson, async (before, value) => {
          await rows.call('cache_set', { key: 'cas', value: before });
          const input = { key: 'cas', value, expected: before };
          assert.deepEqual(await rows.call('cache_set', { ...input, ttl: null }), {
            key: 'cas',
            ttl: null,
            stored: true,
          });
          assert.deepEqual(await rows.call('cache_get', { key: 'cas' }), { value, found: true });
          assert.equal(await redis.plain.ttl(stored('cas')), -1);
        }),
      );
      await rows.call('cache_set', { key: 'cas', value: 1 });
      await rows.call('cache_set', { key: 'cas', value: 2, expected: 1, ttl: 10 });
      const left = await redis.plain.ttl(stored('cas'));
      assert.ok(left > 0 && left <= 10);
    });

    for (const [before, expected] of [
      [1, '1'],
      ['null', null],
      [null, 'null'],
      [null, ''],
      [false, null],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ]) {
      it(`stores nothing when ${JSON.stringify(before)} is there and ${JSON.stringify(expected)} expected`, async () => {
        await rows.call('cache_set', { key: 'cas', value: before, ttl: null });
        const { stored: isStored } = await rows.call('cache_set', { key: 'cas', value: 'new', expected });
        assert.equal(isStored, false);
        assert.deepEqual(await rows.call('cache_get', { key: 'cas' }), { value: before, found: true });
        assert.equal(await redis.plain.ttl(stored('cas')), -1);
      });
    }

    it('stores nothing under an absent key, also when null is expected', async () => {
      for (const expected of [null, '', 0]) {
        const result = await rows.call('cache_set', { key: 'cas-absent', value: 1, expected });
        assert.equal(result.stored, false);
      }
      assert.equal(await redis.plain.exists(stored('cas-absent')), 0);
    });

    it('lets one of many parallel writers through', async () => {
      await rows.call('cache_set', { key: 'cas', value: 'free' });
      const take = async (_: unknown, value: number): Promise<boolean> =>
        (await rows.call('cache_set', { key: 'cas', value, expected: 'free' })).stored;
      const taken = await Promise.all(Array.from({ length: 50 }, take));
      assert.equal(taken.filter(Boolean).length, 1);
      assert.equal((await rows.call('cache_get', { key: 'cas' })).value, taken.indexOf(true));
    });

    it('refuses only_if beside it, and a key of another type', async () => {
      for (const only_if of ['absent', 'present'] as const) {
        const input = { key: 'cas', value: 1, expected: null, only_if };
        await rows.failure('cache_set', input, 'INVALID_PARAMETERS');
      }
      await redis.plain.lPush(stored('cas-list'), 'x');
      await rows.failure('cache_set', { key: 'cas-list', value: 1, expected: 'x' }, 'WRONG_TYPE');
      assert.equal(await redis.plain.lLen(stored('cas-list')), 1);
    });
  });

  it('deletes a key once, and reports whether a key exists', async () => {
    await rows.call('cache_set', { key: 'gone', value: null });
    assert.deepEqual(await rows.call('cache_exists', { key: 'gone' }), { exists: true });
    assert.deepEqual(await rows.call('cache_delete', { key: 'gone' }), { deleted: true });
    assert.deepEqual(await rows.call('cache_delete', { key: 'gone' }), { deleted: false });
    assert.deepEqual(await rows.call('cache_exists', { key: 'gone' }), { exists: false });
  });

  it('cache_ttl distinguishes an absent key, a key without expiry, and less than a second', async () => {
    const nothing = { exists: false, ttl: null, ttl_ms: null, persistent: false };
    assert.deepEqual(await rows.call('cache_ttl', { key: 'never-there' }), nothing);
    await rows.call('cache_set', { key: 'ever', value: 1, ttl: null });
    assert.deepEqual(await rows.call('cache_ttl', { key: 'ever' }), {
      exists: true,
      ttl: null,
      ttl_ms: null,
      persistent: true,
    });
    await redis.plain.set(stored('short'), '1', { expiration: { type: 'PX', value: 900 } });
    const { exists, ttl, ttl_ms, persistent } = await rows.call('cache_ttl', { key: 'short' });
    assert.deepEqual({ exists, ttl, persistent }, { exists: true, ttl: 1, persistent: false });
    assert.ok(ttl_ms !== null && ttl_ms > 0 && ttl_ms <= 900);
  });

  describe('cache_get_many', () => {
    it('gives back any JSON values under any keys, and names each missing key once', async () => {
      const own = openRows(redis);
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(anyName, { minLength: 2, maxLength: 6 }),
          anyJson,
          async (names, value) => {
            const [absent = '', ...there] = names;
            await own.call('cache_delete', { key: absent });
            for (const key of there) await own.call('cache_set', { key, value });
            assert.deepEqual(await own.call('cache_get_many', { keys: [...names, absent, ...there] }), {
              values: Object.fromEntries(there.map((key) => [key, value])),
              missing: [absent],
            });
          },
        ),
      );
      await own.close();
    });

    it('keeps keys that are named like members of every object', async () => {
      // A random name of another test may be one of these.
      const own = openRows(redis);
      const keys = ['__proto__', 'constructor', 'toString'];
      for (const key of keys) await own.call('cache_set', { key, value: [key] });
      const { values, missing } = await own.call('cache_get_many', { keys });
      assert.deepEqual(
        Object.entries(values),
        keys.map((key) => [key, [key]]),
      );
      assert.deepEqual(missing, []);
      assert.deepEqual((await own.call('cache_get_many', { keys: ['valueOf'] })).missing, ['valueOf']);
      await own.close();
    });

    it('reads 1000 keys and refuses more, none, and an empty key', async () => {
      const keys = Array.from({ length: 1000 }, (_, index) => `many-${index}`);
      assert.deepEqual((await rows.call('cache_get_many', { keys })).missing, keys);
      for (const wrong of [[...keys, 'more'], [], ['']])
        await rows.failure('cache_get_many', { keys: wrong }, 'INVALID_PARAMETERS');
    });

    it('fails when one of the keys holds another type', async () => {
      await redis.plain.lPush(stored('many-list'), 'x');
      await rows.failure('cache_get_many', { keys: ['nothing', 'many-list'] }, 'WRONG_TYPE');
    });
  });

  describe('cache_set_many', () => {
    it('stores any JSON values under any keys, with one time to live', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.dictionary(anyName, anyJson, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
          async (entries) => {
            const keys = Object.keys(entries);
            assert.deepEqual(await rows.call('cache_set_many', { entries }), { stored: keys.length });
            const { values } = await rows.call('cache_get_many', { keys });
            assert.deepEqual(values, entries);
          },
        ),
      );
      for (const [ttl, least, most] of [
        [undefined, 3590, 3600],
        [10, 1, 10],
        [null, -1, -1],
      ] as const) {
        await rows.call('cache_set_many', { entries: { t: 1, u: 2 }, ...(ttl !== undefined && { ttl }) });
        for (const key of ['t', 'u']) {
          const left = await redis.plain.ttl(stored(key));
          assert.ok(left >= least && left <= most, `${left}`);
        }
      }
    });

    it('replaces a key that holds another type, as cache_set does', async () => {
      await redis.plain.lPush(stored('was-list'), 'x');
      await rows.call('cache_set_many', { entries: { 'was-list': 1 } });
      assert.equal((await rows.call('cache_get', { key: 'was-list' })).value, 1);
    });

    it('stores 1000 values, also under names of members of every object, and refuses more, none, and an empty key', async () => {
      const names = Array.from({ length: 997 }, (_, index) => `set-many-${index}`);
      const all = [...names, '__proto__', 'constructor', 'toString'];
      const entries: Record<string, unknown> = Object.fromEntries(all.map((key) => [key, key]));
      assert.deepEqual(await rows.call('cache_set_many', { entries }), { stored: 1000 });
      const { values } = await rows.call('cache_get_many', { keys: all });
      assert.deepEqual(Object.entries(values), Object.entries(entries));
      for (const wrong of [{ ...entries, more: 1 }, {}, { '': 1 }])
        await rows.failure('cache_set_many', { entries: wrong }, 'INVALID_PARAMETERS');
    });

    it('refuses a key that is not well-formed Unicode, and stores nothing', async () => {
      await rows.failure('cache_set_many', { entries: { fine: 1, 'a\ud800': 1 } }, 'INVALID_PARAMETERS');
      assert.equal((await rows.call('cache_exists', { key: 'fine' })).exists, false);
    });
  });

  describe('cache_touch', () => {
    it('sets or removes the time to live, and leaves the value as it is', async () => {
      await rows.call('cache_set', { key: 'touch', value: 'kept', ttl: 10 });
      for (const [ttl, least, most] of [
        [1000, 990, 1000],
        [5, 1, 5],
        [null, -1, -1],
        [null, -1, -1],
        [60, 50, 60],
      ] as const) {
        assert.deepEqual(await rows.call('cache_touch', { key: 'touch', ttl }), { exists: true });
        const left = await redis.plain.ttl(stored('touch'));
        assert.ok(left >= least && left <= most, `${left} after ${ttl}`);
      }
      assert.equal(await redis.plain.get(stored('touch')), 'kept');
    });

    it('reports an absent key, and does not create it', async () => {
      for (const ttl of [5, null])
        assert.deepEqual(await rows.call('cache_touch', { key: 'untouched', ttl }), { exists: false });
      assert.equal(await redis.plain.exists(stored('untouched')), 0);
    });

    it('refuses a missing ttl and one that is out of range', async () => {
      await rows.failure('cache_touch', { key: 'touch' } as never, 'INVALID_PARAMETERS');
      for (const ttl of [0, -1, 315_360_001])
        await rows.failure('cache_touch', { key: 'touch', ttl }, 'INVALID_PARAMETERS');
    });
  });

  describe('cache_keys', () => {
    let own: Rows;
    const keysOf = async (pattern: string): Promise<string[]> =>
      (await own.call('cache_keys', { pattern })).keys.sort();

    before(async () => {
      own = openRows(redis, 'names.with-dots');
      for (const key of ['ab', 'a*', 'a?', 'a[b]', 'a\\b', 'b', 'ac'])
        await own.call('cache_set', { key, value: 1 });
    });
    after(() => own.close());

    for (const [pattern, keys] of [
      ['*', ['a*', 'a?', 'a[b]', 'a\\b', 'ab', 'ac', 'b']],
      ['a\\*', ['a*']],
      ['a\\?', ['a?']],
      ['a?', ['a*', 'a?', 'ab', 'ac']],
      ['a[bc]', ['ab', 'ac']],
      ['a\\[b\\]', ['a[b]']],
      ['a\\\\b', ['a\\b']],
      ['b', ['b']],
      ['cache:*', []],
    ] as const) {
      it(`matches ${pattern}`, async () => assert.deepEqual(await keysOf(pattern), keys));
    }

    it('an escaped star matches only a star', async () => assert.deepEqual(await keysOf('a\\*'), ['a*']));

    it('does not read a dot of the namespace as a pattern', async () => {
      const other = openRows(redis, 'namesXwith-dots');
      await other.call('cache_set', { key: 'foreign', value: 1 });
      assert.deepEqual(await keysOf('foreign'), []);
      await other.close();
    });

    it('gives every key once, page by page, and ends with a null cursor', async () => {
      const many = openRows(redis);
      const names = Array.from({ length: 5000 }, (_, index) => `key-${index}`);
      await redis.plain.mSet(
        names.map((name) => [`${many.namespace}:cache:${name}`, '1'] as [string, string]),
      );
      const found: string[] = [];
      let cursor: string | null = '0';
      do {
        const page: CacheKeysResult = await many.call('cache_keys', { limit: 100, cursor });
        assert.equal(new Set(page.keys).size, page.count, 'no key twice in a page');
        found.push(...page.keys);
        cursor = page.cursor;
      } while (cursor !== null);
      assert.deepEqual([...new Set(found)].sort(), names.sort());
      await many.close();
    });

    it('never sends KEYS', async () => {
      await own.call('cache_keys', {});
      assert.doesNotMatch(await redis.plain.info('commandstats'), /cmdstat_keys:/);
    });

    it('refuses an invalid cursor', async () => {
      await own.failure('cache_keys', { cursor: '99999999999999999999' }, 'INVALID_PARAMETERS');
    });
  });

  describe('cache_increment', () => {
    const increment = async (key: string, by?: number, ttl?: number | null): Promise<number> =>
      (
        await rows.call('cache_increment', {
          key,
          ...(by !== undefined && { by }),
          ...(ttl !== undefined && { ttl }),
        })
      ).value;

    it('counts from 0, by default in steps of 1, and is read as a number', async () => {
      assert.equal(await increment('count'), 1);
      assert.equal(await increment('count', -3), -2);
      assert.equal((await rows.call('cache_get', { key: 'count' })).value, -2);
    });

    for (const [before, by, after] of [
      [MOST - 1, 1, MOST],
      [1, MOST - 1, MOST],
      [-MOST + 1, -1, -MOST],
      [MOST, -MOST, 0],
      [-MOST, MOST, 0],
      [MOST, 0, MOST],
      [0, -MOST, -MOST],
      // node-redis rounds these two when they come as integer replies.
      [3, 9007199254740968, 9007199254740971],
      [-30, -9007199254740941, -9007199254740971],
    ] as const) {
      it(`adds ${by} to ${before} exactly`, async () => {
        await rows.call('cache_set', { key: 'edge', value: before });
        assert.equal(await increment('edge', by), after);
        assert.equal(await redis.plain.get(stored('edge')), String(after));
        assert.equal((await rows.call('cache_get', { key: 'edge' })).value, after);
      });
    }

    for (const [before, by] of [
      [String(MOST), 1],
      [String(MOST), MOST],
      [String(-MOST), -1],
      ['9007199254740993', -5],
      ['99999999999999999999999', -1],
      ['2', MOST - 1],
    ] as const) {
      it(`refuses ${before} + ${by} and changes nothing`, async () => {
        await redis.plain.set(stored('edge'), before);
        await rows.failure('cache_increment', { key: 'edge', by, ttl: 5 }, 'CONFLICT');
        assert.equal(await redis.plain.get(stored('edge')), before);
        assert.equal(await redis.plain.ttl(stored('edge')), -1);
      });
    }

    for (const text of ['hello', '"5"', '1.5', '', '[]', 'null', ' 1', '1e3', '--1', '-', '00']) {
      it(`reports that ${JSON.stringify(text)} is not an integer`, async () => {
        await redis.plain.set(stored('text'), text);
        await rows.failure('cache_increment', { key: 'text' }, 'WRONG_TYPE');
        assert.equal(await redis.plain.get(stored('text')), text);
      });
    }

    it('reports that a list is not an integer', async () => {
      await redis.plain.lPush(stored('list'), 'x');
      await rows.failure('cache_increment', { key: 'list' }, 'WRONG_TYPE');
    });

    it('adds any two integers exactly, or refuses them', async () => {
      const integer = fc.integer({ min: -MOST + 1, max: MOST - 1 });
      await fc.assert(
        fc.asyncProperty(integer, integer, async (a, b) => {
          await redis.plain.set(stored('sum'), String(a));
          const sum = BigInt(a) + BigInt(b);
          if (sum > BigInt(MOST) || sum < -BigInt(MOST))
            await rows.failure('cache_increment', { key: 'sum', by: b }, 'CONFLICT');
          else assert.equal(BigInt(await increment('sum', b)), sum);
        }),
      );
    });

    it('keeps, sets or removes the time to live', async () => {
      await increment('life', 1, 100);
      assert.ok((await redis.plain.ttl(stored('life'))) > 90);
      await increment('life');
      assert.ok((await redis.plain.ttl(stored('life'))) > 90);
      await increment('life', 1, null);
      assert.equal(await redis.plain.ttl(stored('life')), -1);
    });

    for (const [before, by, bounds, value, applied] of [
      [9, 1, { ceiling: 10 }, 10, true],
      [9, 2, { ceiling: 10 }, 9, false],
      [null, 1, { ceiling: 0 }, 0, false],
      [null, -1, { floor: 0 }, 0, false],
      [1, -1, { floor: 0 }, 0, true],
      [-5, -1, { floor: -5, ceiling: 5 }, -5, false],
      // A bound limits the steps towards it only, so a value beyond a new bound can return.
      [20, -5, { ceiling: 10 }, 15, true],
      [-20, 5, { floor: -10 }, -15, true],
      [20, 0, { floor: 0, ceiling: 10 }, 20, true],
      // The bound is reached before the end of the range.
      [1, MOST, { ceiling: MOST }, 1, false],
      [-1, -MOST, { floor: -MOST }, -1, false],
      [MOST - 1, 1, { ceiling: MOST }, MOST, true],
      [MOST - 1, 1, { ceiling: MOST - 1 }, MOST - 1, false],
    ] as const) {
      it(`with ${JSON.stringify(bounds)}, ${before} + ${by} is ${applied ? '' : 'not '}applied`, async () => {
        await rows.call('cache_delete', { key: 'bound' });
        if (before !== null) await rows.call('cache_set', { key: 'bound', value: before, ttl: null });
        const result = await rows.call('cache_increment', { key: 'bound', by, ttl: 60, ...bounds });
        assert.deepEqual(result, { value, applied });
        const text = applied ? String(value) : before === null ? null : String(before);
        assert.equal(await redis.plain.get(stored('bound')), text);
        const ttl = await redis.plain.ttl(stored('bound'));
        if (applied) assert.ok(ttl > 50);
        else assert.equal(ttl, before === null ? -2 : -1);
      });
    }

    it('still refuses a sum out of range when the bound is on the other side', async () => {
      await rows.call('cache_set', { key: 'bound', value: 1 });
      await rows.failure('cache_increment', { key: 'bound', by: MOST, floor: 0 }, 'CONFLICT');
    });

    it('applies as many parallel steps as fit below the ceiling', async () => {
      const step = async (): Promise<boolean> =>
        (await rows.call('cache_increment', { key: 'seats', ceiling: 10 })).applied;
      const applied = await Promise.all(Array.from({ length: 50 }, step));
      assert.equal(applied.filter(Boolean).length, 10);
      assert.equal((await rows.call('cache_get', { key: 'seats' })).value, 10);
    });

    it('counts every one of many parallel calls', async () => {
      const values = await Promise.all(Array.from({ length: 200 }, () => increment('race')));
      assert.deepEqual(
        values.sort((a, b) => a - b),
        Array.from({ length: 200 }, (_, index) => index + 1),
      );
    });
  });
});
