import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { openGantz } from '../../lib/library/library.ts';
import { onCluster, openRows, useRows } from '../helpers/rows.ts';

describe('session_list', () => {
  const { redis, rows } = useRows();
  let owners = 0;
  const fresh = (): string => `owner:${owners++}`;
  const indexOf = (owner: string): string => `${rows.namespace}:session_owner:${owner}`;
  const stored = (id: string): string => `${rows.namespace}:session:${id}`;
  const create = async (owner?: string, ttl: number | null = 1000): Promise<string> =>
    (await rows.call('session_create', { ttl, ...(owner !== undefined && { owner }) })).session_id;
  const idsOf = async (owner: string): Promise<string[]> => {
    const { sessions, count, cursor } = await rows.call('session_list', { owner });
    assert.equal(count, sessions.length);
    assert.equal(cursor, null);
    return sessions.map(({ session_id: id }) => id).sort();
  };
  /** Makes an entry of an index an hour and a second older. */
  async function age(owner: string, id: string): Promise<void> {
    const [created, expires = ''] = String(await redis.plain.hGet(indexOf(owner), id)).split(':');
    await redis.plain.hSet(indexOf(owner), id, `${Number(created) - 3_601_000}:${expires}`);
  }

  it('lists the sessions of an owner, with their times and revisions, and no others', async () => {
    const owner = fresh();
    const mine = [await create(owner), await create(owner, null)].sort();
    await create(`${owner}:x`);
    await create();
    assert.deepEqual(await idsOf(owner), mine);
    await rows.call('session_update', { session_id: mine[0] ?? '', data: { a: 1 } });
    const { sessions } = await rows.call('session_list', { owner });
    for (const summary of sessions) {
      const { ttl: left, ...others } = summary;
      const { session, ttl } = await rows.call('session_get', { session_id: summary.session_id });
      assert.ok(session);
      const { id, data, owner: read, ...times } = session;
      assert.deepEqual(others, { session_id: id, ...times });
      assert.ok(left === ttl || Number(left) - Number(ttl) < 60, `${left} and ${ttl} seconds left`);
      assert.equal(read, owner);
      assert.equal(summary.revision, Object.keys(data).length + 1);
    }
  });

  it('takes owners of any text, and refuses one that is not well-formed', async () => {
    for (const owner of [' ', '}', '{}', '{a}b', 'ada:bob', 'ünï 漢字 🎉', '\0', '*']) {
      const id = await create(owner);
      assert.deepEqual(await idsOf(owner), [id], owner);
      const { session } = await rows.call('session_get', { session_id: id });
      assert.equal(session?.owner, owner);
    }
    await rows.failure('session_create', { owner: '\ud800' }, 'INVALID_PARAMETERS');
    await rows.failure('session_list', { owner: '\ud800' }, 'INVALID_PARAMETERS');
  });

  it('lists nothing for an unknown owner', async () => {
    assert.deepEqual(await rows.call('session_list', { owner: fresh() }), {
      sessions: [],
      count: 0,
      cursor: null,
    });
  });

  it('lists 2,000 sessions page by page, each once', async () => {
    const owner = fresh();
    const created = await Promise.all(Array.from({ length: 2000 }, () => create(owner)));
    const listed: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page: { sessions: { session_id: string }[]; cursor: string | null } = await rows.call(
        'session_list',
        {
          owner,
          limit: 150,
          ...(cursor !== null && { cursor }),
        },
      );
      listed.push(...page.sessions.map(({ session_id: id }) => id));
      ({ cursor } = page);
      pages++;
    } while (cursor !== null);
    assert.ok(pages > 5, `${pages} pages`);
    assert.deepEqual(listed.sort(), created.sort());
  });

  it('no longer lists a session that expired, was deleted, or has another owner, and forgets its entry', async () => {
    const owner = fresh();
    const [kept, expired, deleted, taken] = [
      await create(owner),
      await create(owner),
      await create(owner),
      await create(owner),
    ];
    await redis.plain.pExpireAt(stored(expired), 1);
    await rows.call('session_delete', { session_id: deleted });
    await redis.plain.hSet(stored(taken), 'owner', 'another');
    assert.equal(await redis.plain.hExists(indexOf(owner), deleted), 0);
    assert.deepEqual(await idsOf(owner), [kept]);
    // A young entry may be that of a session that is written next.
    assert.equal(await redis.plain.hLen(indexOf(owner)), 3);
    for (const id of [kept, expired, taken]) await age(owner, id);
    assert.deepEqual(await idsOf(owner), [kept]);
    assert.deepEqual(await redis.plain.hKeys(indexOf(owner)), [kept]);
  });

  it('lists a session that is created after its entry was seen without it', async () => {
    const owner = fresh();
    const id = randomUUID();
    await redis.plain.hSet(indexOf(owner), id, `${Date.now()}:${Date.now() + 1e6}`);
    assert.deepEqual(await idsOf(owner), []);
    await redis.plain.hSet(stored(id), { owner, revision: '1', created_at: '1', updated_at: '1' });
    assert.deepEqual(await idsOf(owner), [id]);
  });

  it(
    'writes the entry before the session, and lists no session that was not written',
    {
      skip: onCluster('the user is set on one server'),
    },
    async () => {
      const owner = fresh();
      await redis.plain.sendCommand(
        `ACL SETUSER half reset on >secret ~${rows.namespace}:session_owner:* +@all`.split(' '),
      );
      const url = redis.url.replace(/:\/\/([^/@]*@)?/, '://half:secret@');
      const half = openRows({ url, env: redis.env }, rows.namespace);
      try {
        await half.failure('session_create', { owner }, 'REDIS_AUTH');
      } finally {
        await half.close();
      }
      assert.equal(await redis.plain.hLen(indexOf(owner)), 1);
      assert.deepEqual(await idsOf(owner), []);
    },
  );

  describe('the index', () => {
    it('lives longer than every session of the owner', async () => {
      const owner = fresh();
      let longest = 0;
      for (const ttl of [1000, 10, 100_000, 50]) {
        longest = Math.max(longest, await redis.plain.pExpireTime(stored(await create(owner, ttl))));
        assert.ok((await redis.plain.pExpireTime(indexOf(owner))) > longest);
      }
      const id = await create(owner, null);
      assert.equal(await redis.plain.pTTL(indexOf(owner)), -1);
      await create(owner, 10);
      assert.equal(await redis.plain.pTTL(indexOf(owner)), -1);
      assert.ok((await idsOf(owner)).includes(id));
    });

    it('follows session_extend, longer and for ever', async () => {
      const owner = fresh();
      const id = await create(owner, 10);
      for (const ttl of [100_000, 20, 200_000]) {
        await rows.call('session_extend', { session_id: id, ttl });
        assert.ok(
          (await redis.plain.pExpireTime(indexOf(owner))) > (await redis.plain.pExpireTime(stored(id))),
        );
      }
      await rows.call('session_extend', { session_id: id, ttl: null });
      assert.equal(await redis.plain.pTTL(indexOf(owner)), -1);
      assert.deepEqual(await idsOf(owner), [id]);
    });

    it('is written again by session_extend when it was lost', async () => {
      const owner = fresh();
      const id = await create(owner);
      await redis.plain.del(indexOf(owner));
      await rows.call('session_extend', { session_id: id, ttl: 100 });
      assert.deepEqual(await idsOf(owner), [id]);
    });

    it('stays small when sessions end and nobody lists them', async () => {
      const owner = fresh();
      const ended = Object.fromEntries(Array.from({ length: 500 }, () => [randomUUID(), '1:2']));
      await redis.plain.hSet(indexOf(owner), ended);
      for (let time = 0; time < 200; time++) await create(owner, 10);
      const entries = Object.values(await redis.plain.hGetAll(indexOf(owner)));
      assert.equal(entries.filter((entry) => entry !== '1:2').length, 200);
      // Each call looks at ten entries by chance, so few are left.
      const left = entries.length - 200;
      assert.ok(left < 100, `${left} entries of sessions that ended`);
    });

    it('has one entry after repetitions of session_create with an idempotency key', async () => {
      const owner = fresh();
      const { url: redisUrl, env } = redis;
      await using gantz = await openGantz({ redisUrl, env, namespace: rows.namespace });
      for (let calls = 0; calls < 3; calls++)
        await gantz.call('session_create', { owner, ttl: null }, { idempotencyKey: owner });
      assert.deepEqual(await redis.plain.hKeys(indexOf(owner)), await idsOf(owner));
    });

    it('is no session, and other operations do not reach it', async () => {
      const owner = fresh();
      await create(owner);
      for (const id of [owner, `_owner:${owner}`, `../session_owner:${owner}`]) {
        assert.equal((await rows.call('session_get', { session_id: id })).found, false);
        assert.equal((await rows.call('session_delete', { session_id: id })).deleted, false);
      }
      assert.equal((await idsOf(owner)).length, 1);
    });
  });

  it('lists all sessions that 20 processes create at once', async () => {
    const owner = fresh();
    const clients = Array.from({ length: 20 }, () => openRows(redis, rows.namespace));
    const created = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (clients[index % 20] ?? rows).call('session_create', { owner, data: { index } }),
      ),
    );
    const { sessions } = await rows.call('session_list', { owner, limit: 1000 });
    assert.deepEqual(
      sessions.map(({ session_id: id }) => id).sort(),
      created.map(({ session_id: id }) => id).sort(),
    );
    await Promise.all(clients.map((one) => one.close()));
  });
});
