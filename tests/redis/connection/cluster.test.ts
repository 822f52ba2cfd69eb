import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slotOf } from '../../../lib/redis/slot.ts';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import { openRedis } from '../../../lib/redis/open.ts';
import type { PubsubSubscribeResult } from '../../../lib/generated/tools.ts';
import { freePort } from '../../helpers/free-port.ts';
import { useCluster } from '../../helpers/redis-cluster.ts';
import { startRedis } from '../../helpers/redis-server.ts';
import { openRows } from '../../helpers/rows.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

describe('redis+cluster://', () => {
  const cluster = useCluster();

  it('runs commands and scripts on the node that serves their key', async () => {
    const rows = openRows(cluster);
    const keys = Array.from({ length: 60 }, (_, index) => `key-${index}`);
    await Promise.all(keys.map((key) => rows.call('cache_set', { key, value: key })));
    for (const key of keys) assert.equal((await rows.call('cache_get', { key })).value, key);
    const counts = await Promise.all(keys.map((key) => rows.call('cache_increment', { key: `n-${key}` })));
    assert.ok(counts.every(({ value }) => value === 1));
    const sizes = await Promise.all(cluster.masters.map(({ plain }) => plain.dbSize()));
    assert.ok(
      sizes.every((size) => size > 0),
      `every node has keys: ${sizes.join(', ')}`,
    );
    await rows.close();
  });

  it('lists the keys of all nodes page by page', async () => {
    const rows = openRows(cluster);
    const names = Array.from({ length: 500 }, (_, index) => `key-${index}`);
    await Promise.all(names.map((key) => rows.call('cache_set', { key, value: 1 })));
    const found = new Set<string>();
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await rows.call('cache_keys', { limit: 60, ...(cursor !== undefined && { cursor }) });
      for (const key of page.keys) found.add(key);
      cursor = page.cursor ?? undefined;
      pages++;
    } while (cursor !== undefined);
    assert.ok(pages > 3);
    assert.deepEqual([...found].sort(), names.sort());
    await rows.close();
  });

  it('answers CONFLICT to a cursor after slots moved, and lists all keys again', async () => {
    const rows = openRows(cluster);
    const names = Array.from({ length: 300 }, (_, index) => `moving-${index}`);
    await Promise.all(names.map((key) => rows.call('cache_set', { key, value: 1 })));
    const { cursor } = await rows.call('cache_keys', { limit: 20 });
    assert.ok(cursor !== null);
    const slot = slotOf(`${rows.namespace}:cache:moving-0`);
    const from = await cluster.ownerOf(slot);
    const to = cluster.masters.find((node) => node !== from);
    assert.ok(to);
    await cluster.moveSlot(slot, to);
    await rows.failure('cache_keys', { cursor }, 'CONFLICT');
    const all = await rows.call('cache_keys', { limit: 100_000 });
    assert.deepEqual([...all.keys].sort(), names.sort());
    assert.equal((await rows.call('cache_get', { key: 'moving-0' })).value, 1);
    await rows.close();
  });

  it('follows ASK while a slot moves, and refuses to list meanwhile', async () => {
    const rows = openRows(cluster);
    await rows.call('hash_set', { key: 'there', mapping: { a: 5 } });
    const slot = slotOf(`${rows.namespace}:hash:there`);
    const move = await cluster.beginMove(slot);
    await move.keys();
    assert.equal((await rows.call('hash_get', { key: 'there', field: 'a' })).value, 5);
    await rows.call('hash_set', { key: 'there', mapping: { b: 1 } });
    assert.equal((await rows.call('hash_increment', { key: 'there', field: 'a' })).value, 6);
    await rows.failure('cache_keys', {}, 'CONFLICT');
    await move.end();
    assert.deepEqual((await rows.call('hash_get', { key: 'there' })).data, { a: 6, b: 1 });
    await rows.close();
  });

  it('reads cached values while their slot moves, and writes them when it has moved', async () => {
    const rows = openRows(cluster);
    await rows.call('cache_set', { key: 'there', value: 'old' });
    const slot = slotOf(`${rows.namespace}:cache:there`);
    const move = await cluster.beginMove(slot);
    await move.keys();
    // The value and its lease are two keys, and a node cannot tell whether a missing one is on the other node.
    const deadline = new Deadline({ budgetMs: 700 });
    const { outcome } = await rows.failure('cache_set', { key: 'there', value: 5 }, 'REDIS_UNAVAILABLE', {
      deadline,
    });
    assert.equal(outcome, 'none');
    assert.equal((await rows.call('cache_get', { key: 'there' })).value, 'old');
    const waiting = rows.call('cache_set', { key: 'there', value: 5 });
    await move.end();
    assert.equal((await waiting).stored, true);
    assert.equal((await rows.call('cache_increment', { key: 'there' })).value, 6);
    assert.deepEqual((await rows.call('cache_keys', {})).keys, ['there']);
    await rows.close();
  });

  it('repeats a command of several keys while their slot moves (TRYAGAIN), and fails with outcome none at the deadline', async () => {
    const redis = openRedis({ url: cluster.url, env: {}, mode: 'long-lived', notice: () => undefined });
    const [moved, kept] = ['{t}moved', '{t}kept'] as const;
    const both = (budgetMs: number) =>
      redis.use({ deadline: new Deadline({ budgetMs }) }, ({ client }) =>
        client.sendCommand(['MSET', moved, '1', kept, '2']),
      );
    assert.equal(await both(30_000), 'OK');
    const slot = slotOf(moved);
    const move = await cluster.beginMove(slot);
    await move.from.plain.sendCommand(['MIGRATE', '127.0.0.1', String(move.to.port), moved, '0', '10000']);
    const failure: unknown = await both(700).catch((error: unknown) => error);
    const { code, outcome, message } = asFailure(failure);
    assert.deepEqual([code, outcome], ['REDIS_UNAVAILABLE', 'none'], message);
    assert.match(message, /TRYAGAIN/);
    const waiting = both(30_000);
    await move.keys();
    await move.end();
    assert.equal(await waiting, 'OK');
    await redis.close();
  });

  it('answers CONFLICT to a listing of a set that has moved before its slot, not the redirection of a node', async () => {
    const rows = openRows(cluster);
    await rows.call('set_add', {
      key: 'large',
      members: Array.from({ length: 300 }, (_, index) => `m${index}`),
    });
    const { cursor } = await rows.call('set_members', { key: 'large', limit: 10 });
    assert.ok(cursor !== null);
    const slot = slotOf(`${rows.namespace}:set:large`);
    const move = await cluster.beginMove(slot);
    await move.keys();
    const failure = await rows.failure('set_members', { key: 'large', cursor }, 'CONFLICT');
    assert.match(failure.message, /moves slots/);
    await move.end();
    await rows.failure('set_members', { key: 'large', cursor }, 'CONFLICT');
    assert.equal((await rows.call('set_members', { key: 'large', limit: 1000 })).count, 300);
    await rows.close();
  });

  it('delivers messages to subscribers, and counts the subscriptions that end', async () => {
    const rows = openRows(cluster);
    const subscribe = async (params: { channel: string } | { pattern: string }, count: number) => {
      let received: Promise<PubsubSubscribeResult> | undefined;
      await new Promise<void>((resolve, reject) => {
        const options = { notice: () => resolve() };
        received = rows.call('pubsub_subscribe', { ...params, count, timeout: 30 }, options);
        received.catch(reject);
      });
      return async () => await received;
    };
    for (const channel of ['a', 'b', 'c']) {
      const byChannel = await subscribe({ channel }, 2);
      const byPattern = await subscribe({ pattern: `${channel}*` }, 1);
      const idle = await subscribe({ pattern: `${channel}?` }, 1);
      const { subscribers } = await rows.call('pubsub_publish', { channel, message: { n: 1 } });
      assert.ok(subscribers >= 1, 'the node of the channel counts its subscribers');
      assert.equal((await rows.call('pubsub_unsubscribe', { channel })).unsubscribed, 1);
      for (const ended of [byChannel, byPattern])
        assert.deepEqual((await ended())?.messages, [{ channel, message: { n: 1 } }]);
      assert.equal((await rows.call('pubsub_unsubscribe', { pattern: `${channel}?` })).unsubscribed, 1);
      assert.deepEqual((await idle())?.messages, []);
    }
    await rows.close();
  });

  for (const { name, path: program } of PROGRAMS) {
    it(`runs one call for each process with ${name}, and names the cluster in ping`, async () => {
      const env = { REDIS_URL: cluster.url, GANTZ_NAMESPACE: `test-${name.replace(' ', '-')}` };
      for (const key of ['a', 'b', 'c', 'd']) {
        const set = await runProgram(['cache', 'set', '--key', key, '--value', key], { env, program });
        assert.equal(set.exitCode, 0, set.stdout);
        const got = await runProgram(['--raw', 'cache', 'get', '--key', key], { env, program });
        assert.equal(got.stdout, key);
      }
      const ping = envelopeOf(await runProgram(['ping'], { env, program }));
      assert.equal(ping['where'], cluster.url);
      const listed = envelopeOf(await runProgram(['cache', 'keys'], { env, program }));
      assert.deepEqual([...(listed['keys'] as string[])].sort(), ['a', 'b', 'c', 'd']);
    });
  }

  it('refuses a plain URL of one node for a listing and for a key of another node', async () => {
    const node = openRows({ url: `redis://127.0.0.1:${cluster.masters[0]?.port}` });
    const failure = await node.failure('cache_keys', {}, 'NOT_RUNNABLE');
    assert.match(String(failure.hint), /redis\+cluster:\/\//);
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
    const codes = await Promise.all(
      keys.map((key) => node.call('cache_set', { key, value: 1 }).then(() => 'ok', codeOf)),
    );
    assert.deepEqual([...new Set(codes)].sort(), ['NOT_RUNNABLE', 'ok']);
    const failures = await Promise.all(
      keys.map((key) => node.call('cache_get', { key }).then(() => undefined, String)),
    );
    for (const text of failures.filter((one) => one !== undefined))
      assert.match(text, /is a node of a cluster, and another node serves this key/);
    await node.close();
  });

  it('refuses a cluster URL of a server that is no cluster', async () => {
    const server = await startRedis({ port: await freePort() });
    const rows = openRows({ url: server.url.replace('redis:', 'redis+cluster:') });
    const failure = await rows.failure('cache_get', { key: 'a' }, 'NOT_RUNNABLE');
    assert.match(failure.message, /not a cluster/);
    await rows.close();
    await server.stop();
  });
});

