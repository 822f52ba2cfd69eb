import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';

const redis = useRedis();
let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'gantz-lock-'))));
after(() => rm(folder, { recursive: true }));

/** Prints `ready`, and runs until SIGTERM, at which it prints `ended`. */
const UNTIL_TERM = ['sh', '-c', 'trap "echo ended; exit 0" TERM; echo ready; while :; do sleep 0.05; done'];

/** Returns the envelope on the last line of stderr. The shell writes there too, when a signal ends its children. */
function failureOf({ stderr }: Run): Record<string, unknown> {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe('gantz with-lock', () => {
  for (const { name: program, path } of PROGRAMS) {
    describe(`with ${program}`, () => {
      const namespace = `lock-${PROGRAMS.findIndex((one) => one.path === path)}`;
      const env = { REDIS_URL: '', GANTZ_NAMESPACE: namespace, PATH: process.env['PATH'], HOME: '/dev/null' };
      before(() => void (env.REDIS_URL = redis.url));
      const key = (name: string): string => `${namespace}:lock:${name}`;

      const run = (words: readonly string[], stdin = ''): Promise<Run> =>
        runProgram(['with-lock', ...words], { program: path, env, stdin });

      /** Starts gantz, and resolves when the command has printed `ready`. */
      async function start(words: readonly string[], more: Record<string, string> = {}) {
        const child = endWithTests(
          spawn(path, ['with-lock', ...words], {
            env: { ...env, ...more },
            stdio: ['ignore', 'pipe', 'pipe'],
          }),
        );
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
        child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
        const ended = endOf(child, {
          what: () => `the end of gantz with-lock; it printed ${stdout}${stderr}`,
        });
        ended.catch(() => undefined);
        await waitFor(() => stdout.includes('ready\n'), { what: () => `the command to be ready: ${stderr}` });
        return {
          child,
          printed: () => stdout,
          end: async (): Promise<Run> => {
            const status = await ended;
            return { stdout, stderr, exitCode: status ?? 129 };
          },
        };
      }

      const isHeld = async (name: string): Promise<boolean> =>
        envelopeOf(await runMain(['lock', 'status', '--name', name], { env }))['held'] === true;

      it('runs the command with its arguments, its input and its output', async () => {
        const words = [
          'io',
          '--',
          'sh',
          '-c',
          'cat; echo "$@" >&2; echo "$GANTZ_LOCK_TOKEN $GANTZ_LOCK_FENCE"',
        ];
        const { stdout, stderr, exitCode } = await run([...words, 'sh', '--wait', 'a  b'], 'input\n');
        assert.equal(exitCode, 0);
        assert.equal(stderr, '--wait a  b\n');
        assert.match(stdout, /^input\n[0-9a-f-]{36} \d{16}\n$/);
        assert.equal(await isHeld('io'), false);
      });

      it('passes on the exit status, and 128+n for a signal', async () => {
        assert.equal((await run(['status', '--', 'sh', '-c', 'exit 7'])).exitCode, 7);
        assert.equal((await run(['status', '--', 'sh', '-c', 'kill -KILL $$'])).exitCode, 137);
      });

      it('says that a command is not there or may not be executed, and releases the lock', async () => {
        for (const [command, status, reason] of [
          ['gantz-no-such-command', 127, 'there is no such command'],
          [folder, 126, 'it may not be executed'],
        ] as const) {
          const ran = await run(['absent', '--', command]);
          assert.equal(ran.exitCode, status);
          assert.equal(ran.stdout, '');
          const { code, error, outcome } = failureOf(ran);
          assert.deepEqual(
            [code, error, outcome],
            ['NOT_RUNNABLE', `Cannot run ${JSON.stringify(command)}: ${reason}`, 'none'],
          );
          assert.equal(await isHeld('absent'), false);
        }
      });

      it('runs commands with the same lock one after the other', async () => {
        const file = join(folder, `order-${namespace}`);
        const command = 'echo begin >>"$0"; sleep 0.05; echo end >>"$0"';
        const words = ['order', '--wait', '5m', '--', 'sh', '-c', command, file];
        const runs = await Promise.all(Array.from({ length: 6 }, () => run(words)));
        assert.deepEqual(new Set(runs.map(({ exitCode }) => exitCode)), new Set([0]));
        assert.equal(await readFile(file, 'utf8'), 'begin\nend\n'.repeat(6));
      });

      it('does not run the command when somebody else holds the lock', async () => {
        const acquired = await runMain(['lock', 'acquire', '--name', 'taken', '--owner', 'ada'], { env });
        assert.equal(envelopeOf(acquired)['acquired'], true);
        const ran = await run(['taken', '--wait', '100ms', '--owner', 'bob', '--', 'echo', 'ran']);
        assert.deepEqual([ran.stdout, ran.exitCode], ['', 1]);
        const { code, error, retryable, outcome, owner } = failureOf(ran);
        assert.deepEqual(
          [code, error, retryable, outcome, owner],
          ['CONFLICT', 'The lock "taken" is held by "ada"', true, 'none', 'ada'],
        );
      });

      it('extends the lock while the command runs', async () => {
        const ran = await run(['long', '--ttl', '500ms', '--owner', 'ada', '--', 'sleep', '2']);
        assert.deepEqual([ran.stderr, ran.exitCode], ['', 0]);
      });

      it('ends the command when the lock is lost', async () => {
        const { end } = await start(['lost', '--ttl', '1s', '--', ...UNTIL_TERM]);
        await redis.plain.unlink(key('lost'));
        const { stdout, stderr, exitCode } = await end();
        assert.deepEqual([stdout, exitCode], ['ready\nended\n', 1]);
        const { code, outcome } = failureOf({ stdout, stderr, exitCode });
        assert.deepEqual([code, outcome], ['CONFLICT', 'unknown']);
      });

      it('ends the command before the lease ends when Redis is gone', async () => {
        const own = await startRedis();
        const { end } = await start(['gone', '--ttl', '2s', '--', ...UNTIL_TERM], { REDIS_URL: own.url });
        await own.kill();
        const { stdout, exitCode, stderr } = await end();
        assert.deepEqual([stdout, exitCode], ['ready\nended\n', 1]);
        assert.equal(failureOf({ stdout, stderr, exitCode })['code'], 'CONFLICT');
        await own.stop();
      });

      it('goes on when Redis comes back before the lease ends', async () => {
        const own = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
        const { child, end } = await start(['back', '--ttl', '60s', '--', ...UNTIL_TERM], {
          REDIS_URL: own.url,
        });
        await own.kill();
        await own.restart();
        child.kill('SIGTERM');
        const { stdout, stderr, exitCode } = await end();
        assert.deepEqual([stdout, exitCode], ['ready\nended\n', 143]);
        assert.doesNotMatch(stderr, /lock/);
        await own.stop();
      });

      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
        it(`passes ${signal} on to the command, waits for its end, and releases the lock`, async () => {
          const trap = `trap "echo got ${signal}; exit 0" ${signal.slice(3)}`;
          const command = `${trap}; echo ready; while :; do sleep 0.05; done`;
          const { child, end } = await start(['signal', '--', 'sh', '-c', command]);
          child.kill(signal);
          const { stdout, exitCode } = await end();
          assert.equal(stdout, `ready\ngot ${signal}\n`);
          assert.equal(exitCode, { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 }[signal]);
          assert.equal(await isHeld('signal'), false);
        });
      }

      it('the command ends when gantz is killed, and the lock with its lease', async () => {
        const command = 'echo $$; echo ready; while :; do sleep 0.05; done';
        const { child, end, printed } = await start(['killed', '--ttl', '3s', '--', 'sh', '-c', command]);
        const pid = Number(printed().split('\n')[0]);
        // The command may be ready before its group is watched.
        const watchdog = `gantz-watchdog ${pid}\n`;
        await waitFor(() => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(watchdog), {
          what: 'the watchdog',
        });
        child.kill('SIGKILL');
        await end();
        const isAlive = (): boolean => {
          try {
            return process.kill(pid, 0);
          } catch {
            return false;
          }
        };
        await waitFor(() => !isAlive(), { what: 'the end of the command' });
        const next = await run(['killed', '--wait', '5m', '--', 'echo', 'next']);
        assert.deepEqual([next.stdout, next.exitCode], ['next\n', 0]);
      });
    });
  }

  for (const [words, message] of [
    [['a', '--ttl', '5x', '--', 'true'], /--ttl "5x" is not a duration/],
    [['a', '--ttl', '0.01', '--', 'true'], /--ttl "0.01" is not a duration/],
    [['a', '--wait', '2d', '--', 'true'], /--wait "2d" is not a duration/],
    [['', '--', 'true'], /The name of the lock is empty/],
    [['a'], /missing required argument 'command'/],
    [['a', 'make', '-j4'], /unknown option '-j4'/],
  ] as const) {
    it(`refuses ${words.join(' ')}`, async () => {
      const ran = await runMain(['with-lock', ...words], { env: { REDIS_URL: redis.url } });
      const { code, error } = envelopeOf(ran);
      assert.deepEqual([code, ran.exitCode], ['USAGE', 2]);
      assert.match(String(error), message);
    });
  }

  it('is refused with --read-only', async () => {
    const ran = await runMain(['--read-only', 'with-lock', 'a', '--', 'true'], {
      env: { REDIS_URL: redis.url },
    });
    assert.equal(envelopeOf(ran)['code'], 'FORBIDDEN');
  });
});
