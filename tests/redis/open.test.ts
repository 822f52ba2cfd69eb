import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import { openRedis, type RedisHandle } from '../../lib/redis/open.ts';
import type { UseOptions } from '../../lib/redis/options.ts';
import { endOf, endWithTests } from '../helpers/children.ts';
import { compileProgram } from '../helpers/program.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { nextEvent, settled, waitFor } from '../helpers/wait.ts';

const MODES = ['one-shot', 'long-lived'] as const;
type Mode = (typeof MODES)[number];

const within = (budgetMs: number, more: Omit<UseOptions, 'deadline'> = {}): UseOptions => ({
  deadline: new Deadline({ budgetMs }),
  ...more,
});

/** The time limit of calls that must end before it, on a slow machine too. */
const AMPLE_MS = 30_000;

/** Returns the failure of a call. Most calls here fail within milliseconds, some at a deadline of 200 ms. */
async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: string; outcome: string; message: string }> {
  try {
    await settled(call, { what: 'the failure of a call', limitMs: AMPLE_MS });
  } catch (error) {
    assert.ok(error instanceof GantzError, String(error));
    return { code: error.code, outcome: error.outcome, message: error.message };
  }
  assert.fail('the call should fail');
}

/** Starts a server that accepts connections and never replies. */
async function startSilent(): Promise<{ port: number; stop(): void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await nextEvent(server, 'listening', { what: 'a listening server' });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Listens on a port, and connects each client to the server on a Unix socket. */
async function listen(port: number, socketPath: string): Promise<Server> {
  const relay = createServer((socket) => {
    const onward = createConnection(socketPath);
    socket.on('error', () => onward.destroy()).on('close', () => onward.destroy());
    onward.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  });
  relay.listen(port, '127.0.0.1');
  await nextEvent(relay, 'listening', { what: 'a listening relay' });
  return relay;
}

const opened: RedisHandle[] = [];
function open(url: string, mode: Mode): RedisHandle {
  const connection = openRedis({ url, env: {}, mode, notice: () => assert.fail('nothing to say') });
  opened.push(connection);
  return connection;
}
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

const server = useRedis();

for (const mode of MODES) {
  describe(`a ${mode} connection`, () => {
    it('runs many calls at once over one connection', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      const counts = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          connection.use(within(AMPLE_MS), async ({ client, key, write }) => {
            await write(['SET', key('cache', `n${index}`), String(index)]);
            return await client.get(key('cache', `n${index}`));
          }),
        ),
      );
      assert.deepEqual(
        counts,
        Array.from({ length: 200 }, (_, index) => String(index)),
      );
      const stats = await connection.use(within(AMPLE_MS), ({ client }) => client.info('stats'));
      assert.match(stats, /^total_connections_received:1\r?$/m);
      await own.stop();
    });

    it('sends nothing before the first command', async () => {
      const own = await startRedis();
      try {
        await open(own.url, mode).use(within(AMPLE_MS), ({ client }) => client.ping());
        const plain = await own.client();
        const stats = await plain.info('commandstats');
        assert.doesNotMatch(stats, /cmdstat_(client|hello|auth|select)/);
      } finally {
        await own.stop();
      }
    });

    it('fails with REDIS_UNAVAILABLE, outcome none, when the port is closed', async () => {
      const silent = await startSilent();
      silent.stop();
      const failure = await failureOf(
        open(`redis://user:hunter2@127.0.0.1:${silent.port}`, mode).use(within(AMPLE_MS), ({ client }) =>
          client.sendCommand(['INCR', 'n']),
        ),
      );
      assert.deepEqual(failure, {
        code: 'REDIS_UNAVAILABLE',
        outcome: 'none',
        message: `Redis at redis://127.0.0.1:${silent.port} cannot be reached: nothing listens there`,
      });
    });

    it('fails with TIMEOUT when a server accepts and never replies: unknown after a write, none after a read or before sending', async () => {
      const silent = await startSilent();
      try {
        const url = `127.0.0.1:${silent.port}`;
        const call = async (where: string, readOnly: boolean, connects = true) => {
          const connection = open(where, mode);
          if (connects) await connection.use(within(AMPLE_MS), () => Promise.resolve());
          return await failureOf(
            connection.use(within(200, { readOnly }), ({ write }) => write(['SET', 'a', 'b'])),
          );
        };
        const failures = await Promise.all([
          call(`redis://${url}`, false),
          call(`redis://${url}`, true),
          // This call waits for the reply to AUTH.
          call(`redis://:secret@${url}`, false, false),
        ]);
        assert.deepEqual(
          failures.map(({ code, outcome }) => [code, outcome]),
          [
            ['TIMEOUT', 'unknown'],
            ['TIMEOUT', 'none'],
            ['TIMEOUT', 'none'],
          ],
        );
      } finally {
        silent.stop();
      }
    });

    it('answers TIMEOUT, outcome unknown, when the server pauses during a call, and works again afterwards', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      server.pause();
      try {
        const failures = await Promise.all([
          failureOf(connection.use(within(200), ({ write }) => write(['SET', 'a', 'b']))),
          failureOf(connection.use(within(250, { readOnly: true }), ({ client }) => client.get('a'))),
        ]);
        // A one-shot connection is not replaced, so the first deadline ends it for both calls.
        assert.deepEqual([failures[0].code, failures[0].outcome], ['TIMEOUT', 'unknown']);
        assert.equal(failures[1].outcome, 'none');
        assert.equal(
          (await failureOf(connection.use(within(200), ({ write }) => write(['SET', 'a', 'c'])))).code,
          'TIMEOUT',
        );
      } finally {
        server.resume();
      }
      assert.equal(await connection.use(within(AMPLE_MS), ({ client }) => client.ping()), 'PONG');
    });

    it('answers REDIS_UNAVAILABLE, outcome unknown, when the server is killed during a call', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      own.pause();
      const write = failureOf(connection.use(within(AMPLE_MS), ({ write }) => write(['SET', 'a', 'b'])));
      const read = failureOf(
        connection.use(within(AMPLE_MS, { readOnly: true }), ({ client }) => client.get('a')),
      );
      await new Promise((resolve) => setImmediate(resolve));
      await own.kill();
      assert.deepEqual([(await write).code, (await write).outcome], ['REDIS_UNAVAILABLE', 'unknown']);
      assert.deepEqual([(await read).code, (await read).outcome], ['REDIS_UNAVAILABLE', 'none']);
      await own.stop();
    });

    it('closes its connection to a server that never replies', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      own.pause();
      for (let round = 0; round < 5; round++) {
        await failureOf(connection.use(within(60), ({ client }) => client.get('a')));
      }
      own.resume();
      const plain = await own.client();
      // The server learns of closed connections when it runs again.
      await waitFor(async () => /^connected_clients:1\r?$/m.test(await plain.info('clients')), {
        what: 'the server to have one client',
      });
      await own.stop();
    });

    it('ends a call on abort with the reason of its signal, before and during the call', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      const reason = new GantzError('CANCELLED', 'The caller went away');
      assert.deepEqual(
        await failureOf(
          connection.use(within(AMPLE_MS, { signal: AbortSignal.abort(reason) }), () => assert.fail()),
        ),
        { code: 'CANCELLED', outcome: 'none', message: 'The caller went away' },
      );
      const controller = new AbortController();
      server.pause();
      try {
        const call = connection.use(within(AMPLE_MS, { signal: controller.signal }), ({ client }) =>
          client.sendCommand(['INCR', 'n']),
        );
        setImmediate(() => controller.abort(reason));
        assert.deepEqual(await failureOf(call), {
          code: 'CANCELLED',
          outcome: 'unknown',
          message: 'The caller went away',
        });
      } finally {
        server.resume();
      }
    });

    it('ends a call whose deadline moved at the moved deadline', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      const later = within(500);
      const first = new Deadline({ budgetMs: 500 });
      const answer = await connection.use(later, async ({ client }) => {
        later.deadline.allowWait(AMPLE_MS);
        await waitFor(() => first.remainingMs() === 0, { what: 'the end of the first deadline' });
        return await client.ping();
      });
      assert.equal(answer, 'PONG');
      const soon = within(500);
      const endless = connection.use(soon, () => {
        soon.deadline.allowWait(600, 0);
        return new Promise(() => undefined);
      });
      assert.equal((await failureOf(endless)).code, 'TIMEOUT');
      assert.equal(soon.deadline.remainingMs(), 0, 'the moved deadline has passed');
    });

    it('rejects with the error that an operation throws, a bug included', async () => {
      const connection = open(server.url, mode);
      const refusal = new GantzError('NOT_FOUND', 'There is none');
      await assert.rejects(
        connection.use(within(AMPLE_MS), () => Promise.reject(refusal)),
        refusal,
      );
      await assert.rejects(
        connection.use(within(AMPLE_MS), () => Promise.reject(new TypeError('a bug'))),
        TypeError,
      );
    });

    it('maps error replies by their first word, with outcome none', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.sendCommand(['RPUSH', 'l', '1']));
      const failure = await failureOf(connection.use(within(AMPLE_MS), ({ client }) => client.get('l')));
      assert.deepEqual([failure.code, failure.outcome], ['WRONG_TYPE', 'none']);
      assert.equal(
        (await failureOf(connection.use(within(AMPLE_MS), ({ client }) => client.sendCommand(['NOPE']))))
          .code,
        'REDIS_ERROR',
      );
    });

    it('runs a script that the server does not have yet, and maps its error replies', async () => {
      const connection = open(server.url, mode);
      const source = `if ARGV[1] == 'x' then return redis.error_reply('NOTFOUND There is no such thing') end return KEYS[1]`;
      const plain = await server.client();
      await plain.scriptFlush();
      const sha = await plain.scriptLoad(source);
      await plain.scriptFlush();
      const script = { name: 'test', sha, source };
      const run = (argument: string): Promise<unknown> =>
        connection.use(within(AMPLE_MS), (redis) => redis.run(script, ['k'], [argument]));
      assert.equal(await run('y'), 'k');
      assert.deepEqual(await plain.scriptExists([sha]), [1]);
      assert.equal(await run('y'), 'k');
      assert.deepEqual(await failureOf(run('x')), {
        code: 'NOT_FOUND',
        outcome: 'none',
        message: 'There is no such thing',
      });
    });

    it('provides dedicated connections, and reports when they are lost', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      const failure = await failureOf(
        connection.use(within(AMPLE_MS, { readOnly: true }), async ({ write, dedicated }) => {
          await using mine = await dedicated();
          const message = new Promise(
            (resolve) =>
              void mine.client.subscribe('c', resolve).then(() => write(['PUBLISH', 'c', 'hello'])),
          );
          assert.equal(await settled(message, { what: 'the published message' }), 'hello');
          void own.kill();
          await settled(mine.lost, { what: 'the loss of the connection' });
        }),
      );
      assert.deepEqual([failure.code, failure.outcome], ['REDIS_UNAVAILABLE', 'none']);
      await own.stop();
    });

    it('closes the dedicated connections of a call when the call ends', async () => {
      let lost: Promise<never> | undefined;
      // A call whose deadline came before its connection proves nothing, and may leave one that is about to close.
      for (let budgetMs = 100; !lost; budgetMs *= 2) {
        const connection = open(server.url, mode);
        const call = connection.use(within(budgetMs, { readOnly: true }), async ({ dedicated }) => {
          const mine = await dedicated();
          await mine.client.subscribe('c', () => undefined);
          lost = mine.lost;
          await lost;
        });
        assert.equal((await failureOf(call)).code, 'TIMEOUT');
      }
      await assert.rejects(lost);
    });

    it('opens at most 64 dedicated connections, and refuses one more at once', async () => {
      const connection = open(server.url, mode);
      const hold = new AbortController();
      const reason = new GantzError('CANCELLED', 'enough');
      let taken = 0;
      const holders = Array.from({ length: 64 }, () =>
        connection.use(within(AMPLE_MS, { signal: hold.signal }), async ({ dedicated }) => {
          const mine = await dedicated();
          taken++;
          return await mine.lost;
        }),
      );
      const settled = Promise.allSettled(holders);
      await waitFor(() => taken === 64, { what: () => `64 connections; so far ${taken}` });
      const refused = await failureOf(connection.use(within(AMPLE_MS), ({ dedicated }) => dedicated()));
      assert.deepEqual([refused.code, refused.outcome], ['OVERLOADED', 'none']);
      hold.abort(reason);
      await settled;
      const again = connection.use(
        within(AMPLE_MS),
        async ({ dedicated }) => await (await dedicated()).client.ping(),
      );
      if (mode === 'long-lived') assert.equal(await again, 'PONG');
      else await again.catch(() => undefined);
    });

    it('fails calls in flight when it is closed, and refuses further calls', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
      server.pause();
      try {
        const call = failureOf(
          connection.use(within(AMPLE_MS), ({ client }) => client.sendCommand(['INCR', 'n'])),
        );
        await connection.close();
        assert.deepEqual([(await call).code, (await call).outcome], ['CANCELLED', 'unknown']);
      } finally {
        server.resume();
      }
      assert.equal(
        (await failureOf(connection.use(within(AMPLE_MS), ({ client }) => client.ping()))).code,
        'CANCELLED',
      );
    });

    it('logs in, selects a database, and never shows the password', async () => {
      const own = await startRedis({ args: ['--requirepass', 'p@ss word'] });
      try {
        const url = (password: string, rest = ''): string =>
          own.url.replace('unix://', `unix://:${encodeURIComponent(password)}@`) + rest;
        const right = open(url('p@ss word', '?db=3'), mode);
        await right.use(within(AMPLE_MS), ({ write }) => write(['SET', 'a', 'b']));
        assert.match(
          await right.use(within(AMPLE_MS), ({ client }) => client.info('keyspace')),
          /^db3:keys=1/m,
        );
        for (const wrong of [url('hunter2'), own.url]) {
          const failure = await failureOf(
            open(wrong, mode).use(within(AMPLE_MS), ({ client }) => client.get('a')),
          );
          assert.deepEqual([failure.code, failure.outcome], ['REDIS_AUTH', 'none']);
          assert.doesNotMatch(failure.message, /hunter2/);
        }
      } finally {
        await own.stop();
      }
    });

    it('keeps no process running after close, whatever happened before', async () => {
      const silent = await startSilent();
      try {
        const program = await compileProgram(`
          import { openRedis } from './lib/redis/open.ts';
          import { Deadline } from './lib/contract/deadline.ts';
          const [url, budgetMs] = process.argv.slice(2);
          const redis = openRedis({ url, env: {}, mode: '${mode}', notice() {} });
          const deadline = new Deadline({ budgetMs: Number(budgetMs) });
          redis.use({ deadline }, ({ client }) => client.ping())
            .then(() => 'answered', (error) => error.code)
            .then(async (text) => { await redis.close(); process.stdout.write(text); });`);
        const ends = async (url: string, budgetMs: number): Promise<[number | null, string]> => {
          const words = [program, url, String(budgetMs)];
          const child = endWithTests(
            spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] }),
          );
          let output = '';
          child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
          const code = await endOf(child, { what: () => `the end of a process that printed: ${output}` });
          return [code, output];
        };
        assert.deepEqual(
          await Promise.all([
            ends(server.url, AMPLE_MS),
            ends(`redis://127.0.0.1:${silent.port}`, 300),
            ends(`redis://:x@127.0.0.1:${silent.port}`, 300),
          ]),
          [
            [0, 'answered'],
            [0, 'TIMEOUT'],
            [0, 'TIMEOUT'],
          ],
        );
      } finally {
        silent.stop();
      }
    });
  });
}

describe('a long-lived connection', () => {
  it('reconnects to a server that was restarted', async () => {
    const silent = await startSilent();
    silent.stop();
    const first = await startRedis({ port: silent.port });
    const connection = open(first.url, 'long-lived');
    await connection.use(within(AMPLE_MS), ({ client }) => client.ping());
    await first.stop();
    // The second server starts first and then gets the port, so its start-up time does not matter.
    const second = await startRedis();
    const waiting = connection.use(within(AMPLE_MS), ({ client }) => client.ping());
    const port = await listen(silent.port, second.socketPath);
    assert.equal(await waiting, 'PONG');
    port.close();
    await second.stop();
  });

  it('returns the version, the place and the round trip of the server', async () => {
    const info = await open(server.url, 'long-lived').info(within(AMPLE_MS));
    assert.match(info.version, /^\d+\.\d+/);
    assert.equal(info.where, server.url);
    assert.ok(info.roundTripMs > 0);
  });
});
