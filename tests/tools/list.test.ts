import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyJson } from '../helpers/json.ts';
import { useRows } from '../helpers/rows.ts';

describe('list', () => {
  const { redis, rows } = useRows();
  const stored = (key: string): string => `${rows.namespace}:list:${key}`;

  it('gives back any JSON values in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyJson, { minLength: 1, maxLength: 6 }), async (values) => {
        const key = 'any';
        await rows.call('list_delete', { key });
        assert.deepEqual(await rows.call('list_push', { key, values, left: false }), {
          length: values.length,
        });
        assert.deepEqual(await rows.call('list_range', { key }), { values, count: values.length });
        for (const value of values)
          assert.deepEqual(await rows.call('list_pop', { key }), { value, found: true });
        assert.deepEqual(await rows.call('list_pop', { key }), { value: null, found: false });
      }),
    );
  });

  it('reads what other clients push, and stores true as true', async () => {
    await redis.plain.rPush(stored('raw'), ['True', 'true', '12345678901234567890', 'plain']);
    await rows.call('list_push', { key: 'raw', values: [true, 'true'], left: false });
    const { values } = await rows.call('list_range', { key: 'raw' });
    assert.deepEqual(values, ['True', true, '12345678901234567890', 'plain', true, 'true']);
    assert.deepEqual(await redis.plain.lRange(stored('raw'), -2, -1), ['true', '"true"']);
  });

  it('pushes at the head one after the other, or at the tail', async () => {
    await rows.call('list_push', { key: 'order', values: [1, 2] });
    await rows.call('list_push', { key: 'order', values: [3, 4], left: false });
    assert.deepEqual((await rows.call('list_range', { key: 'order' })).values, [2, 1, 3, 4]);
    assert.equal((await rows.call('list_pop', { key: 'order', left: false })).value, 4);
    assert.equal((await rows.call('list_pop', { key: 'order' })).value, 2);
  });

  it('counts the values of a list, and 0 when there is none', async () => {
    assert.deepEqual(await rows.call('list_length', { key: 'length' }), { length: 0 });
    await rows.call('list_push', { key: 'length', values: [null, 1, 1] });
    assert.deepEqual(await rows.call('list_length', { key: 'length' }), { length: 3 });
  });

  for (const value of [null, '', false, 0]) {
    it(`a popped ${JSON.stringify(value)} does not look like an empty list`, async () => {
      await rows.call('list_push', { key: 'pop', values: [value] });
      assert.deepEqual(await rows.call('list_pop', { key: 'pop' }), { value, found: true });
      assert.deepEqual(await rows.call('list_pop', { key: 'pop' }), { value: null, found: false });
    });
  }

  describe('list_push with max_length', () => {
    for (const [left, kept] of [
      [true, [5, 4, 3]],
      [false, [3, 4, 5]],
    ] as const) {
      it(`keeps the newest values when it pushes at the ${left ? 'head' : 'tail'}`, async () => {
        const push = async (values: number[], max_length: number): Promise<number> =>
          (await rows.call('list_push', { key: `kept-${left}`, values, left, max_length })).length;
        assert.equal(await push([1, 2], 3), 2);
        assert.equal(await push([3], 3), 3);
        assert.equal(await push([4, 5], 3), 3);
        assert.deepEqual((await rows.call('list_range', { key: `kept-${left}` })).values, kept);
        assert.equal(await push([6, 7, 8], 1), 1);
        assert.deepEqual((await rows.call('list_range', { key: `kept-${left}` })).values, [8]);
      });
    }

    it('keeps the newest of more values than one command of the script takes', async () => {
      const values = Array.from({ length: 10_001 }, (_, index) => index);
      const input = { key: 'long', values, left: false, max_length: 9000 };
      assert.deepEqual(await rows.call('list_push', input), { length: 9000 });
      assert.deepEqual((await rows.call('list_range', { key: 'long' })).values, values.slice(-9000));
    });

    it('keeps or sets the time to live', async () => {
      await rows.call('list_push', { key: 'capped', values: [1, 2], ttl: 100 });
      await rows.call('list_push', { key: 'capped', values: [3], max_length: 2 });
      assert.ok((await redis.plain.ttl(stored('capped'))) > 90);
      await rows.call('list_push', { key: 'capped', values: [4], max_length: 2, ttl: 5 });
      const left = await redis.plain.ttl(stored('capped'));
      assert.ok(left > 0 && left <= 5);
    });

    it('is never exceeded for a reader while others push', async () => {
      const push = (value: number): Promise<unknown> =>
        rows.call('list_push', { key: 'crowd', values: [value, value], max_length: 3 });
      const read = async (): Promise<number> => (await rows.call('list_length', { key: 'crowd' })).length;
      const lengths = await Promise.all(
        Array.from({ length: 100 }, async (_, index) => (await Promise.all([push(index), read()]))[1]),
      );
      assert.ok(Math.max(...lengths) <= 3);
    });

    it('refuses 0', async () => {
      await rows.failure('list_push', { key: 'none', values: [1], max_length: 0 }, 'INVALID_PARAMETERS');
    });
  });

  for (const [start, end, values] of [
    [0, -1, ['a', 'b', 'c', 'd']],
    [1, 2, ['b', 'c']],
    [-2, -1, ['c', 'd']],
    [-100, 0, ['a']],
    [3, 100, ['d']],
    [2, 1, []],
    [4, 9, []],
  ] as const) {
    it(`returns the range from ${start} to ${end}`, async () => {
      await rows.call('list_delete', { key: 'range' });
      await rows.call('list_push', { key: 'range', values: ['a', 'b', 'c', 'd'], left: false });
      assert.deepEqual(await rows.call('list_range', { key: 'range', start, end }), {
        values,
        count: values.length,
      });
    });
  }

  it('pushes 200 000 values in one call', async () => {
    const values = Array.from({ length: 200_000 }, (_, index) => index);
    assert.deepEqual(await rows.call('list_push', { key: 'many', values, left: false }), { length: 200_000 });
    assert.deepEqual((await rows.call('list_range', { key: 'many' })).values, values);
  });

  it('sets, keeps or removes the time to live with the push', async () => {
    await rows.call('list_push', { key: 'life', values: [1], ttl: 100 });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('list_push', { key: 'life', values: [1] });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('list_push', { key: 'life', values: [1], ttl: null });
    assert.equal(await redis.plain.ttl(stored('life')), -1);
  });

  it('leaves a key of another type as it is, its time to live too', async () => {
    await redis.plain.set(stored('text'), 'x');
    const error = await rows.failure('list_push', { key: 'text', values: [1], ttl: 5 }, 'WRONG_TYPE');
    assert.equal(error.outcome, 'none');
    assert.equal(await redis.plain.get(stored('text')), 'x');
    assert.equal(await redis.plain.ttl(stored('text')), -1);
    await rows.failure('list_pop', { key: 'text' }, 'WRONG_TYPE');
    await rows.failure('list_range', { key: 'text' }, 'WRONG_TYPE');
    await rows.failure('list_length', { key: 'text' }, 'WRONG_TYPE');
  });

  it('refuses an index beyond the integers of Redis', async () => {
    for (const index of [1e21, -1e21, 2 ** 53])
      for (const name of ['start', 'end'])
        await rows.failure('list_range', { key: 'none', [name]: index }, 'INVALID_PARAMETERS');
    await rows.call('list_range', { key: 'none', start: -(2 ** 53 - 1), end: 2 ** 53 - 1 });
  });

  it('refuses an empty list of values', async () => {
    await rows.failure('list_push', { key: 'none', values: [] }, 'INVALID_PARAMETERS');
  });

  it('deletes a list once', async () => {
    await rows.call('list_push', { key: 'gone', values: [1] });
    assert.deepEqual(await rows.call('list_delete', { key: 'gone' }), { deleted: true });
    assert.deepEqual(await rows.call('list_delete', { key: 'gone' }), { deleted: false });
  });
});
