import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import { slotOf } from '../../../lib/redis/slot.ts';
import { embeddedPaths } from '../../../lib/redis/embedded/paths.ts';
import { stopEmbedded } from '../../../lib/redis/embedded/status.ts';
import { openRedis } from '../../../lib/redis/open.ts';
import { exportNamespace } from '../../../lib/redis/transfer/export.ts';
import { stepsOf } from '../../../lib/redis/transfer/steps.ts';
import { useCluster } from '../../helpers/redis-cluster.ts';
import { openRows } from '../../helpers/rows.ts';
import { startSentinels, type SentinelGroup } from '../../helpers/redis-sentinel.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { runMain } from '../../helpers/run-main.ts';
import { dumpOf, exportFrom, fill, importInto } from '../../helpers/transfer.ts';
import { waitFor } from '../../helpers/wait.ts';

describe('a namespace that is moved', () => {
  const redis = useRedis();
  const target = useRedis();
  const cluster = useCluster();
  const clusterClients = () => cluster.masters.map(({ plain }) => plain);

  it('is the same after one server, a cluster and one server', async () => {
    const namespace = `test-${randomUUID()}`;
    await fill(redis.plain, namespace);
    const expected = await dumpOf([redis.plain], namespace);
    const env = (url: string) => ({ REDIS_URL: url, GANTZ_NAMESPACE: namespace });
    await importInto(env(cluster.url), await exportFrom(env(redis.url)));
    assert.deepEqual(await dumpOf(clusterClients(), namespace), expected);
    const perMaster = await Promise.all(clusterClients().map((client) => dumpOf([client], namespace)));
    for (const keys of perMaster) assert.ok(Object.keys(keys).length > 0);
    await importInto(env(target.url), await exportFrom(env(cluster.url)));
    assert.deepEqual(await dumpOf([target.plain], namespace), expected);
  });

  it('has the sessions of each owner, and what is used of the rate limits', async () => {
    const place = (url: string) => ({ REDIS_URL: url, GANTZ_NAMESPACE: namespace });
    const namespace = `test-${randomUUID()}`;
    const before = openRows(redis, namespace);
    const after = openRows(cluster, namespace);
    const window = { identifier: 'a}b', limit: 3, window_seconds: 86_400 };
    const bucket = { identifier: 'a}b', capacity: 3, refill_per_second: 0.000001 };
    try {
      const owned: string[] = [];
      for (const ttl of [1000, null])
        owned.push((await before.call('session_create', { owner: '{ada', data: { a: 1 }, ttl })).session_id);
      await before.call('session_update', { session_id: owned[0] ?? '', data: { a: 2 }, fence: 7 });
      await before.call('rate_limit_check', { ...window, cost: 2 });
      await before.call('rate_limit_sliding_window', { ...window, cost: 2 });
      await before.call('rate_limit_token_bucket', { ...bucket, cost: 2 });
      await importInto(place(cluster.url), await exportFrom(place(redis.url)));
      const { sessions } = await after.call('session_list', { owner: '{ada' });
      assert.deepEqual(sessions.map(({ session_id: id }) => id).sort(), owned.sort());
      for (const id of owned) await before.call('session_delete', { session_id: id });
      assert.equal((await before.call('session_list', { owner: '{ada' })).count, 0);
      const old = { session_id: owned.at(0) ?? '', data: {}, fence: 6 };
      const states = await Promise.allSettled([
        after.call('session_update', old),
        after.call('session_update', { ...old, session_id: owned.at(1) ?? '' }),
      ]);
      assert.equal(states.filter(({ status }) => status === 'rejected').length, 1, 'one has a fence of 7');
      for (const name of ['rate_limit_check', 'rate_limit_sliding_window'] as const)
        assert.equal((await after.call(name, { ...window, cost: 0 })).current, 2);
      assert.equal((await after.call('rate_limit_token_bucket', { ...bucket, cost: 2 })).allowed, false);
      assert.deepEqual(await after.call('rate_limit_reset', { identifier: 'a}b' }), { reset: 3 });
    } finally {
      await Promise.all([before.close(), after.close()]);
    }
  });

  it('keeps a name that is not UTF-8 on a cluster', async () => {
    const namespace = `test-${randomUUID()}`;
    const key = Buffer.from(`${namespace}:cache:\xff}`, 'latin1');
    const env = (url: string) => ({ REDIS_URL: url, GANTZ_NAMESPACE: namespace });
    await redis.plain.set(key, 'value');
    await importInto(env(cluster.url), await exportFrom(env(redis.url)));
    const owner = await cluster.ownerOf(slotOf(key));
    assert.equal(await owner.plain.get(key), 'value');
    await importInto(env(target.url), await exportFrom(env(cluster.url)));
    assert.equal(await target.plain.get(key), 'value');
    for (const client of [redis.plain, owner.plain, target.plain]) await client.unlink(key);
  });

  it('is the same after Sentinels', async () => {
    const namespace = `test-${randomUUID()}`;
    await fill(redis.plain, namespace);
    const env = (url: string) => ({ REDIS_URL: url, GANTZ_NAMESPACE: namespace });
    let group: SentinelGroup | undefined;
    try {
      group = await startSentinels();
      await importInto(env(group.url), await exportFrom(env(redis.url)));
      await importInto(env(target.url), await exportFrom(env(group.url)));
      assert.deepEqual(await dumpOf([target.plain], namespace), await dumpOf([redis.plain], namespace));
    } finally {
      await group?.stop();
    }
  });

  it('is not exported in part when slots of a cluster move meanwhile', async () => {
    const namespace = `test-${randomUUID()}`;
    const filled = Array.from({ length: 5000 }, (_, at) => ({
      space: 'cache',
      name: `${at}`,
      type: 'string',
    }));
    const lines = [
      { format: 'gantz-export', version: 1, namespace, time_ms: 1 },
      ...filled.map((part) => ({ ...part, value: 'x' })),
      { end: true, keys: filled.length, types: { string: filled.length } },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await importInto({ REDIS_URL: cluster.url }, text);
    const handle = openRedis({
      url: cluster.url,
      namespace,
      env: process.env,
      mode: 'long-lived',
      notice: () => undefined,
    });
    try {
      const step = stepsOf(handle, { deadline: undefined, readOnly: true });
      const exported = exportNamespace({ namespace, step, tally: { keys: 0, types: {} } });
      for (let count = 0; count < 10; count++) await exported.next();
      const slot = slotOf(`${namespace}:cache:1`);
      const owner = await cluster.ownerOf(slot);
      const other = cluster.masters.find((node) => node !== owner);
      assert.ok(other);
      await cluster.moveSlot(slot, other);
      await assert.rejects(
        async () => {
          for await (const line of exported) assert.doesNotMatch(line, /"end"/);
        },
        (error) =>
          error instanceof GantzError && error.code === 'CONFLICT' && /Export again/.test(error.hint ?? ''),
      );
    } finally {
      await handle.close();
    }
  });

  it('is imported whole when the slot of a structure moves meanwhile', async () => {
    const namespace = `test-${randomUUID()}`;
    const list = { space: 'list', name: '{moving}', type: 'list', expires_at_ms: Date.now() + 3_600_000 };
    const slot = slotOf('{moving}');
    const ndjson = (...lines: unknown[]) =>
      Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    async function* input() {
      yield ndjson(
        { format: 'gantz-export', version: 1, namespace, time_ms: 1 },
        { ...list, part: 1, more: true, value: ['a', 'b'] },
      );
      const owner = await cluster.ownerOf(slot);
      await waitFor(async () => (await owner.plain.keys(`${namespace}:import:*`)).length === 1, {
        what: 'the first part',
      });
      const other = cluster.masters.find((node) => node !== owner);
      assert.ok(other);
      await cluster.moveSlot(slot, other);
      yield ndjson({ ...list, part: 2, value: ['c'] }, { end: true, keys: 1, types: { list: 1 } });
    }
    const run = await runMain(['-c', 'builtin:redis', 'import'], {
      env: { REDIS_URL: cluster.url },
      stdin: input(),
    });
    assert.equal(run.exitCode, 0, run.stdout);
    const [found, ...others] = Object.entries(await dumpOf(clusterClients(), namespace));
    assert.deepEqual(found, ['list:{moving}', `list ${list.expires_at_ms} ["a","b","c"]`]);
    assert.deepEqual(others, []);
  });
});

describe('a namespace of the embedded server', () => {
  const redis = useRedis();
  let env: { PATH: string; XDG_STATE_HOME: string };
  before(() => {
    env = {
      PATH: process.env['PATH'] ?? '',
      XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'gantz-embedded-')),
    };
  });
  after(async () => {
    await stopEmbedded({ env, deadline: new Deadline({ budgetMs: 60_000 }) });
    const { socketPath, stateFolder } = embeddedPaths(env);
    rmSync(env.XDG_STATE_HOME, { recursive: true, force: true });
    if (dirname(socketPath) !== stateFolder) rmSync(dirname(socketPath), { recursive: true, force: true });
  });

  it('is the same after one server, the embedded server and one server', async () => {
    const namespace = `test-${randomUUID()}`;
    await fill(redis.plain, namespace);
    const expected = await dumpOf([redis.plain], namespace);
    const embedded = { ...env, REDIS_URL: 'embedded:', GANTZ_NAMESPACE: namespace };
    await importInto(embedded, await exportFrom({ REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace }));
    const lines = await exportFrom(embedded);
    await redis.plain.flushAll();
    await importInto({ REDIS_URL: redis.url }, lines);
    assert.deepEqual(await dumpOf([redis.plain], namespace), expected);
  });
});
