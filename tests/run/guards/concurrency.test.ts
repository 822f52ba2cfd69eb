import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openGantz, type Gantz } from '../../../lib/library/library.ts';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { folderWith } from '../../helpers/folder.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { PROGRAM, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const redis = useRedis();
let manifests = 0;

function env(): Record<string, string> {
  return { REDIS_URL: redis.url, GANTZ_NAMESPACE: redis.namespace };
}

/** Makes a folder with a tool `tool`, and returns its path and the key of the leases. */
function folderOf(guard: string, shell: string): { cwd: string; leases: string } {
  const name = `leases-${++manifests}`;
  const cwd = folderWith({
    'gantz.yaml': `name: ${name}\ntools:\n  - name: tool\n    description: runs\n    timeout: 2m\n    script: { shell: ${JSON.stringify(shell)} }\n    concurrency: ${guard}\n`,
  });
  return { cwd, leases: `${redis.namespace}:guard:{g:${name}:concurrency:tool}` };
}

/** Returns how many leases there are by the clock of the server. */
async function countLeases(leases: string): Promise<number> {
  const script =
    "local t = redis.call('TIME') return redis.call('ZCOUNT', KEYS[1], '(' .. (t[1] * 1000 + math.floor(t[2] / 1000)), '+inf')";
  return Number(await redis.plain.eval(script, { keys: [leases] }));
}

/** Counts the leases until the returned function is called, which returns the largest number. */
function watchLeases(leases: string): () => Promise<number> {
  let most = 0;
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) most = Math.max(most, await countLeases(leases));
  })();
  return async () => {
    stopped.abort();
    await watching;
    return most;
  };
}

/** Returns the largest number of runs at a time from a log of `+` and `-`. */
function mostRuns(log: string): number {
  let running = 0;
  let most = 0;
  for (const sign of log) {
    if (sign === '+') most = Math.max(most, ++running);
    if (sign === '-') running--;
  }
  return most;
}

const LOG_RUN = 'printf + >> log; sleep 0.05; printf - >> log';

function open(cwd: string): Promise<Gantz> {
  return openGantz({ cwd, env: { PATH: process.env['PATH'], ...env() } });
}

