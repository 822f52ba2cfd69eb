import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openGantz } from '../../../lib/library/library.ts';
import { folderWith } from '../../helpers/folder.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain, type Run } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { startServer } from '../../http/server.ts';

const redis = useRedis();
let manifests = 0;

/** Returns the environment of a test. */
function env(): Record<string, string> {
  return { REDIS_URL: redis.url, GANTZ_NAMESPACE: redis.namespace };
}

/** Makes a folder with a manifest whose tools add a line to `runs`, and returns its path. */
function folderOf(tools: Readonly<Record<string, string>>): string {
  const entries = Object.entries(tools).map(
    ([name, guard]) =>
      `  - name: ${name}\n    description: runs\n    parameters: [{ name: user, type: string, default: nobody }]\n    script: { shell: 'echo run >> runs' }\n    ${guard}\n`,
  );
  return folderWith({ 'gantz.yaml': `name: rates-${++manifests}\ntools:\n${entries.join('')}` });
}

/** Returns how often the tools of a folder ran. */
function runsIn(folder: string): number {
  return readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1;
}

async function call(cwd: string, tool: string, ...words: string[]): Promise<Run> {
  return await runMain(['call', tool, ...words], { cwd, env: env() });
}

describe('rate_limit', () => {
  it('refuses a call beyond the limit with RATE_LIMITED, exit status 1 and the time to wait', async () => {
    const cwd = folderOf({ tool: 'rate_limit: 2/h' });
    await call(cwd, 'tool');
    await call(cwd, 'tool');
    const refused = await call(cwd, 'tool');
    const { error, code, retryable, outcome, ...fields } = envelopeOf(refused);
    assert.deepEqual(
      [error, code, retryable, outcome, refused.exitCode],
      ['tool may run 2 times in 1h, and did so already', 'RATE_LIMITED', true, 'none', 1],
    );
    assert.deepEqual(fields['gantz'], { refused_by: 'rate_limit' });
    assert.deepEqual(fields['rate_limit'], { name: 'tool', limit: 2, window_seconds: 3600 });
    const waitMs = Number(fields['retry_after_ms']);
    assert.ok(waitMs > 3_500_000 && waitMs <= 3_600_000, String(waitMs));
    assert.equal(runsIn(cwd), 2);
  });

  it('counts the values of `by` apart, and independent of their type and place', async () => {
    const cwd = folderOf({ tool: 'rate_limit: { limit: 1, per: 1h, by: [user] }' });
    const codes = [];
    for (const user of ['a', 'b', 'a', 'nobody'])
      codes.push(envelopeOf(await call(cwd, 'tool', '--user', user))['code']);
    codes.push(envelopeOf(await call(cwd, 'tool'))['code']);
    assert.deepEqual(codes, [undefined, undefined, 'RATE_LIMITED', undefined, 'RATE_LIMITED']);
  });

  it('counts the tools of one `name` together, and those of other manifests apart', async () => {
    const guard = 'rate_limit: { limit: 2, per: 1h, name: shared }';
    const [one, other] = [folderOf({ a: guard, b: guard }), folderOf({ a: guard })];
    const runs = [await call(one, 'a'), await call(one, 'b'), await call(one, 'a'), await call(other, 'a')];
    assert.deepEqual(
      runs.map((run) => envelopeOf(run)['code']),
      [undefined, undefined, 'RATE_LIMITED', undefined],
    );
  });

  it('counts one `name` with different windows apart, so a short window forgets nothing of a long one', async () => {
    const cwd = folderOf({
      long: 'rate_limit: { limit: 1, per: 1h, name: shared }',
      short: 'rate_limit: { limit: 1, per: 1s, wait: 20s, name: shared }',
    });
    const codes = [];
    // The second call of `short` waits until its window is over.
    for (const tool of ['long', 'short', 'short', 'long'])
      codes.push(envelopeOf(await call(cwd, tool))['code']);
    assert.deepEqual(codes, [undefined, undefined, undefined, 'RATE_LIMITED']);
  });

  it('waits with `wait` until the call is allowed, and fails at once when that is too late', async () => {
    const cwd = folderOf({
      soon: 'rate_limit: { limit: 1, per: 1s, wait: 20s }',
      late: 'rate_limit: { limit: 1, per: 1h, wait: 20s }',
      never: 'rate_limit: { limit: 1, per: 2s, wait: 0s }',
    });
    await call(cwd, 'never');
    assert.equal(envelopeOf(await call(cwd, 'never'))['code'], 'RATE_LIMITED');
    await call(cwd, 'soon');
    await call(cwd, 'late');
    const before = performance.now();
    assert.equal(envelopeOf(await call(cwd, 'late'))['code'], 'RATE_LIMITED');
    assert.ok(performance.now() - before < 10_000, 'the call does not wait');
    assert.equal(envelopeOf(await call(cwd, 'soon')).success, true);
    assert.equal(envelopeOf(await call(cwd, 'soon', '--user', 'x')).success, true);
  });

  it('wakes many calls of one process one after the other', async () => {
    const cwd = folderOf({ tool: 'rate_limit: { limit: 5, per: 1s, wait: 20s }' });
    await using gantz = await openGantz({ cwd, env: { PATH: process.env['PATH'], ...env() } });
    const before = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => gantz.call('tool')));
    const took = performance.now() - before;
    assert.equal(runsIn(cwd), 20);
    assert.ok(took >= 3000, `20 calls at 5/s took ${took} ms`);
  });

  for (const { name, path: program } of PROGRAMS) {
    it(`is exact over 20 processes of ${name}`, async () => {
      const cwd = folderOf({ tool: 'rate_limit: 10/h' });
      const runs: Run[] = [];
      // Five at a time: a guard gives Redis one second, which 20 processes that start at a time may exceed.
      while (runs.length < 20)
        runs.push(
          ...(await Promise.all(
            Array.from({ length: 5 }, () => runProgram(['call', 'tool'], { program, cwd, env: env() })),
          )),
        );
      const codes = runs.map((run) => envelopeOf(run)['code'] ?? 'none').sort();
      assert.deepEqual(codes, [...Array<string>(10).fill('RATE_LIMITED'), ...Array<string>(10).fill('none')]);
      assert.equal(runsIn(cwd), 10);
    });
  }

  it('runs 10/s exactly over 40 calls of 8 processes', async () => {
    const cwd = folderOf({ tool: 'rate_limit: { limit: 10, per: 1s, wait: 1m }', start: '' });
    const lines = '{"tool":"tool"}\n'.repeat(5);
    const argv = ['--timeout', '1m', 'batch', '-'];
    const times: number[] = [];
    const log = redis.plain.duplicate();
    await log.connect();
    await log.monitor((line) => {
      // A script that counts a run writes one entry.
      if (/"ZADD" "[^"]*:log"/.test(line)) times.push(Number(/\d+\.\d+/.exec(line)?.[0]));
    });
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => runProgram(argv, { cwd, env: env(), stdin: lines })),
    );
    log.destroy();
    assert.deepEqual(
      runs.map(({ exitCode }) => exitCode),
      Array(8).fill(0),
    );
    assert.equal(runsIn(cwd), 40);
    assert.equal(times.length, 40, 'the server counted each run once');
    const windows = times.slice(10).map((time, index) => time - (times[index] ?? 0));
    // The clock of MONITOR is read some microseconds after that of the script.
    assert.ok(Math.min(...windows) > 0.995, `11 runs within ${Math.min(...windows)} s`);
  });

  it('has the RateLimit fields over HTTP, and with 429 Retry-After and its own metric', async () => {
    const cwd = folderOf({
      tool: 'rate_limit: { limit: 2, per: 1m, name: Größe, by: [user] }',
      failing: 'rate_limit: 5/h\n    returns: { answer: integer }',
      cached: 'rate_limit: 5/h\n    annotations: { readOnlyHint: true }\n    cache: 1h',
    });
    const server = await startServer([], { config: join(cwd, 'gantz.yaml'), env: env() });
    const post = async (tool: string, user = 'a'): Promise<(number | string | null)[]> => {
      const { status, headers } = await fetch(`${server.url}/mcp/tools/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ tool, params: { user } }),
      });
      return [status, ...['ratelimit-policy', 'ratelimit', 'retry-after'].map((name) => headers.get(name))];
    };
    try {
      const policy = '"Gr%C3%B6%C3%9Fe";q=2;w=60';
      assert.deepEqual(await post('tool'), [200, policy, '"Gr%C3%B6%C3%9Fe";r=1', null]);
      assert.deepEqual(await post('tool', 'b'), [200, policy, '"Gr%C3%B6%C3%9Fe";r=1', null]);
      assert.deepEqual(await post('tool'), [200, policy, '"Gr%C3%B6%C3%9Fe";r=0', null]);
      const [status, refusedPolicy, left, retryAfter] = await post('tool');
      assert.deepEqual([status, refusedPolicy], [429, policy]);
      assert.match(String(left), /^"Gr%C3%B6%C3%9Fe";r=0;t=(?:5\d|60)$/);
      assert.match(String(retryAfter), /^(?:5\d|60)$/);
      assert.deepEqual(await post('failing'), [502, '"failing";q=5;w=3600', '"failing";r=4', null]);
      assert.deepEqual(await post('cached'), [200, '"cached";q=5;w=3600', '"cached";r=4', null]);
      assert.deepEqual(await post('cached'), [200, null, null, null], 'the guard did not count the call');
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      assert.match(metrics, /^gantz_guard_total\{tool="tool",guard="rate_limit",event="limited"\} 1$/m);
    } finally {
      await server.stop();
    }
  });
});
