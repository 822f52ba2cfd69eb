import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyJson, anyText } from '../helpers/json.ts';
import { dump } from '../helpers/redis-server.ts';
import { openRows, useRows } from '../helpers/rows.ts';

const anyData = fc
  .array(fc.tuple(anyText, anyJson), { maxLength: 6 })
  .map((entries): Record<string, unknown> => Object.fromEntries(entries));

describe('session', () => {
  const { redis, rows } = useRows();
  const stored = (id: string): string => `${rows.namespace}:session:${id}`;
  const create = async (data: Record<string, unknown>, ttl?: number | null): Promise<string> =>
    (await rows.call('session_create', { data, ...(ttl !== undefined && { ttl }) })).session_id;
  const read = async (id: string) => {
    const { session } = await rows.call('session_get', { session_id: id });
    assert.ok(session, 'the session is there');
    return session;
  };

  it('gives back any data, and merges any into any', async () => {
    await fc.assert(
      fc.asyncProperty(anyData, anyData, async (data, more) => {
        const id = await create(data);
        assert.deepEqual((await read(id)).data, data);
        await rows.call('session_update', { session_id: id, data: more });
        const merged = Object.fromEntries([...Object.entries(data), ...Object.entries(more)]);
        assert.deepEqual((await read(id)).data, merged);
        await rows.call('session_update', { session_id: id, data: more, merge: false });
        assert.deepEqual((await read(id)).data, more);
      }),
    );
  });

  it('keeps data keys distinct from its own fields of the same names', async () => {
    const data = {
      revision: 9,
      created_at: 'x',
      'data:a': 1,
      'json:"a"': 2,
      '': 3,
      '\ud800': 4,
      '"\\ud800"': 5,
    };
    const id = await create(data);
    const session = await read(id);
    assert.deepEqual(session.data, data);
    assert.equal(session.revision, 1);
  });

  it('gives times in UTC with Z, by the clock of the server', async () => {
    const begun = Date.now() - 1;
    const id = await create({});
    const { created_at, updated_at } = await read(id);
    assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(Date.parse(created_at) >= begun && Date.parse(created_at) <= Date.now() + 1);
    assert.equal(updated_at, created_at);
    await rows.call('session_update', { session_id: id, data: {} });
    const later = await read(id);
    assert.equal(later.created_at, created_at);
    assert.ok(later.updated_at >= updated_at);
  });

  it('expires after one hour by default, and never with a ttl of null', async () => {
    const id = await create({});
    assert.ok((await redis.plain.ttl(stored(id))) > 3590);
    assert.equal((await rows.call('session_get', { session_id: id })).ttl, 3600);
    const ever = await create({}, null);
    assert.equal(await redis.plain.ttl(stored(ever)), -1);
    assert.equal((await rows.call('session_get', { session_id: ever })).ttl, null);
  });

  it('returns null for a session that does not exist', async () => {
    assert.deepEqual(await rows.call('session_get', { session_id: 'none' }), {
      session: null,
      found: false,
      ttl: null,
    });
    assert.deepEqual(await rows.call('session_delete', { session_id: 'none' }), { deleted: false });
  });

  for (const revision of ['abc', '', '0', '-1', '1.5', ' 1', '12345678901234567890']) {
    it(`does not treat a hash with revision ${JSON.stringify(revision)} as a session, and does not change it`, async () => {
      const id = randomUUID();
      await redis.plain.hSet(stored(id), { revision, created_at: '1', updated_at: '1', 'data:a': '1' });
      const untouched = await dump(redis.plain);
      assert.equal((await rows.call('session_get', { session_id: id })).found, false);
      for (const merge of [true, false])
        await rows.failure('session_update', { session_id: id, data: { b: 2 }, merge }, 'NOT_FOUND');
      for (const ttl of [5, null]) await rows.failure('session_extend', { session_id: id, ttl }, 'NOT_FOUND');
      assert.deepEqual(await dump(redis.plain), untouched);
    });
  }

  it('reads a session with fields that it did not write itself', async () => {
    await redis.plain.hSet(stored('damaged'), {
      revision: '3',
      created_at: 'yesterday',
      updated_at: '99999999999999999999',
      'json:{': '1',
      'json:5': '2',
      other: 'x',
    });
    const { session } = await rows.call('session_get', { session_id: 'damaged' });
    assert.deepEqual(session, {
      id: 'damaged',
      data: { '{': 1, '5': 2 },
      created_at: '1970-01-01T00:00:00.000Z',
      updated_at: '1970-01-01T00:00:00.000Z',
      revision: 3,
    });
  });

  it('does not read the hash of another program as a session', async () => {
    await redis.plain.hSet(stored('foreign'), 'a', '1');
    assert.equal((await rows.call('session_get', { session_id: 'foreign' })).found, false);
    await rows.failure('session_update', { session_id: 'foreign', data: {} }, 'NOT_FOUND');
    await redis.plain.set(stored('text'), 'x');
    await rows.failure('session_get', { session_id: 'text' }, 'WRONG_TYPE');
    await rows.failure('session_update', { session_id: 'text', data: {} }, 'WRONG_TYPE');
    await rows.failure('session_extend', { session_id: 'text' }, 'WRONG_TYPE');
    await rows.failure('session_extend', { session_id: 'foreign' }, 'NOT_FOUND');
  });

  describe('session_update', () => {
    it('merges only the top level, and stores null as a value', async () => {
      const id = await create({ a: { x: 1, y: 2 }, b: 1, c: 1 });
      assert.deepEqual(
        await rows.call('session_update', { session_id: id, data: { a: { z: 3 }, b: null } }),
        {
          session_id: id,
          revision: 2,
        },
      );
      assert.deepEqual((await read(id)).data, { a: { z: 3 }, b: null, c: 1 });
    });

    it('replaces all data without merge', async () => {
      const id = await create({ a: 1, b: 1 });
      await rows.call('session_update', { session_id: id, data: { c: 1 }, merge: false });
      assert.deepEqual((await read(id)).data, { c: 1 });
      await rows.call('session_update', { session_id: id, data: {}, merge: false });
      assert.deepEqual(await read(id).then(({ data, revision }) => ({ data, revision })), {
        data: {},
        revision: 3,
      });
    });

    it('keeps every update of many parallel clients', async () => {
      const id = await create({}, 1000);
      const clients = Array.from({ length: 20 }, () => openRows(redis, rows.namespace));
      const names = Array.from({ length: 200 }, (_, index) => `field-${index}`);
      await Promise.all(
        names.map((name, index) =>
          (clients[index % 20] ?? rows).call('session_update', { session_id: id, data: { [name]: index } }),
        ),
      );
      const { data, revision } = await read(id);
      assert.deepEqual(Object.keys(data).sort(), names.sort());
      assert.equal(revision, 201);
      await Promise.all(clients.map((one) => one.close()));
    });

    it('accepts one of many updates with the same expected revision', async () => {
      const id = await create({});
      const update = (n: number): Promise<unknown> =>
        rows.call('session_update', { session_id: id, data: { n }, expected_revision: 1 });
      const settled = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => update(n)));
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal((await read(id)).revision, 2);
    });

    it('changes nothing when the expected revision is stale', async () => {
      const id = await create({ a: 1 });
      await rows.call('session_update', { session_id: id, data: { a: 2 }, expected_revision: 1 });
      const update = { session_id: id, data: { a: 3 }, merge: false, expected_revision: 1 };
      const { message } = await rows.failure('session_update', update, 'CONFLICT');
      assert.match(message, /revision 2, not 1/);
      assert.deepEqual((await read(id)).data, { a: 2 });
    });

    it('keeps the exact remaining time to live', async () => {
      const id = await create({}, 1000);
      const at = Date.now() + 123_456;
      await redis.plain.pExpireAt(stored(id), at);
      for (const merge of [true, false]) {
        await rows.call('session_update', { session_id: id, data: { a: 1 }, merge });
        assert.equal(await redis.plain.pExpireTime(stored(id)), at);
      }
    });

    it('keeps a session that never expires without an expiry', async () => {
      const id = await create({}, null);
      await rows.call('session_update', { session_id: id, data: { a: 1 } });
      assert.equal(await redis.plain.ttl(stored(id)), -1);
    });

    it('works with less than a second left, and does not extend it', async () => {
      const id = await create({});
      await redis.plain.pExpire(stored(id), 900);
      await rows.call('session_update', { session_id: id, data: { a: 1 } });
      const left = await redis.plain.pTTL(stored(id));
      assert.ok(left > 0 && left <= 900, String(left));
    });

    it('never restores a session that expired or was deleted', async () => {
      const expired = await create({});
      await redis.plain.pExpireAt(stored(expired), 1);
      const deleted = await create({});
      await rows.call('session_delete', { session_id: deleted });
      for (const id of [expired, deleted]) {
        const { outcome } = await rows.failure(
          'session_update',
          { session_id: id, data: { a: 1 } },
          'NOT_FOUND',
        );
        assert.equal(outcome, 'none');
        assert.equal(await redis.plain.exists(stored(id)), 0);
      }
    });

    it('accepts 100 000 keys in one call, and replaces them', async () => {
      const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, index]));
      const id = await create(data);
      await rows.call('session_update', { session_id: id, data });
      assert.deepEqual((await read(id)).data, data);
      await rows.call('session_update', { session_id: id, data: { a: 1 }, merge: false });
      assert.deepEqual((await read(id)).data, { a: 1 });
    });
  });

  describe('session_extend', () => {
    it('sets a longer or shorter time to live, and removes it with null', async () => {
      const id = await create({});
      assert.deepEqual(await rows.call('session_extend', { session_id: id, ttl: 9000 }), {
        session_id: id,
        ttl: 9000,
      });
      assert.ok((await redis.plain.ttl(stored(id))) > 8990);
      await rows.call('session_extend', { session_id: id, ttl: 10 });
      assert.ok((await redis.plain.ttl(stored(id))) <= 10);
      for (let time = 0; time < 2; time++) {
        assert.deepEqual(await rows.call('session_extend', { session_id: id, ttl: null }), {
          session_id: id,
          ttl: null,
        });
      }
      assert.equal(await redis.plain.ttl(stored(id)), -1);
      assert.equal((await read(id)).revision, 1);
    });

    it('refuses a negative ttl and deletes nothing', async () => {
      const id = await create({});
      for (const ttl of [-1, 0])
        await rows.failure('session_extend', { session_id: id, ttl }, 'INVALID_PARAMETERS');
      assert.equal((await rows.call('session_get', { session_id: id })).found, true);
    });

    it('fails with NOT_FOUND for an absent session, whatever the ttl', async () => {
      for (const ttl of [5, null])
        await rows.failure('session_extend', { session_id: 'none', ttl }, 'NOT_FOUND');
      assert.equal(await redis.plain.exists(stored('none')), 0);
    });
  });
});
