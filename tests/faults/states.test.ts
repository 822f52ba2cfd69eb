import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { endWithTests } from '../helpers/children.ts';
import { freePort } from '../helpers/free-port.ts';
import { startCluster } from '../helpers/redis-cluster.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { connectTo, startRelay } from '../helpers/relay.ts';
import { openRows, type Rows } from '../helpers/rows.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';

/** A server in a state in which it refuses writes. */
type Refusal = {
  what: string;
  args?: readonly string[];
  /** Brings the server into the state. Returns what ends the state, and the URL when it is not that of the server. */
  enter: (server: RedisServer) => Promise<{ url?: string; leave?: () => unknown }>;
  code: string;
  exit: number;
  /** True when the server closes the connection, so that its reply may get lost. */
  mayLoseReply?: true;
};

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a replica (READONLY)',
    async enter(server) {
      const plain = await server.client();
      await plain.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
      return { leave: () => plain.sendCommand(['REPLICAOF', 'NO', 'ONE']) };
    },
    code: 'REDIS_UNAVAILABLE',
    exit: 4,
  },
  {
    what: 'a server without memory (OOM)',
    async enter(server) {
      const plain = await server.client();
      await plain.configSet('maxmemory', '1');
      return { leave: () => plain.configSet('maxmemory', '0') };
    },
    code: 'REDIS_UNAVAILABLE',
    exit: 4,
  },
  {
    what: 'a server that cannot save (MISCONF)',
    args: ['--enable-protected-configs', 'yes'],
    async enter(server) {
      const plain = await server.client();
      await plain.configSet('save', '3600 1');
      const folder = await mkdtemp(join(tmpdir(), 'gantz-misconf-'));
      await plain.configSet('dir', folder);
      await rm(folder, { recursive: true });
      await plain.sendCommand(['BGSAVE']);
      await waitFor(async () => /rdb_last_bgsave_status:err/.test(await plain.info('persistence')), {
        what: 'a failed BGSAVE',
      });
      return { leave: () => plain.configSet('save', '') };
    },
    code: 'REDIS_UNAVAILABLE',
    exit: 4,
  },
  {
    what: 'a server that wants a password (NOAUTH)',
    async enter(server) {
      const plain = await server.client();
      await plain.configSet('requirepass', 'secret');
      return { leave: () => plain.configSet('requirepass', '') };
    },
    code: 'REDIS_AUTH',
    exit: 4,
  },
  {
    what: 'a server with another password (WRONGPASS)',
    async enter(server) {
      const plain = await server.client();
      await plain.configSet('requirepass', 'secret');
      return {
        url: server.url.replace('unix://', 'unix://:other@'),
        leave: () => plain.configSet('requirepass', ''),
      };
    },
    code: 'REDIS_AUTH',
    exit: 4,
  },
  {
    what: 'a user without the permission (NOPERM)',
    async enter(server) {
      const plain = await server.client();
      await plain.sendCommand(['ACL', 'SETUSER', 'reader', 'on', '>p', '~*', '+get']);
      return { url: server.url.replace('unix://', 'unix://reader:p@') };
    },
    code: 'REDIS_AUTH',
    exit: 4,
  },
  {
    what: 'a server with too many clients (maxclients)',
    async enter(server) {
      const plain = await server.client();
      await plain.configSet('maxclients', '1');
      return { leave: () => plain.configSet('maxclients', '1000') };
    },
    code: 'REDIS_UNAVAILABLE',
    exit: 4,
    mayLoseReply: true,
  },
  {
    what: 'a server that runs a script for ever (BUSY)',
    args: ['--lua-time-limit', '50'],
    async enter(server) {
      const [busy, plain] = [await server.client(), await server.client()];
      const script = busy.sendCommand(['EVAL', 'while true do end', '0']).catch(() => undefined);
      await waitFor(
        async () =>
          await plain.ping().then(
            () => false,
            () => true,
          ),
        { what: 'a busy server' },
      );
      return {
        async leave() {
          await plain.sendCommand(['SCRIPT', 'KILL']);
          await script;
        },
      };
    },
    code: 'REDIS_UNAVAILABLE',
    exit: 4,
  },
];

/** A writing call, which succeeds only when `expect` is undefined. */
async function push(rows: Rows, value: string): Promise<{ code: string; outcome: string } | undefined> {
  return await rows.call('list_push', { key: 'l', values: [value], left: false }).then(
    () => undefined,
    (error: unknown) => {
      assert.ok(error instanceof GantzError, String(error));
      return { code: error.code, outcome: error.outcome };
    },
  );
}

describe('a server that refuses writes', () => {
  for (const { what, args = [], enter, code, exit, mayLoseReply } of REFUSALS) {
    const isRefusal = (failure: object | undefined): boolean => {
      const { code: own, outcome } = { code: '', outcome: '', ...failure };
      return own === code && (outcome === 'none' || mayLoseReply === true);
    };
    it(`${what}: nothing written by any process, and writes when it is over`, async () => {
      const server = await startRedis({ args });
      try {
        const rows = openRows(server);
        assert.equal(await push(rows, 'first'), undefined);
        await rows.close();
        const { url = server.url, leave } = await enter(server);
        const refused = openRows({ url }, rows.namespace);
        const failure = await push(refused, 'refused');
        assert.ok(isRefusal(failure), JSON.stringify(failure));
        for (const { path: program } of PROGRAMS) {
          const env = { REDIS_URL: url, GANTZ_NAMESPACE: rows.namespace };
          const run = await runProgram(['list', 'push', '{"key":"l","values":["refused"],"left":false}'], {
            env,
            program,
          });
          assert.ok(isRefusal(envelopeOf(run)), run.stdout);
          assert.equal(run.exitCode, exit);
        }
        await leave?.();
        const again = leave && url === server.url ? refused : openRows(server, rows.namespace);
        assert.equal(await push(again, 'last'), undefined);
        assert.deepEqual((await again.call('list_range', { key: 'l' })).values, ['first', 'last']);
        await refused.close();
        await again.close();
      } finally {
        await server.stop();
      }
    });
  }
});

