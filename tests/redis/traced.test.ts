import assert from 'node:assert/strict';
import { hash, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import type { Attributes, Span } from '../../lib/contract/span.ts';
import { openRedis, type RedisHandle } from '../../lib/redis/open.ts';
import type { Redis } from '../../lib/redis/redis.ts';
import { TOPOLOGIES, type Topology } from '../helpers/topologies.ts';

type Ended = { name: string; attributes: Attributes };

/** Returns a span that keeps the name and the attributes of each child that ends. */
function recorder(): { span: Span; ended: Ended[] } {
  const ended: Ended[] = [];
  const span: Span = {
    isRecorded: true,
    child: (name, attributes) => ({
      ...span,
      end: (more) => void ended.push({ name, attributes: { ...attributes, ...more } }),
    }),
    event: () => undefined,
    end: () => undefined,
    headers: () => ({}),
  };
  return { span, ended };
}

const SOURCE = `return redis.call('LPUSH', KEYS[1], ARGV[1])`;
const PUSH = { name: 'push', sha: hash('sha1', SOURCE), source: SOURCE };

for (const topology of ['one', 'cluster'] as const) {
  describe(`spans of commands to ${topology === 'one' ? 'one server' : 'a cluster'}`, () => {
    let servers: Topology;
    let redis: RedisHandle;
    before(async () => {
      servers = await (TOPOLOGIES[topology]?.() ?? assert.fail());
      const { url, env } = servers;
      const namespace = randomUUID();
      redis = openRedis({ url, namespace, env, mode: 'long-lived', notice: () => undefined });
    });
    after(async () => {
      await redis.close();
      await servers.stop();
    });

    async function record(work: (redis: Redis) => Promise<unknown>): Promise<Ended[]> {
      const { span, ended } = recorder();
      await redis.use({ deadline: new Deadline({ budgetMs: 60_000 }), span }, work).catch(() => undefined);
      return ended;
    }

    test('have the names of commands and scripts, and no keys or values', async () => {
      const ended = await record(async ({ client, key, run, write, masters }) => {
        const secret = key('cache', 'secret');
        assert.equal(await client.get(secret), null);
        assert.equal(await write(['SET', secret, 'secret']), 'OK');
        assert.equal(await run(PUSH, [key('list', 'secret')], ['secret']), 1);
        for (const master of (await masters()).clients) assert.equal(await master.ping(), 'PONG');
      });
      const pings = topology === 'one' ? 1 : ended.length - 3;
      assert.deepEqual(
        ended.map(({ name }) => name),
        ['GET', 'SET', 'EVALSHA push', ...Array.from({ length: pings }, () => 'PING')],
      );
      assert.equal(ended[2]?.attributes['db.stored_procedure.name'], 'push');
      for (const { attributes } of ended) assert.equal(attributes['db.system.name'], 'redis');
      assert.doesNotMatch(JSON.stringify(ended), /secret/);
    });

    test('have the first word of an error reply', async () => {
      const ended = await record(async ({ client, key, write }) => {
        await write(['SET', key('cache', 'text'), 'text']);
        await client.lLen(key('cache', 'text'));
      });
      assert.deepEqual(
        ended.map(({ name, attributes }) => [
          name,
          attributes['error.type'],
          attributes['db.response.status_code'],
        ]),
        [
          ['SET', undefined, undefined],
          ['LLEN', 'WRONGTYPE', 'WRONGTYPE'],
        ],
      );
    });
  });
}
