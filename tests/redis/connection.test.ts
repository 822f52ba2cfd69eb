import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { Deadline } from '../../lib/deadline.ts';
import { GantzError } from '../../lib/errors.ts';
import { openRedis, type Binding, type RedisConnection } from '../../lib/redis/connection.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';

const MODES = ['one-shot', 'long-lived'] as const;
type Mode = (typeof MODES)[number];

const within = (budgetMs: number, more: Omit<Binding, 'deadline'> = {}): Binding => ({
  deadline: new Deadline({ budgetMs }),
  ...more,
});

/** What a call ended with, and that it did so in time. */
async function failureOf(
  call: Promise<unknown>,
  limitMs: number,
): Promise<{ code: string; outcome: string; message: string }> {
  const begun = performance.now();
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof GantzError, String(error));
    assert.ok(performance.now() - begun < limitMs + 1000, 'in time');
    return { code: error.code, outcome: error.outcome, message: error.message };
  }
  assert.fail('the call should fail');
}

/** A server that accepts and never says a word. */
async function startSilent(): Promise<{ port: number; stop(): void }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const opened: RedisConnection[] = [];
function open(url: string, mode: Mode): RedisConnection {
  const connection = openRedis({ url, env: {}, mode, notice: () => assert.fail('nothing to say') });
  opened.push(connection);
  return connection;
}
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

let server: RedisServer;
before(async () => {
  server = await startRedis();
});
after(() => server.stop());