describe('concurrency', () => {
  it('lets 50 processes have three leases at a time', async () => {
    const { cwd, leases } = folderOf('{ limit: 3, wait: 1m }', LOG_RUN);
    const stop = watchLeases(leases);
    const runs = await Promise.all(
      Array.from({ length: 50 }, () => runProgram(['call', 'tool'], { cwd, env: env() })),
    );
    const most = await stop();
    const codes = runs.map((run) => envelopeOf(run)['code']).filter((code) => code !== undefined);
    // A guard gives Redis one second, which processes that start at a time may exceed.
    assert.ok(
      codes.length < 25 && codes.every((code) => code === 'REDIS_UNAVAILABLE'),
      JSON.stringify(codes),
    );
    const log = readFileSync(join(cwd, 'log'), 'utf8');
    assert.equal(log.length, 2 * (50 - codes.length));
    assert.equal(mostRuns(log), 3);
    assert.equal(most, 3);
    assert.equal(await redis.plain.exists(leases), 0, 'each lease was given back');
  });

  it('never has a fourth lease when holders are killed, and frees theirs when they end', async () => {
    // Only the first three runs stay until their process is killed.
    const { cwd, leases } = folderOf(
      '{ limit: 3, wait: 1m }',
      'if mkdir 1 || mkdir 2 || mkdir 3; then exec sleep 20; fi 2>/dev/null; printf x >> log',
    );
    const stop = watchLeases(leases);
    const holders = Array.from({ length: 3 }, () =>
      endWithTests(
        spawn(PROGRAM, ['call', 'tool'], {
          cwd,
          env: { PATH: process.env['PATH'], ...env() },
          stdio: 'ignore',
        }),
      ),
    );
    await waitFor(async () => existsSync(join(cwd, '3')) && (await countLeases(leases)) === 3, {
      what: 'three runs',
    });
    const others = Array.from({ length: 9 }, () => runProgram(['call', 'tool'], { cwd, env: env() }));
    const ends = holders.map((holder) => endOf(holder, { what: 'the end of a killed holder' }));
    for (const holder of holders) holder.kill('SIGKILL');
    await Promise.all(ends);
    assert.equal(existsSync(join(cwd, 'log')), false, 'a lease outlives its holder');
    const runs = await Promise.all(others);
    assert.deepEqual(
      runs.map((run) => envelopeOf(run)['code']),
      Array(9).fill(undefined),
    );
    assert.equal(readFileSync(join(cwd, 'log'), 'utf8'), 'x'.repeat(9));
    assert.equal(await stop(), 3);
  });

  it('renews the lease of a run that takes longer than a lease', async () => {
    const { cwd, leases } = folderOf('{ limit: 1, wait: 1ms }', 'sleep 12');
    await using gantz = await open(cwd);
    const running = gantz.call('tool');
    await waitFor(async () => (await countLeases(leases)) === 1, { what: 'the lease' });
    const first = await redis.plain.zRangeWithScores(leases, 0, -1);
    await waitFor(
      async () =>
        Number((await redis.plain.zRangeWithScores(leases, 0, -1))[0]?.score) >
        Number(first[0]?.score) + 9000,
      { what: 'the lease to be renewed three times' },
    );
    await running;
    assert.equal(await redis.plain.exists(leases), 0);
  });

  it('refuses a call with OVERLOADED and exit status 4 when its wait is over', async () => {
    const { cwd, leases } = folderOf('{ limit: 1, wait: 50ms }', 'while [ ! -e go ]; do sleep 0.05; done');
    await using gantz = await open(cwd);
    const running = gantz.call('tool');
    await waitFor(async () => (await countLeases(leases)) === 1, { what: 'the lease' });
    const refused = await runMain(['call', 'tool'], { cwd, env: env() });
    const { code, error, outcome, gantz: notes } = envelopeOf(refused);
    assert.deepEqual(
      [code, outcome, notes, refused.exitCode],
      ['OVERLOADED', 'none', { refused_by: 'concurrency' }, 4],
    );
    assert.equal(
      error,
      'A call of tool runs already, which is the limit, and this call did not get a place within its wait of 50ms',
    );
    writeFileSync(join(cwd, 'go'), '');
    await running;
  });

  for (const per of ['', ', per: process']) {
    it(`does not wait with wait: 0${per}`, async () => {
      const { cwd } = folderOf(
        `{ limit: 1, wait: 0${per} }`,
        'touch begun; while [ ! -e go ]; do sleep 0.05; done',
      );
      await using gantz = await open(cwd);
      const running = gantz.call('tool');
      await waitFor(() => existsSync(join(cwd, 'begun')), { what: 'the first run' });
      // It would never end if it waited.
      await assert.rejects(gantz.call('tool'), {
        code: 'OVERLOADED',
        message: 'A call of tool runs already, which is the limit',
      });
      writeFileSync(join(cwd, 'go'), '');
      await running;
    });
  }

  it('gives the lease back when the call is cancelled', async () => {
    const { cwd, leases } = folderOf('1', 'sleep 60');
    await using gantz = await open(cwd);
    const controller = new AbortController();
    const cancelled = assert.rejects(gantz.call('tool', {}, { signal: controller.signal }), {
      code: 'CANCELLED',
    });
    await waitFor(async () => (await countLeases(leases)) === 1, { what: 'the lease' });
    controller.abort();
    await cancelled;
    assert.equal(await countLeases(leases), 0);
  });

  it('counts the calls of each process apart with `per: process`, and needs no Redis', async () => {
    const { cwd } = folderOf('{ limit: 2, per: process, wait: 1m }', LOG_RUN);
    const away = { PATH: process.env['PATH'], REDIS_URL: 'unix:///nonexistent.sock' };
    await using gantz = await openGantz({ cwd, env: away });
    await Promise.all(Array.from({ length: 8 }, () => gantz.call('tool')));
    const log = readFileSync(join(cwd, 'log'), 'utf8');
    assert.equal(log.length, 16);
    assert.equal(mostRuns(log), 2);
  });

  it('removes a cancelled call from the line of its process', async () => {
    const { cwd } = folderOf('{ limit: 1, per: process, wait: 1m }', LOG_RUN);
    await using gantz = await open(cwd);
    const controller = new AbortController();
    const calls = [
      gantz.call('tool'),
      gantz.call('tool', {}, { signal: controller.signal }),
      gantz.call('tool'),
    ];
    controller.abort();
    const ends = await Promise.allSettled(calls);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(readFileSync(join(cwd, 'log'), 'utf8'), '+-+-');
  });
});