describe('a long-lived process', () => {
  it('waits for a server that is loading its data (LOADING)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gantz-loading-'));
    const options = ['--dir', folder, '--appendonly', 'no'];
    const server = await startRedis({ args: options });
    const plain = await server.client();
    await plain.sendCommand(['EVAL', "for i = 1, 2000 do redis.call('SET', 'filler' .. i, i) end", '0']);
    const rows = openRows(server);
    await rows.call('cache_set', { key: 'a', value: 'kept' });
    await plain.sendCommand(['SAVE']);
    await rows.close();
    await server.stop();
    // Each key takes 300 µs to load, and the server replies to clients meanwhile.
    const slow = ['--key-load-delay', '300', '--loading-process-events-interval-bytes', '1024'];
    const loading = await startRedis({ args: [...options, ...slow], ready: /Loading RDB|Loading DB/ });
    const later = openRows(loading, rows.namespace);
    assert.equal((await later.call('cache_get', { key: 'a' })).value, 'kept');
    await later.close();
    await loading.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('goes to the server that an address leads to after it answered READONLY', async () => {
    const [old, next] = [await startRedis(), await startRedis()];
    const relay = await startRelay(connectTo(old.socketPath));
    const rows = openRows({ url: `redis://127.0.0.1:${relay.port}` });
    assert.equal(await push(rows, 'old'), undefined);
    await (await old.client()).sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    relay.onward = connectTo(next.socketPath);
    assert.deepEqual(await push(rows, 'refused'), { code: 'REDIS_UNAVAILABLE', outcome: 'none' });
    assert.equal(await push(rows, 'new'), undefined);
    assert.deepEqual((await rows.call('list_range', { key: 'l' })).values, ['new']);
    await rows.close();
    await relay.stop();
    await Promise.all([old.stop(), next.stop()]);
  });

  it('runs scripts after SCRIPT FLUSH', async () => {
    const server = await startRedis();
    const rows = openRows(server);
    assert.equal(await push(rows, 'a'), undefined);
    await (await server.client()).scriptFlush();
    assert.equal(await push(rows, 'b'), undefined);
    await rows.close();
    await server.stop();
  });

  it('answers when a server that was stopped (SIGSTOP) goes on before the deadline', async () => {
    const server = await startRedis();
    const rows = openRows(server);
    assert.equal(await push(rows, 'a'), undefined);
    server.pause();
    const waiting = push(rows, 'b');
    await new Promise((resolve) => setImmediate(resolve));
    server.resume();
    assert.equal(await waiting, undefined);
    await rows.close();
    await server.stop();
  });
});

describe('a cluster without all slots (CLUSTERDOWN)', () => {
  it('refuses calls with outcome none, and serves them when the slots are back', async () => {
    const cluster = await startCluster();
    const [node] = cluster.masters;
    assert.ok(node);
    const rows = openRows(cluster);
    assert.equal(await push(rows, 'first'), undefined);
    for (const { plain } of cluster.masters) await plain.sendCommand(['CLUSTER', 'DELSLOTS', '0']);
    await waitFor(
      async () => /cluster_state:fail/.test(await node.plain.sendCommand<string>(['CLUSTER', 'INFO'])),
      { what: 'a cluster that is down' },
    );
    assert.deepEqual(await push(rows, 'refused'), { code: 'REDIS_UNAVAILABLE', outcome: 'none' });
    await node.plain.sendCommand(['CLUSTER', 'ADDSLOTS', '0']);
    await waitFor(async () => (await push(rows, 'last')) === undefined, { what: 'a cluster that is up' });
    assert.deepEqual((await rows.call('list_range', { key: 'l' })).values, ['first', 'last']);
    await rows.close();
    await cluster.stop();
  });
});

describe('an address that nobody serves', () => {
  it('fails at once where nothing listens, and at the deadline where connections hang', async () => {
    const port = await freePort();
    const hanging = await startHanging();
    for (const { path: program } of PROGRAMS) {
      const refused = await runProgram(['list', 'push', '{"key":"l","values":[1]}'], {
        env: { REDIS_URL: `redis://127.0.0.1:${port}` },
        program,
      });
      const { code, outcome } = envelopeOf(refused);
      assert.deepEqual([code, outcome, refused.exitCode], ['REDIS_UNAVAILABLE', 'none', 4]);
      const late = await runProgram(['--timeout', '1s', 'list', 'push', '{"key":"l","values":[1]}'], {
        env: { REDIS_URL: `redis://127.0.0.1:${hanging.port}` },
        program,
      });
      const envelope = envelopeOf(late);
      assert.deepEqual([envelope['code'], envelope['outcome'], late.exitCode], ['TIMEOUT', 'none', 5]);
    }
    hanging.stop();
  });
});

/** Starts a process whose queue of connections is full, so that further ones get no reply, as behind a firewall. */
async function startHanging(): Promise<{ port: number; stop(): void }> {
  const source = `const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));`;
  const child = endWithTests(
    spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await waitFor(() => output.endsWith('\n'), { what: 'the port of a process' });
  const port = Number(output);
  child.kill('SIGSTOP');
  const sockets = Array.from({ length: 8 }, () =>
    createConnection(port, '127.0.0.1').on('error', () => undefined),
  );
  return {
    port,
    stop() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