for (const mode of MODES) {
  describe(`a ${mode} connection`, () => {
    it('runs many calls at once over one connection', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      const counts = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          connection.use(within(5000), async ({ client, key }) => {
            await client.set(key('cache', `n${index}`), String(index));
            return await client.get(key('cache', `n${index}`));
          }),
        ),
      );
      assert.deepEqual(
        counts,
        Array.from({ length: 200 }, (_, index) => String(index)),
      );
      const stats = await connection.use(within(5000), ({ client }) => client.info('stats'));
      assert.match(stats, /^total_connections_received:1\r?$/m);
      await own.stop();
    });

    it('sends nothing before the first command', async () => {
      const own = await startRedis();
      try {
        await open(own.url, mode).use(within(5000), ({ client }) => client.ping());
        const plain = await own.client();
        const stats = await plain.info('commandstats');
        assert.doesNotMatch(stats, /cmdstat_(client|hello|auth|select)/);
      } finally {
        await own.stop();
      }
    });

    it('answers REDIS_UNAVAILABLE, outcome none, when the port is closed', async () => {
      const silent = await startSilent();
      silent.stop();
      const failure = await failureOf(
        open(`redis://user:hunter2@127.0.0.1:${silent.port}`, mode).use(within(5000), ({ client }) =>
          client.sendCommand(['INCR', 'n']),
        ),
        5000,
      );
      assert.deepEqual(failure, {
        code: 'REDIS_UNAVAILABLE',
        outcome: 'none',
        message: `Redis at redis://127.0.0.1:${silent.port} cannot be reached: nothing listens there`,
      });
    });

    it('answers TIMEOUT when a server accepts and stays silent: unknown after a write, none after a read or before', async () => {
      const silent = await startSilent();
      try {
        const url = `127.0.0.1:${silent.port}`;
        const call = (where: string, readOnly: boolean): Promise<{ code: string; outcome: string }> =>
          failureOf(
            open(where, mode).use(within(200, { readOnly }), ({ client }) => client.set('a', 'b')),
            200,
          );
        const failures = await Promise.all([
          call(`redis://${url}`, false),
          call(`redis://${url}`, true),
          call(`redis://:secret@${url}`, false),
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

    it('answers TIMEOUT, outcome unknown, when the server is paused in mid-call, and works again afterwards', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      server.pause();
      try {
        const failures = await Promise.all([
          failureOf(
            connection.use(within(200), ({ client }) => client.set('a', 'b')),
            200,
          ),
          failureOf(
            connection.use(within(250, { readOnly: true }), ({ client }) => client.get('a')),
            250,
          ),
        ]);
        // Without a repair a one-shot connection ends for both at the first deadline.
        assert.deepEqual([failures[0].code, failures[0].outcome], ['TIMEOUT', 'unknown']);
        assert.equal(failures[1].outcome, 'none');
        assert.equal(
          (
            await failureOf(
              connection.use(within(200), ({ client }) => client.set('a', 'c')),
              200,
            )
          ).code,
          'TIMEOUT',
        );
      } finally {
        server.resume();
      }
      assert.equal(await connection.use(within(5000), ({ client }) => client.ping()), 'PONG');
    });

    it('answers REDIS_UNAVAILABLE, outcome unknown, when the server is killed in mid-call', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      own.pause();
      const write = failureOf(
        connection.use(within(5000), ({ client }) => client.set('a', 'b')),
        5000,
      );
      const read = failureOf(
        connection.use(within(5000, { readOnly: true }), ({ client }) => client.get('a')),
        5000,
      );
      await new Promise((resolve) => setImmediate(resolve));
      await own.kill();
      assert.deepEqual([(await write).code, (await write).outcome], ['REDIS_UNAVAILABLE', 'unknown']);
      assert.deepEqual([(await read).code, (await read).outcome], ['REDIS_UNAVAILABLE', 'none']);
      await own.stop();
    });

    it('leaves no connection behind to a server that never answers', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      own.pause();
      for (let round = 0; round < 5; round++) {
        await failureOf(
          connection.use(within(60), ({ client }) => client.get('a')),
          60,
        );
      }
      own.resume();
      const plain = await own.client();
      // The server learns of closed connections when it runs again.
      let clients = '';
      do clients = await plain.info('clients');
      while (!/^connected_clients:1\r?$/m.test(clients));
      await own.stop();
    });

    it('ends a call on abort with the reason of its signal, before and during', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      const reason = new GantzError('CANCELLED', 'The caller went away');
      assert.deepEqual(
        await failureOf(
          connection.use(within(5000, { signal: AbortSignal.abort(reason) }), () => assert.fail()),
          0,
        ),
        { code: 'CANCELLED', outcome: 'none', message: 'The caller went away' },
      );
      const controller = new AbortController();
      server.pause();
      try {
        const call = connection.use(within(5000, { signal: controller.signal }), ({ client }) =>
          client.sendCommand(['INCR', 'n']),
        );
        setImmediate(() => controller.abort(reason));
        assert.deepEqual(await failureOf(call, 0), {
          code: 'CANCELLED',
          outcome: 'unknown',
          message: 'The caller went away',
        });
      } finally {
        server.resume();
      }
    });

    it('bounds a call whose deadline moves by where it moved to', async () => {
      const binding = within(100);
      const connection = open(server.url, mode);
      const answer = await connection.use(binding, async ({ client }) => {
        binding.deadline.allowWait(300);
        await new Promise((resolve) => setTimeout(resolve, 250));
        return await client.ping();
      });
      assert.equal(answer, 'PONG');
    });

    it('passes on what a row throws, and names bugs as such', async () => {
      const connection = open(server.url, mode);
      const refusal = new GantzError('NOT_FOUND', 'There is none');
      await assert.rejects(
        connection.use(within(5000), () => Promise.reject(refusal)),
        refusal,
      );
      await assert.rejects(
        connection.use(within(5000), () => Promise.reject(new TypeError('a bug'))),
        TypeError,
      );
    });

    it('maps replies that are errors by their first word, outcome none', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(5000), ({ client }) => client.sendCommand(['RPUSH', 'l', '1']));
      const failure = await failureOf(
        connection.use(within(5000), ({ client }) => client.get('l')),
        5000,
      );
      assert.deepEqual([failure.code, failure.outcome], ['WRONG_TYPE', 'none']);
      assert.equal(
        (
          await failureOf(
            connection.use(within(5000), ({ client }) => client.sendCommand(['NOPE'])),
            5000,
          )
        ).code,
        'REDIS_ERROR',
      );
    });

    it('runs a script that the server does not know, and maps what it refuses with', async () => {
      const connection = open(server.url, mode);
      const source = `if ARGV[1] == 'x' then return redis.error_reply('NOTFOUND There is no such thing') end return KEYS[1]`;
      const plain = await server.client();
      await plain.scriptFlush();
      const sha = await plain.scriptLoad(source);
      await plain.scriptFlush();
      const script = { name: 'test', sha, source };
      const run = (argument: string): Promise<unknown> =>
        connection.use(within(5000), (redis) => redis.run(script, ['k'], [argument]));
      assert.equal(await run('y'), 'k');
      assert.deepEqual(await plain.scriptExists([sha]), [1]);
      assert.equal(await run('y'), 'k');
      assert.deepEqual(await failureOf(run('x'), 5000), {
        code: 'NOT_FOUND',
        outcome: 'none',
        message: 'There is no such thing',
      });
    });

    it('hands out connections of their own, and tells when they are lost', async () => {
      const own = await startRedis();
      const connection = open(own.url, mode);
      const failure = await failureOf(
        connection.use(within(5000, { readOnly: true }), async ({ client, dedicated }) => {
          await using mine = await dedicated();
          const message = new Promise(
            (resolve) => void mine.client.subscribe('c', resolve).then(() => client.publish('c', 'hello')),
          );
          assert.equal(await message, 'hello');
          void own.kill();
          await mine.lost;
        }),
        5000,
      );
      assert.deepEqual([failure.code, failure.outcome], ['REDIS_UNAVAILABLE', 'none']);
      await own.stop();
    });

    it('closes the connections of a call with it', async () => {
      const connection = open(server.url, mode);
      let lost: Promise<never> | undefined;
      const call = connection.use(within(300, { readOnly: true }), async ({ dedicated }) => {
        const mine = await dedicated();
        lost = mine.lost;
        await mine.client.subscribe('c', () => undefined);
        await lost;
      });
      assert.equal((await failureOf(call, 300)).code, 'TIMEOUT');
      await assert.rejects(lost ?? Promise.resolve());
    });

    it('makes no more than 64 connections of their own, and waiting for one counts', async () => {
      const connection = open(server.url, mode);
      const hold = new AbortController();
      const reason = new GantzError('CANCELLED', 'enough');
      let taken = 0;
      const holders = Array.from({ length: 64 }, () =>
        connection.use(within(10_000, { signal: hold.signal }), async ({ dedicated }) => {
          const mine = await dedicated();
          taken++;
          return await mine.lost;
        }),
      );
      const settled = Promise.allSettled(holders);
      while (taken < 64) await new Promise((resolve) => setTimeout(resolve, 5));
      if (mode === 'long-lived') {
        const refused = connection.use(within(200, { readOnly: true }), ({ dedicated }) => dedicated());
        assert.equal((await failureOf(refused, 200)).code, 'TIMEOUT');
      }
      const waiting = connection.use(
        within(5000),
        async ({ dedicated }) => await (await dedicated()).client.ping(),
      );
      hold.abort(reason);
      await settled;
      if (mode === 'long-lived') assert.equal(await waiting, 'PONG');
      else await waiting.catch(() => undefined);
    });

    it('fails calls under way when it is closed, and takes no more', async () => {
      const connection = open(server.url, mode);
      await connection.use(within(5000), ({ client }) => client.ping());
      server.pause();
      try {
        const call = failureOf(
          connection.use(within(5000), ({ client }) => client.sendCommand(['INCR', 'n'])),
          5000,
        );
        await connection.close();
        assert.deepEqual([(await call).code, (await call).outcome], ['CANCELLED', 'unknown']);
      } finally {
        server.resume();
      }
      assert.equal(
        (
          await failureOf(
            connection.use(within(5000), ({ client }) => client.ping()),
            0,
          )
        ).code,
        'CANCELLED',
      );
    });

    it('logs in, selects a database, and never shows the password', async () => {
      const own = await startRedis({ args: ['--requirepass', 'p@ss word'] });
      try {
        const url = (password: string, rest = ''): string =>
          own.url.replace('unix://', `unix://:${encodeURIComponent(password)}@`) + rest;
        const right = open(url('p@ss word', '?db=3'), mode);
        await right.use(within(5000), ({ client }) => client.set('a', 'b'));
        assert.match(await right.use(within(5000), ({ client }) => client.info('keyspace')), /^db3:keys=1/m);
        for (const wrong of [url('hunter2'), own.url]) {
          const failure = await failureOf(
            open(wrong, mode).use(within(5000), ({ client }) => client.get('a')),
            5000,
          );
          assert.deepEqual([failure.code, failure.outcome], ['REDIS_AUTH', 'none']);
          assert.doesNotMatch(failure.message, /hunter2/);
        }
      } finally {
        await own.stop();
      }
    });

    it('keeps no process alive after close, whatever happened before', async () => {
      const silent = await startSilent();
      try {
        for (const url of [
          server.url,
          `redis://127.0.0.1:${silent.port}`,
          `redis://:x@127.0.0.1:${silent.port}`,
        ]) {
          const program = `
            import { openRedis } from './lib/redis/connection.ts';
            import { Deadline } from './lib/deadline.ts';
            const redis = openRedis({ url: ${JSON.stringify(url)}, env: {}, mode: '${mode}', notice() {} });
            const deadline = new Deadline({ budgetMs: 300 });
            redis.use({ deadline }, ({ client }) => client.ping())
              .then(() => 'answered', (error) => error.code)
              .then(async (text) => { await redis.close(); process.stdout.write(text); });`;
          const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
            stdio: ['ignore', 'pipe', 'inherit'],
            timeout: 20_000,
          });
          let output = '';
          child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
          const [code] = (await once(child, 'exit')) as [number | null];
          assert.deepEqual([code, output], [0, url === server.url ? 'answered' : 'TIMEOUT']);
        }
      } finally {
        silent.stop();
      }
    });
  });
}

describe('a long-lived connection', () => {
  it('finds a server again that was restarted', async () => {
    const silent = await startSilent();
    silent.stop();
    const first = await startRedis({ port: silent.port });
    const connection = open(first.url, 'long-lived');
    await connection.use(within(5000), ({ client }) => client.ping());
    await first.stop();
    const waiting = connection.use(within(5000), ({ client }) => client.ping());
    const second = await startRedis({ port: silent.port });
    assert.equal(await waiting, 'PONG');
    await second.stop();
  });

  it('answers what info asks', async () => {
    const info = await open(server.url, 'long-lived').info(within(5000));
    assert.match(info.version, /^\d+\.\d+/);
    assert.equal(info.where, server.url);
    assert.ok(info.roundTripMs > 0);
  });
});
