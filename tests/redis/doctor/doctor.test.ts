import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CheckResult } from '../../../lib/redis/doctor/examine.ts';
import { commandsOf, TOOLS } from '../../../lib/redis/doctor/tool-access.ts';
import { freePort } from '../../helpers/free-port.ts';
import { startCluster, type RedisCluster } from '../../helpers/redis-cluster.ts';
import { startSentinels } from '../../helpers/redis-sentinel.ts';
import { dump, startRedis, useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const CONFIG = { GANTZ_CONFIG: 'builtin:redis' };

type Report = { exitCode: number; code: unknown; checks: CheckResult[]; server: Record<string, unknown> };

async function examine(url: string, env: Record<string, string> = {}): Promise<Report> {
  const run = await runMain(['doctor', '--json'], { env: { ...CONFIG, REDIS_URL: url, ...env } });
  const envelope = envelopeOf(run);
  return {
    exitCode: run.exitCode,
    code: envelope['code'],
    checks: envelope['checks'] as CheckResult[],
    server: envelope['server'] as Record<string, unknown>,
  };
}

function find({ checks }: Report, name: string): CheckResult {
  const found = checks.find((check) => check.name === name);
  assert.ok(found, `there is a check ${name}: ${JSON.stringify(checks)}`);
  return found;
}

describe('gantz doctor on one server', () => {
  let port = 0;
  const redis = useRedis({
    async options() {
      port = await freePort();
      return { port };
    },
  });
  const url = (user?: string): string => `redis://${user ? `${user}:secret@` : ''}127.0.0.1:${port}`;
  const config = (name: string, value: string) => redis.plain.sendCommand(['CONFIG', 'SET', name, value]);
  const user = (name: string, ...rules: string[]) =>
    redis.plain.sendCommand(['ACL', 'SETUSER', name, 'on', '>secret', ...rules]);

  for (const { name, path: program } of PROGRAMS) {
    it(`prints each check and the facts of the server (${name})`, async () => {
      const env = { ...CONFIG, REDIS_URL: url() };
      const text = await runProgram(['doctor'], { env, program });
      assert.equal(text.exitCode, 0);
      assert.match(
        text.stdout,
        /^ok {7}connection {3}(Redis|Valkey) [\d.]+ at redis:\/\/127\.0\.0\.1:\d+, standalone/,
      );
      assert.match(
        text.stdout,
        /^warning {2}persistence {2}there is no append-only file.*\n {22}Set appendonly/m,
      );
      assert.match(text.stdout, /\n\n\d+ ok, 1 warning, 0 failures, 0 skipped\n$/);
      const json = envelopeOf(await runProgram(['doctor', '--json'], { env, program }));
      const { mode, nodes } = json['server'] as { mode: string; nodes: Record<string, unknown>[] };
      assert.equal(mode, 'standalone');
      assert.deepEqual([nodes[0]?.['address'], nodes[0]?.['role']], [`127.0.0.1:${port}`, 'master']);
    });

    it(`colours the statuses (${name})`, async () => {
      const env = { ...CONFIG, REDIS_URL: url(), FORCE_COLOR: '1' };
      const { stdout } = await runProgram(['doctor'], { env, program });
      assert.match(stdout, /^\u001b\[32mok\u001b\[39m {7}connection/);
      assert.match(stdout, /\n\u001b\[33mwarning\u001b\[39m {2}persistence/);
    });

    it(`reports a server that cannot be reached as a failed check, with exit status 1 (${name})`, async () => {
      const env = { ...CONFIG, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
      const text = await runProgram(['doctor'], { env, program });
      assert.match(text.stdout, /^failure {2}connection .*nothing listens there/);
      assert.equal(text.exitCode, 1);
      const json = await runProgram(['doctor', '--json'], { env, program });
      assert.deepEqual([envelopeOf(json)['code'], json.exitCode], ['CHECK_FAILED', 1]);
    });
  }

  it('reports a server that does not reply as a failed check', async () => {
    redis.pause();
    try {
      const report = await examine(url());
      assert.equal(report.exitCode, 1);
      assert.match(find(report, 'connection').message, /does not reply/);
    } finally {
      redis.resume();
    }
  });

  it('warns about an eviction policy that deletes sessions, when there is a memory limit', async () => {
    await config('maxmemory-policy', 'allkeys-lru');
    assert.equal(find(await examine(url()), 'eviction').status, 'ok');
    await config('maxmemory', '1gb');
    assert.match(find(await examine(url()), 'eviction').message, /allkeys-lru.*any key: sessions/);
    await config('maxmemory-policy', 'volatile-ttl');
    assert.match(find(await examine(url()), 'eviction').message, /with a time to live: sessions/);
    await config('maxmemory-policy', 'noeviction');
    assert.equal(find(await examine(url()), 'eviction').status, 'ok');
    await config('maxmemory', '0');
  });

  it('warns about memory near its limit', async () => {
    await redis.plain.set('large', 'x'.repeat(5_000_000));
    const used = Number(/used_memory:(\d+)/.exec(await redis.plain.info('memory'))?.[1]);
    await config('maxmemory', String(used));
    const memory = find(await examine(url()), 'memory');
    await config('maxmemory', '0');
    assert.equal(memory.status, 'warning');
    assert.match(memory.message, /\(maxmemory\) are used/);
  });

  it('warns about clients near their limit', async () => {
    await config('maxclients', '2');
    const clients = find(await examine(url()), 'clients');
    await config('maxclients', '1000');
    assert.deepEqual([clients.status, /^\d+ of 2 /.test(clients.message)], ['warning', true]);
  });

  it('is content with an append-only file or snapshots', async () => {
    await config('save', '3600 1');
    assert.match(find(await examine(url()), 'persistence').message, /^snapshots/);
    await config('save', '');
    await config('appendonly', 'yes');
    assert.equal(find(await examine(url()), 'persistence').message, 'append-only file');
    await config('appendonly', 'no');
  });

  it('names the tools that the user cannot run, and the commands, and changes nothing', async () => {
    await user(
      'reader',
      'resetkeys',
      '~mcp:*',
      'resetchannels',
      '&mcp:*',
      '-@all',
      '+@read',
      '+@connection',
      '+@transaction',
      '+info',
      '+time',
    );
    const before = await dump(redis.plain);
    const tools = find(await examine(url('reader')), 'tools');
    assert.equal(tools.status, 'warning');
    assert.match(tools.message, /cache_set \(EVALSHA, UNLINK, SET\), .*list_delete \(UNLINK\)/);
    assert.doesNotMatch(tools.message, /cache_get|hash_get|list_range/);
    assert.deepEqual(await dump(redis.plain), before);
  });

  it('finds the same with ACL DRYRUN, where the user may run it', async () => {
    await user(
      'dry',
      'resetkeys',
      '~mcp:cache:*',
      '-@all',
      '+get',
      '+set',
      '+unlink',
      '+evalsha',
      '+info',
      '+acl|whoami',
      '+acl|dryrun',
    );
    const { message } = find(await examine(url('dry')), 'tools');
    assert.match(message, /cannot run .*cache_exists \(EXISTS\)/);
    assert.match(message, /list_delete \(UNLINK\)/);
    assert.doesNotMatch(message, /cache_get/);
    // The key of the lease is not allowed.
    assert.match(message, /cache_set \(EVALSHA, UNLINK, SET\)/);
    await user('dry', '~mcp:lease:*');
    assert.doesNotMatch(find(await examine(url('dry')), 'tools').message, /cache_(?:delete|set) \(/);
  });

  it('skips what the user may not read, and says why', async () => {
    await user('minimal', '~mcp:*', '-@all', '+get');
    const report = await examine(url('minimal'));
    assert.equal(report.exitCode, 0);
    assert.match(find(report, 'tools').message, /not checked: this user may run neither/);
    for (const name of ['version', 'persistence', 'memory', 'eviction', 'clients', 'writes'])
      assert.deepEqual([name, find(report, name).status], [name, 'skipped']);
    await user('informed', '~mcp:*', '-@all', '+get', '+info');
    const informed = await examine(url('informed'));
    assert.equal(find(informed, 'memory').status, 'ok');
    assert.match(find(informed, 'persistence').message, /may not run CONFIG GET/);
  });

  it('reports a server that is not a cluster, given by redis+cluster://', async () => {
    const report = await examine(`redis+cluster://127.0.0.1:${port}`);
    assert.equal(report.exitCode, 1);
    assert.match(find(report, 'connection').message, /is not a cluster/);
  });

  it('reports a wrong password as a failed check, without the password', async () => {
    const report = await examine(`redis://nobody:wrong-password@127.0.0.1:${port}`);
    assert.equal(report.exitCode, 1);
    assert.match(find(report, 'connection').message, /WRONGPASS/);
    assert.doesNotMatch(JSON.stringify(report), /wrong-password/);
  });

  it('has every command that a tool sends in its table', async () => {
    const session = envelopeOf(
      await runMain(['session', 'create', '{"data":{"a":1,"b":2}}'], {
        env: { ...CONFIG, REDIS_URL: url() },
      }),
    );
    const { session_id } = session;
    const token = 'the token of another caller';
    const calls: [tool: (typeof TOOLS)[number], params: object][] = [
      ['cache_set', { key: 'a', value: 1, only_if: 'absent' }],
      ['cache_set with expected', { key: 'a', value: 1, expected: 1 }],
      ['cache_get', { key: 'a' }],
      ['cache_get_many', { keys: ['a', 'b'] }],
      ['cache_exists', { key: 'a' }],
      ['cache_ttl', { key: 'a' }],
      ['cache_touch', { key: 'a', ttl: 5 }],
      ['cache_touch', { key: 'a', ttl: null }],
      ['cache_keys', {}],
      ['cache_increment', { key: 'a', ttl: 5 }],
      ['cache_increment', { key: 'a', ttl: null }],
      ['cache_set_many', { entries: { a: 1, b: 1 } }],
      ['cache_delete', { key: 'a' }],
      ['cache_lease', { key: 'a', lease_seconds: 60 }],
      ['cache_lease', { key: 'a', allow_stale: true }],
      ['cache_fulfill', { key: 'a', token: 'none', value: 1 }],
      ['cache_release', { key: 'a', token: 'none' }],
      ['list_push', { key: 'l', values: [1, 2], ttl: 5 }],
      ['list_push', { key: 'l', values: [1, 2], left: false, ttl: null }],
      ['list_push', { key: 'l', values: [1], max_length: 4 }],
      ['list_pop', { key: 'l', left: true }],
      ['list_pop', { key: 'l', left: false }],
      ['list_range', { key: 'l' }],
      ['list_length', { key: 'l' }],
      ['list_delete', { key: 'l' }],
      ['hash_set', { key: 'h', mapping: { a: 1, b: 2 }, ttl: 5 }],
      ['hash_get', { key: 'h' }],
      ['hash_get', { key: 'h', field: 'a' }],
      ['hash_increment', { key: 'h', field: 'a' }],
      ['hash_delete', { key: 'h', fields: ['a'] }],
      ['hash_delete', { key: 'h' }],
      ['set_add', { key: 's', members: [1], ttl: 5 }],
      ['set_is_member', { key: 's', member: 1 }],
      ['set_members', { key: 's' }],
      ['set_remove', { key: 's', members: [1] }],
      ['set_delete', { key: 's' }],
      ['sorted_set_add', { key: 'z', members: [{ member: 1, score: 1 }], ttl: 60 }],
      ['sorted_set_add', { key: 'z', members: [{ member: 1, score: 2 }], only_if: 'present', ttl: null }],
      ['sorted_set_range', { key: 'z' }],
      ['sorted_set_range', { key: 'z', reverse: true }],
      ['sorted_set_range', { key: 'z', by: 'score' }],
      ['sorted_set_rank', { key: 'z', member: 1 }],
      ['sorted_set_rank', { key: 'z', member: 1, reverse: true }],
      ['sorted_set_increment', { key: 'z', member: 1 }],
      ['sorted_set_remove', { key: 'z', members: [1] }],
      ['sorted_set_delete', { key: 'z' }],
      ['session_create', { data: { a: 1 } }],
      ['session_create with owner', { owner: 'ada' }],
      ['session_get', { session_id }],
      ['session_list', { owner: 'ada' }],
      ['session_patch', { session_id, patch: { a: { b: 1 } } }],
      ['session_update', { session_id, data: { c: 1 } }],
      ['session_update', { session_id, data: { d: 1 }, merge: false }],
      ['session_extend', { session_id, ttl: 60 }],
      ['session_extend', { session_id, ttl: null }],
      ['session_delete', { session_id }],
      ['lock_acquire', { name: 'l' }],
      ['lock_status', { name: 'l' }],
      ['lock_extend', { name: 'l', token }],
      ['lock_release', { name: 'l', token }],
      ['queue_add', { queue: 'q', payload: 1, dedup_id: 'a', max_length: 9 }],
      ['queue_add_many', { queue: 'q', payloads: [1], delay: 9 }],
      ['queue_take', { queue: 'q', visibility: 9 }],
      ['queue_ack', { queue: 'q', receipts: ['a'] }],
      ['queue_nack', { queue: 'q', receipts: ['a'] }],
      ['queue_extend', { queue: 'q', receipts: ['a'] }],
      ['queue_get', { queue: 'q', id: 'a' }],
      ['queue_cancel', { queue: 'q', id: 'a' }],
      ['queue_stats', { queue: 'q' }],
      ['queue_peek', { queue: 'q' }],
      ['queue_requeue', { queue: 'q' }],
      ['queue_purge', { queue: 'q', state: 'ready' }],
      ['queue_purge', { queue: 'q' }],
      ['stream_append', { stream: 'e', event: 1, max_length: 5, ttl: 60 }],
      ['stream_append', { stream: 'e', event: 1, ttl: null }],
      ['stream_read', { stream: 'e' }],
      ['stream_read', { stream: 'e', after: '$' }],
      ['stream_take', { stream: 'e', group: 'g' }],
      ['stream_take', { stream: 'e', group: 'g', min_idle: 0, wait: 0 }],
      ['stream_ack', { stream: 'e', group: 'g', ids: ['1-1'] }],
      ['stream_info', { stream: 'e' }],
      ['stream_trim', { stream: 'e', max_length: 1, min_id: '1-1' }],
      ['stream_delete', { stream: 'e' }],
      ['state_list', { kind: 'cache' }],
      ['state_list', { kind: 'rate_limit' }],
      ['pubsub_publish', { channel: 'c', message: 1 }],
      ['pubsub_subscribe', { channel: 'c', timeout: 1 }],
      ['pubsub_unsubscribe', { channel: 'c' }],
      ...[1, 2].flatMap((): typeof calls => [
        ['rate_limit_check', { identifier: 'a', limit: 1, window_seconds: 60 }],
        ['rate_limit_sliding_window', { identifier: 'a', limit: 1, window_seconds: 60 }],
        ['rate_limit_combined', { identifier: 'a', limits: [{ limit: 1, window_seconds: 60 }] }],
        ['rate_limit_token_bucket', { identifier: 'a', capacity: 1, refill_per_second: 1 }],
      ]),
      ['rate_limit_reset', { identifier: 'a' }],
    ];
    const others = [
      'pubsub_subscribe with a pattern',
      'events for calls that wait',
      'calls with an idempotency key',
    ];
    assert.deepEqual(new Set([...calls.map(([tool]) => tool), ...others]), new Set(TOOLS));
    for (const [tool, params] of calls) {
      const rules = commandsOf(tool).map((command) => `+${command.toLowerCase()}`);
      // A script that the server does not have yet is sent with EVAL.
      if (rules.includes('+evalsha')) rules.push('+eval', '+script|load');
      await user('exact', 'reset', 'on', '>secret', '~mcp:*', 'allchannels', '-@all', ...rules);
      const run = await runMain(['call', tool.replace(/ .*/, ''), JSON.stringify(params)], {
        env: { ...CONFIG, REDIS_URL: url('exact') },
      });
      assert.equal(run.exitCode, 0, `${tool} ${JSON.stringify(params)}: ${run.stdout}`);
    }
  });

  it('reports a replica, which refuses writes', async () => {
    const replicaPort = await freePort();
    const replica = await startRedis({ port: replicaPort, args: ['--replicaof', '127.0.0.1', String(port)] });
    try {
      const report = await examine(replica.url);
      assert.equal(report.exitCode, 1);
      assert.match(find(report, 'role').message, /is a replica/);
    } finally {
      await replica.stop();
    }
  });
});

describe('gantz doctor on a cluster', () => {
  let cluster: RedisCluster;
  before(async () => {
    cluster = await startCluster({ replicas: 1 });
  });
  after(() => cluster.stop());

  it('shows its nodes, and fails for one node of it', async () => {
    const report = await examine(cluster.url);
    assert.equal(report.exitCode, 0);
    assert.equal(find(report, 'cluster').status, 'ok');
    assert.match(find(report, 'nodes').message, /3 masters, 3 replicas: all can be reached/);
    assert.equal(find(report, 'replicas').status, 'ok');
    assert.equal((report.server['nodes'] as unknown[]).length, 6);
    const single = await examine(`redis://127.0.0.1:${cluster.masters[0]?.port}`);
    assert.equal(single.exitCode, 1);
    assert.match(find(single, 'role').message, /node of a cluster/);
  });

  it('shows the masters to a user who may only run what the tools need', async () => {
    for (const { plain } of [...cluster.masters, ...cluster.replicas])
      await plain.sendCommand(
        'ACL SETUSER plain on >secret ~mcp:* &mcp:* -@all +@read +@write +cluster|slots +ping'.split(' '),
      );
    const report = await examine(cluster.url.replace('://', '://plain:secret@'));
    assert.equal(report.exitCode, 0);
    assert.match(find(report, 'nodes').message, /^3 masters/);
  });

  it('warns about a replica that cannot be reached, and fails for a master', async () => {
    const [replica] = cluster.replicas;
    const [, master] = cluster.masters;
    assert.ok(replica && master);
    await replica.kill();
    const report = await examine(cluster.url);
    assert.equal(find(report, 'nodes').status, 'warning');
    assert.match(find(report, 'nodes').message, new RegExp(`replica: .*:${replica.port} cannot be reached`));
    master.pause();
    try {
      const failed = await examine(cluster.url);
      assert.equal(failed.exitCode, 1);
      assert.match(find(failed, 'nodes').message, new RegExp(`:${master.port} does not reply`));
    } finally {
      master.resume();
    }
  });

  it('warns about a master that has ended when its replica has taken over', async () => {
    const whole = await startCluster({ replicas: 1 });
    try {
      const [victim] = whole.masters;
      assert.ok(victim);
      await victim.kill();
      let report: Report | undefined;
      await waitFor(
        async () => {
          report = await examine(whole.url);
          return report.exitCode === 0;
        },
        { what: () => `no failed check: ${JSON.stringify(report)}` },
      );
      assert.ok(report);
      assert.equal(find(report, 'nodes').status, 'warning');
      assert.match(find(report, 'nodes').message, new RegExp(`:${victim.port} cannot be reached`));
    } finally {
      await whole.stop();
    }
  });

  it('fails for slots that no node serves', async () => {
    const incomplete = await startCluster({ masters: 2 });
    try {
      const [first, second] = incomplete.masters;
      assert.ok(first && second);
      for (const { plain } of incomplete.masters) await plain.sendCommand(['CLUSTER', 'DELSLOTS', '0']);
      await waitFor(
        async () =>
          (await first.plain.sendCommand<string>(['CLUSTER', 'INFO'])).includes('cluster_state:fail'),
        { what: 'the cluster to fail' },
      );
      const report = await examine(incomplete.url);
      assert.equal(report.exitCode, 1);
      assert.match(find(report, 'cluster').message, /16383 of 16384 slots/);
    } finally {
      await incomplete.stop();
    }
  });
});

describe('gantz doctor behind Sentinels', () => {
  it('shows the servers and the Sentinels, and warns about a replica that has ended', async () => {
    const group = await startSentinels();
    try {
      const report = await examine(group.url);
      assert.equal(report.exitCode, 0);
      assert.match(find(report, 'nodes').message, /1 master, 1 replica, 3 Sentinels/);
      assert.equal(report.server['mode'], 'sentinel');
      await group.servers[1]?.kill();
      const warned = await examine(group.url);
      assert.equal(find(warned, 'nodes').status, 'warning');
    } finally {
      await group.stop();
    }
  });
});