describe('redis+cluster:// when a master ends', () => {
  const cluster = useCluster({ replicas: 1 });

  it('fails only calls to that node, and goes on with its replica without a restart', async () => {
    const rows = openRows(cluster);
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
    const setAll = (value: number) =>
      Promise.all(
        keys.map(
          async (key) => await rows.call('cache_set', { key, value }).then(() => undefined, asFailure),
        ),
      );
    assert.deepEqual(
      (await setAll(0)).filter((failure) => failure),
      [],
    );
    const [victim] = cluster.masters;
    assert.ok(victim);
    await victim.kill();
    const failures = (await setAll(1)).filter((failure) => failure !== undefined);
    for (const { code, outcome } of failures) {
      assert.equal(code, 'REDIS_UNAVAILABLE');
      assert.ok(['none', 'unknown'].includes(outcome));
    }
    assert.ok(failures.length < keys.length, 'the other masters serve their keys');
    let left: readonly unknown[] = keys;
    await waitFor(
      async () => {
        left = (await setAll(2)).filter((failure) => failure !== undefined);
        return left.length === 0;
      },
      { what: () => `the promotion of the replica; ${left.length} keys are left` },
    );
    for (const key of keys) assert.equal((await rows.call('cache_get', { key })).value, 2);
    const listed = await rows.call('cache_keys', {});
    assert.deepEqual([...listed.keys].sort(), [...keys].sort());
    await rows.close();
    await victim.restart();
  });

  it('never fails with CANCELLED when the replica takes over while calls wait', async () => {
    const rows = openRows(cluster);
    const victim = await cluster.ownerOf(slotOf(`${rows.namespace}:cache:a`));
    await rows.call('cache_set', { key: 'a', value: 0 });
    const others = [...cluster.masters, ...cluster.replicas].filter((node) => node !== victim);
    const mayFailOver = (value: string) =>
      Promise.all(others.map(({ plain }) => plain.configSet('cluster-replica-no-failover', value)));
    await mayFailOver('yes');
    await victim.kill();
    const calls: Promise<string>[] = [];
    let isAllowed = false;
    let isOver = false;
    await waitFor(
      () => {
        const call = rows.call('cache_set', { key: 'a', value: 1 }).then(() => 'ok', codeOf);
        // The patience of the first calls is over, so some end while the replica takes over.
        void call.then(async (code) => {
          if (code !== 'ok' && !isAllowed) await mayFailOver('no');
          isAllowed = true;
          isOver ||= code === 'ok';
        });
        // The other nodes reply CLUSTERDOWN meanwhile, so these calls load the slots while the first ones wait.
        const beside = ['b', 'c', 'd', 'e'].map((key) =>
          rows.call('cache_set', { key, value: 1 }).then(() => 'ok', codeOf),
        );
        calls.push(call, ...beside);
        return isOver;
      },
      { what: 'the promotion of the replica' },
    );
    const codes = new Set(await Promise.all(calls));
    codes.delete('REDIS_UNAVAILABLE');
    assert.deepEqual([...codes], ['ok']);
    await rows.close();
    await victim.restart();
  });

  it('finds the replica of a master that is silent but accepts connections', async () => {
    const rows = openRows(cluster);
    await rows.call('cache_set', { key: 'a', value: 0 });
    const silent = await cluster.ownerOf(slotOf(`${rows.namespace}:cache:a`));
    silent.pause();
    try {
      let code: string | undefined;
      await waitFor(
        async () => {
          const deadline = new Deadline({ budgetMs: 500 });
          code = await rows.call('cache_set', { key: 'a', value: 1 }, { deadline }).then(() => 'ok', codeOf);
          return code === 'ok';
        },
        { what: () => `a write to the replica; the last result: ${code}` },
      );
    } finally {
      silent.resume();
    }
    await rows.close();
  });
});

function asFailure(error: unknown): GantzError {
  assert.ok(error instanceof GantzError, String(error));
  return error;
}

function codeOf(error: unknown): string {
  return asFailure(error).code;
}
