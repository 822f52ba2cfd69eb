import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyJson, anyName } from '../helpers/json.ts';
import { useRows } from '../helpers/rows.ts';

const MOST = 2 ** 53;

const anyMapping = fc
  .array(fc.tuple(fc.oneof(anyName, fc.constant('')), anyJson), { minLength: 1, maxLength: 6 })
  .map((entries) => Object.fromEntries(entries));

describe('hash', () => {
  const { redis, rows } = useRows();
  const stored = (key: string): string => `${rows.namespace}:hash:${key}`;

  it('gives back any JSON values under any fields', async () => {
    await fc.assert(
      fc.asyncProperty(anyMapping, async (mapping) => {
        const key = 'any';
        const count = Object.keys(mapping).length;
        assert.deepEqual(await rows.call('hash_set', { key, mapping }), { fields: count });
        assert.deepEqual(await rows.call('hash_get', { key }), { data: mapping, found: true });
        for (const [field, value] of Object.entries(mapping)) {
          assert.deepEqual(await rows.call('hash_get', { key, field }), { value, found: true });
        }
        assert.deepEqual(await rows.call('hash_delete', { key }), { deleted: count });
        assert.deepEqual(await rows.call('hash_get', { key }), { data: {}, found: false });
      }),
    );
  });

  it('reads what other clients write, and stores an ordinary string as it is', async () => {
    await redis.plain.hSet(stored('raw'), { number: '42', big: '12345678901234567890', python: 'True' });
    await rows.call('hash_set', { key: 'raw', mapping: { name: 'Ada' } });
    const data = { number: 42, big: '12345678901234567890', python: 'True', name: 'Ada' };
    assert.deepEqual(await rows.call('hash_get', { key: 'raw' }), { data, found: true });
    assert.equal(await redis.plain.hGet(stored('raw'), 'name'), 'Ada');
  });

  it('treats "" as a field, not as the whole hash', async () => {
    await rows.call('hash_set', { key: 'empty', mapping: { a: 1 } });
    assert.deepEqual(await rows.call('hash_get', { key: 'empty', field: '' }), { value: null, found: false });
    await rows.call('hash_set', { key: 'empty', mapping: { '': 2 } });
    assert.deepEqual(await rows.call('hash_get', { key: 'empty', field: '' }), { value: 2, found: true });
    assert.deepEqual(await rows.call('hash_delete', { key: 'empty', fields: [''] }), { deleted: 1 });
    assert.deepEqual(await rows.call('hash_get', { key: 'empty' }), { data: { a: 1 }, found: true });
  });

  it('distinguishes a stored null from a missing value', async () => {
    await rows.call('hash_set', { key: 'null', mapping: { a: null } });
    assert.deepEqual(await rows.call('hash_get', { key: 'null', field: 'a' }), { value: null, found: true });
    assert.deepEqual(await rows.call('hash_get', { key: 'null', field: 'b' }), { value: null, found: false });
  });

  it('keeps fields that are not named, and deletes those that are', async () => {
    await rows.call('hash_set', { key: 'keep', mapping: { a: 1, b: 2 } });
    await rows.call('hash_set', { key: 'keep', mapping: { b: 3, c: 4 } });
    assert.deepEqual((await rows.call('hash_get', { key: 'keep' })).data, { a: 1, b: 3, c: 4 });
    assert.deepEqual(await rows.call('hash_delete', { key: 'keep', fields: ['a', 'c', 'x'] }), {
      deleted: 2,
    });
    assert.deepEqual((await rows.call('hash_get', { key: 'keep' })).data, { b: 3 });
    assert.deepEqual(await rows.call('hash_delete', { key: 'nothing' }), { deleted: 0 });
  });

  it('refuses a field that is not well-formed Unicode, because two such fields would become one', async () => {
    await rows.failure('hash_set', { key: 'bad', mapping: { a: 1, '\ud800': 1 } }, 'INVALID_PARAMETERS');
    await rows.failure('hash_get', { key: 'bad', field: '\ud800' }, 'INVALID_PARAMETERS');
    assert.equal(await redis.plain.exists(stored('bad')), 0);
  });

  describe('hash_increment', () => {
    const increment = async (field: string, by?: number): Promise<number> =>
      (await rows.call('hash_increment', { key: 'n', field, ...(by !== undefined && { by }) })).value;

    for (const field of ['count', '', '__proto__']) {
      it(`counts from 0 in the field ${JSON.stringify(field)}, and is read as a number`, async () => {
        assert.equal(await increment(field), 1);
        assert.equal(await increment(field, -3), -2);
        assert.deepEqual(await rows.call('hash_get', { key: 'n', field }), { value: -2, found: true });
      });
    }

    it('keeps the other fields and the time to live', async () => {
      await rows.call('hash_set', { key: 'others', mapping: { a: 1, b: 'x' }, ttl: 100 });
      await rows.call('hash_increment', { key: 'others', field: 'a' });
      assert.deepEqual((await rows.call('hash_get', { key: 'others' })).data, { a: 2, b: 'x' });
      assert.ok((await redis.plain.ttl(stored('others'))) > 90);
    });

    for (const text of ['hello', '"5"', '1.5', '', 'null', ' 1', '1e3', '-', '00', '-0']) {
      it(`reports that ${JSON.stringify(text)} is not an integer, and how to store one`, async () => {
        await redis.plain.hSet(stored('n'), 'text', text);
        const input = { key: 'n', field: 'text' };
        const { outcome, hint } = await rows.failure('hash_increment', input, 'WRONG_TYPE');
        assert.equal(outcome, 'none');
        assert.match(String(hint), /"mapping":/);
        assert.equal(await redis.plain.hGet(stored('n'), 'text'), text);
      });
    }

    it('adds any two integers exactly, or refuses them and changes nothing', async () => {
      const integer = fc.integer({ min: -MOST + 1, max: MOST - 1 });
      await fc.assert(
        fc.asyncProperty(integer, integer, async (a, b) => {
          await redis.plain.hSet(stored('n'), 'sum', String(a));
          const sum = BigInt(a) + BigInt(b);
          if (sum > BigInt(MOST) || sum < -BigInt(MOST)) {
            await rows.failure('hash_increment', { key: 'n', field: 'sum', by: b }, 'CONFLICT');
            assert.equal(await redis.plain.hGet(stored('n'), 'sum'), String(a));
          } else {
            assert.equal(BigInt(await increment('sum', b)), sum);
            assert.equal(await redis.plain.hGet(stored('n'), 'sum'), String(sum));
          }
        }),
      );
    });

    it('refuses a field that is not well-formed Unicode', async () => {
      await rows.failure('hash_increment', { key: 'bad', field: '\ud800' }, 'INVALID_PARAMETERS');
      assert.equal(await redis.plain.exists(stored('bad')), 0);
    });

    it('counts every one of many parallel calls', async () => {
      const values = await Promise.all(Array.from({ length: 100 }, () => increment('race')));
      assert.equal(new Set(values).size, 100);
      assert.equal(Math.max(...values), 100);
    });
  });

  it('writes 100 000 fields in one call', async () => {
    const mapping = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, index]));
    assert.deepEqual(await rows.call('hash_set', { key: 'many', mapping }), { fields: 100_000 });
    assert.deepEqual((await rows.call('hash_get', { key: 'many' })).data, mapping);
    assert.deepEqual(await rows.call('hash_delete', { key: 'many', fields: Object.keys(mapping) }), {
      deleted: 100_000,
    });
  });

  it('sets, keeps or removes the time to live with the write', async () => {
    await rows.call('hash_set', { key: 'life', mapping: { a: 1 }, ttl: 100 });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('hash_set', { key: 'life', mapping: { a: 1 } });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('hash_set', { key: 'life', mapping: { a: 1 }, ttl: null });
    assert.equal(await redis.plain.ttl(stored('life')), -1);
  });

  it('leaves a key of another type as it is, its time to live too', async () => {
    await redis.plain.set(stored('text'), 'x');
    await rows.failure('hash_set', { key: 'text', mapping: { a: 1 }, ttl: 5 }, 'WRONG_TYPE');
    await rows.failure('hash_get', { key: 'text' }, 'WRONG_TYPE');
    await rows.failure('hash_delete', { key: 'text' }, 'WRONG_TYPE');
    await rows.failure('hash_increment', { key: 'text', field: 'a' }, 'WRONG_TYPE');
    assert.equal(await redis.plain.get(stored('text')), 'x');
    assert.equal(await redis.plain.ttl(stored('text')), -1);
  });
});
