import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { openGantz } from '../../../lib/library/library.ts';
import { startBatch, type LiveBatch } from '../../batch/live-batch.ts';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { folderWith } from '../../helpers/folder.ts';
import { startCluster } from '../../helpers/redis-cluster.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { connectTo, startRelay, type Relay } from '../../helpers/relay.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { PROGRAM, PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';
import { startServer } from '../../http/server.ts';

const redis = useRedis();
beforeEach(() => redis.plain.flushAll());

type Envelope = Record<string, unknown>;

/** Parameters of the tool `work`, whose script writes one line to the file `runs` and prints the number of lines. */
const PARAMETERS = `
      - { name: city, type: string, default: Oslo }
      - { name: days, type: integer }
      - { name: note, type: [string, "null"] }`;

type Work = {
  /** Keys of the tool below its script. */
  keys?: string;
  /** What the script runs after it has counted. */
  then?: string;
  name?: string;
  parameters?: string;
  root?: string;
};

/** Returns the manifest of a tool `work`. */
function manifestOf({
  keys = 'cache: 1h',
  then = 'true',
  name = 'caches',
  parameters = PARAMETERS,
  root = '',
}: Work): string {
  return `name: ${name}
${root}
tools:
  - name: work
    description: works
    annotations: { readOnlyHint: true }
    parameters:${parameters}
    script:
      shell: |
        echo >> runs
        n=$(($(wc -l < runs)))
        ${then}
        echo "{\\"success\\": true, \\"n\\": $n}"
    ${keys}
`;
}

/** A folder with the tool `work`. */
class Workplace {
  readonly cwd: string;

  constructor(work: Work = {}) {
    this.cwd = folderWith({ 'gantz.yaml': manifestOf(work) });
  }

  /** Changes the manifest. */
  write(work: Work): void {
    writeFileSync(join(this.cwd, 'gantz.yaml'), manifestOf(work));
  }

  /** Calls the tool in this process. */
  async call(
    params: unknown = {},
    { options = [], env = {} }: { options?: readonly string[]; env?: Record<string, string> } = {},
  ): Promise<Envelope> {
    const run = await runMain([...options, 'call', 'work', JSON.stringify(params)], {
      cwd: this.cwd,
      env: { REDIS_URL: redis.url, ...env },
    });
    return envelopeOf(run);
  }

  /** How often the script has run. */
  get runs(): number {
    const file = join(this.cwd, 'runs');
    return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  }
}

/** Makes the stored answers as old as if they had been stored `ms` milliseconds earlier. */
async function age(ms: number): Promise<void> {
  for (const key of await redis.plain.keys('mcp:guard:*')) {
    const [, storedAt, freshUntil, answer = ''] =
      /^(\d+) (\d+) (.*)$/s.exec((await redis.plain.hGet(key, 'answer')) ?? '') ?? [];
    const staleUntil = Number(await redis.plain.hGet(key, 'stale_until'));
    await redis.plain.hSet(key, {
      answer: `${Number(storedAt) - ms} ${Number(freshUntil) - ms} ${answer}`,
      stale_until: String(staleUntil - ms),
    });
    await redis.plain.pExpire(key, (await redis.plain.pTTL(key)) - ms);
  }
}

describe('a cached answer', () => {
  it('has the fields of the first one, and its age', async () => {
    const work = new Workplace();
    assert.deepEqual(await work.call(), { success: true, n: 1 });
    await age(90_000);
    const { gantz, ...answer } = await work.call();
    assert.deepEqual(answer, { success: true, n: 1 });
    const { cached, age_ms: ageMs, ...others } = gantz as Envelope;
    assert.deepEqual([cached, others], [true, {}]);
    assert.ok(Number(ageMs) >= 90_000 && Number(ageMs) < 120_000, String(ageMs));
    assert.equal(work.runs, 1);
  });

  it('ends with its ttl', async () => {
    const work = new Workplace({ keys: 'cache: 1m' });
    await work.call();
    await age(61_000);
    assert.deepEqual(await work.call(), { success: true, n: 2 });
  });

  it('is not a failure', async () => {
    const work = new Workplace({ then: 'exit 3' });
    assert.equal((await work.call())['code'], 'SCRIPT_FAILED');
    assert.equal((await work.call())['code'], 'SCRIPT_FAILED');
    assert.equal(work.runs, 2);
  });

  it('has at most 1 MiB', async () => {
    const big = `head -c 1100000 /dev/zero | tr '\\0' x; exit 0`;
    const work = new Workplace({ then: big });
    const run = await runMain(['call', 'work'], { cwd: work.cwd, env: { REDIS_URL: redis.url } });
    assert.match(run.stderr, /The answer of work is larger than 1 MiB, so it is not cached/);
    assert.equal(envelopeOf(run)['success'], true);
    await work.call();
    assert.equal(work.runs, 2);
    for (const key of await redis.plain.keys('mcp:guard:*'))
      assert.equal(await redis.plain.hExists(key, 'answer'), 0);
  });

  it('is stored anew by --no-cache, also while another call computes it', async () => {
    const work = new Workplace();
    await work.call();
    assert.deepEqual(await work.call({}, { options: ['--no-cache'] }), { success: true, n: 2 });
    const { gantz, ...answer } = await work.call();
    assert.deepEqual([answer, (gantz as Envelope)['cached']], [{ success: true, n: 2 }, true]);
  });
});

describe('the calls that share an answer', () => {
  const SHARING: readonly [string, first: unknown, second: unknown][] = [
    ['differ in the order of their parameters', { city: 'Rome', days: 1 }, { days: 1, city: 'Rome' }],
    ['give a number or its text', { days: 1 }, { days: '1' }],
    ['give the default or nothing', { city: 'Oslo' }, {}],
  ];
  for (const [what, first, second] of SHARING) {
    it(what, async () => {
      const work = new Workplace();
      await work.call(first);
      assert.equal((await work.call(second))['n'], 1);
    });
  }

  it('share one with null or nothing when null is the default', async () => {
    const work = new Workplace({
      parameters: `\n      - { name: note, type: [string, "null"], default: null }`,
    });
    await work.call({ note: null });
    assert.equal((await work.call({}))['n'], 1);
  });

  const APART: readonly [string, keys: string, first: unknown, second: unknown][] = [
    ['null and nothing', 'cache: 1h', { note: null }, {}],
    ['null and nothing, by key', 'cache: { ttl: 1h, key: [note] }', { note: null }, {}],
    ['other values', 'cache: 1h', { days: 1 }, { days: 2 }],
    ['other values of the key', 'cache: { ttl: 1h, key: [city] }', { city: 'Rome' }, { city: 'Bonn' }],
  ];
  for (const [what, keys, first, second] of APART) {
    it(`do not share one with ${what}`, async () => {
      const work = new Workplace({ keys });
      await work.call(first);
      assert.equal((await work.call(second))['n'], 2);
    });
  }

  it('may differ in parameters that are not in `key`', async () => {
    const work = new Workplace({ keys: 'cache: { ttl: 1h, key: [city] }' });
    await work.call({ days: 1 });
    assert.equal((await work.call({ days: 2 }))['n'], 1);
  });

  it('may differ in a secret parameter, which needs `key` and is not published as secret', async () => {
    const parameters =
      '\n      - { name: city, type: string }\n      - { name: token, type: string, secret: true }';
    const work = new Workplace({ keys: 'cache: { ttl: 1h, key: [city] }', parameters });
    await work.call({ city: 'Rome', token: 'a' });
    assert.equal((await work.call({ city: 'Rome', token: 'b' }))['n'], 1);
    const { stdout } = await runMain(['describe', 'work', '--json'], { cwd: work.cwd });
    assert.match(stdout, /"token":\{"type":"string"\}/);
    work.write({ parameters });
    assert.equal((await work.call())['code'], 'MANIFEST_INVALID');
  });

  it('do not share one with another value of a variable in `vary`', async () => {
    const work = new Workplace({ keys: 'cache: { ttl: 1h, vary: [env.LANG] }' });
    await work.call({}, { env: { LANG: 'no' } });
    assert.equal((await work.call({}, { env: { LANG: 'de' } }))['n'], 2);
    assert.equal((await work.call({}, { env: { LANG: 'no', OTHER: 'x' } }))['n'], 1);
  });

  it('do not share one from another folder with `vary: cwd`', async () => {
    const work = new Workplace({ keys: 'cache: { ttl: 1h, vary: cwd }' });
    const from = async (cwd: string): Promise<unknown> => {
      const words = ['-c', join(work.cwd, 'gantz.yaml'), 'call', 'work'];
      return envelopeOf(await runProgram(words, { cwd, env: { REDIS_URL: redis.url } }))['n'];
    };
    assert.deepEqual([await from('/'), await from('/tmp'), await from('/')], [1, 2, 1]);
  });

  const CREDENTIALS: readonly [string, Work][] = [
    ['in a shell script', { then: 'true "$TOKEN"' }],
    ['of which a shell script reads the length', { then: 'true "${#TOKEN}"' }],
    ['in a calculation', { then: 'true $((1 +\n        (TOKEN)))' }],
    ['in the environment of the tool', { keys: 'cache: 1h\n    environment: { KEY: "${TOKEN}" }' }],
    ['in the env of the manifest', { root: 'env: { KEY: "${TOKEN}" }' }],
  ];
  for (const [where, options] of CREDENTIALS) {
    it(`have the same credentials ${where}`, async () => {
      const work = new Workplace(options);
      await work.call({}, { env: { TOKEN: '1' } });
      assert.equal((await work.call({}, { env: { TOKEN: '2' } }))['n'], 2);
      assert.equal((await work.call({}, { env: { TOKEN: '1' } }))['n'], 1);
    });
  }

  it('have the same text of the script, and manifests of the same name', async () => {
    const work = new Workplace();
    await work.call();
    work.write({ then: 'true edited' });
    assert.equal((await work.call())['n'], 2);
    work.write({ name: 'others' });
    assert.equal((await work.call())['n'], 3);
    work.write({});
    assert.equal((await work.call())['n'], 1);
  });

  it('have the same programs in the folder of the manifest', async () => {
    const work = new Workplace({ then: 'sh part.sh' });
    writeFileSync(join(work.cwd, 'part.sh'), 'true\n');
    await work.call();
    assert.equal((await work.call())['n'], 1);
    appendFileSync(join(work.cwd, 'part.sh'), 'true again\n');
    assert.equal((await work.call())['n'], 2);
  });

  it('have the same declaration of the result', async () => {
    const work = new Workplace();
    await work.call();
    work.write({ keys: 'returns: { m: { type: integer, optional: true } }\n    cache: 1h' });
    assert.equal((await work.call())['n'], 2);
  });

  it('run scripts whose own variables look like required ones', async () => {
    const work = new Workplace({ then: ': "${n:?}" "${UNSET:-${n#x}}"' });
    assert.deepEqual([await work.call(), (await work.call())['n']], [{ success: true, n: 1 }, 1]);
  });
});

describe('equal calls at a time', () => {
  /** The script waits until the file `go` exists. */
  const GATE = 'while ! [ -e go ]; do sleep 0.01; done';
  const open = ({ cwd }: Workplace): void => writeFileSync(join(cwd, 'go'), '');
  const begun = (work: Workplace, runs: number): Promise<unknown> =>
    waitFor(() => work.runs >= runs, { what: `run ${runs} of the script` });

  it('wait for the first one and get its answer, more than may wait in one process', async () => {
    const work = new Workplace({ then: GATE });
    await using gantz = await openGantz({
      manifest: join(work.cwd, 'gantz.yaml'),
      env: { PATH: process.env['PATH'], REDIS_URL: redis.url, GANTZ_MAX_WAITS: '2' },
    });
    const calls = Array.from({ length: 200 }, () => gantz.call('work'));
    await begun(work, 1);
    open(work);
    const answers = await Promise.all(calls);
    assert.deepEqual([...new Set(answers.map(({ n }: Envelope) => n))], [1]);
    assert.equal(answers.filter(({ gantz: notes }) => notes?.cached).length, 199);
    assert.equal(work.runs, 1);
  });

  it('share its failure, which is not stored', async () => {
    const work = new Workplace({ then: `${GATE}; echo no >&2; exit 3` });
    await using gantz = await openGantz({
      manifest: join(work.cwd, 'gantz.yaml'),
      env: { PATH: process.env['PATH'], REDIS_URL: redis.url },
    });
    const calls = Array.from({ length: 5 }, () => gantz.call('work').catch((error: unknown) => error));
    await begun(work, 1);
    const other = work.call();
    await waitFor(async () => (await redis.plain.pubSubChannels('mcp:wake:guard:*')).length > 0, {
      what: 'a call that waits',
    });
    open(work);
    for (const failure of await Promise.all(calls)) {
      const { code, fields } = failure as { code: string; fields: Envelope };
      assert.deepEqual([code, fields['exit_code'], fields['stderr']], ['SCRIPT_FAILED', 3, 'no\n']);
    }
    assert.equal((await other)['code'], 'SCRIPT_FAILED');
    const before = work.runs;
    assert.equal((await work.call())['code'], 'SCRIPT_FAILED');
    assert.equal(work.runs, before + 1);
  });

  it('run for themselves when the answer is too large', async () => {
    const work = new Workplace({ then: `${GATE}; head -c 1100000 /dev/zero | tr '\\0' x; exit 0` });
    const calls = Array.from({ length: 3 }, () => work.call());
    await begun(work, 1);
    open(work);
    for (const answer of await Promise.all(calls)) assert.equal(answer['success'], true);
    assert.ok(work.runs <= 3);
  });

  it('get the stale answer, while one of them computes a new one', async () => {
    const work = new Workplace({ keys: 'cache: { ttl: 1m, stale: 1h }', then: GATE });
    open(work);
    await work.call();
    await age(70_000);
    unlinkSync(join(work.cwd, 'go'));
    const computing = work.call();
    await begun(work, 2);
    const { gantz, ...answer } = await work.call();
    assert.deepEqual(answer, { success: true, n: 1 });
    const { cached, stale } = gantz as Envelope;
    assert.deepEqual([cached, stale], [true, true]);
    open(work);
    assert.deepEqual(await computing, { success: true, n: 2 });
    const later = await work.call();
    assert.deepEqual([later['n'], (later['gantz'] as Envelope)['stale']], [2, undefined]);
    await age(70_000 + 3_600_000);
    assert.deepEqual(await work.call(), { success: true, n: 3 });
  });

  it('wait no longer than their own time limit', async () => {
    const work = new Workplace({ then: GATE });
    const first = work.call();
    await begun(work, 1);
    const startedAt = performance.now();
    const late = await work.call({}, { options: ['--timeout', '700ms'] });
    assert.ok(performance.now() - startedAt < 5000);
    assert.deepEqual([late['code'], late['outcome'], work.runs], ['TIMEOUT', 'none', 1]);
    open(work);
    assert.deepEqual(await first, { success: true, n: 1 });
  });

  it('do not get the failure of one whose own time limit has passed', async () => {
    const work = new Workplace({ then: GATE });
    const first = work.call({}, { options: ['--timeout', '1500ms'] });
    await begun(work, 1);
    const second = work.call();
    assert.equal((await first)['code'], 'TIMEOUT');
    await begun(work, 2);
    open(work);
    assert.deepEqual(await second, { success: true, n: 2 });
  });

  it('get the newer answer of a call with --no-cache', async () => {
    const work = new Workplace({ then: `${GATE}; [ $n = 2 ] || while ! [ -e go2 ]; do sleep 0.01; done` });
    const first = work.call();
    await begun(work, 1);
    const second = work.call({}, { options: ['--no-cache'] });
    await begun(work, 2);
    open(work);
    assert.deepEqual(await second, { success: true, n: 2 });
    writeFileSync(join(work.cwd, 'go2'), '');
    assert.deepEqual(await first, { success: true, n: 1 });
    assert.equal((await work.call())['n'], 2);
  });

  /** Each run of the script waits until the file with its number exists. */
  const GATES = 'while ! [ -e go$n ]; do sleep 0.01; done';
  const end = ({ cwd }: Workplace, run: number): void => writeFileSync(join(cwd, `go${run}`), '');
  /** Begins a call that computes a new answer, and waits until its script runs. */
  const beginNew = async (work: Workplace): Promise<{ answer: Promise<Envelope> }> => {
    const run = work.runs + 1;
    const answer = work.call({}, { options: ['--no-cache'] });
    await begun(work, run);
    return { answer };
  };

  it('get the answer of the oldest run, however many calls with --no-cache begin meanwhile', async () => {
    const work = new Workplace({ then: GATES });
    const first = work.call();
    await begun(work, 1);
    const second = await beginNew(work);
    const plain = work.call();
    await waitFor(async () => (await redis.plain.pubSubChannels('mcp:wake:guard:*')).length > 0, {
      what: 'a call that waits',
    });
    const third = await beginNew(work);
    end(work, 1);
    assert.equal((await plain)['n'], 1);
    assert.equal((await first)['n'], 1);
    assert.equal((await work.call())['n'], 1);
    end(work, 2);
    await second.answer;
    assert.equal((await work.call())['n'], 1, 'a run between the oldest and the newest one stores nothing');
    end(work, 3);
    await third.answer;
    assert.equal((await work.call())['n'], 3);
    assert.equal(work.runs, 3);
  });

  it('wait for the oldest run when a later one has failed, and share its failure', async () => {
    const work = new Workplace({ then: `${GATES}; [ $n = 3 ] || exit $((n + 10))` });
    const first = work.call();
    await begun(work, 1);
    const plain = work.call();
    await waitFor(async () => (await redis.plain.pubSubChannels('mcp:wake:guard:*')).length > 0, {
      what: 'a call that waits',
    });
    const second = await beginNew(work);
    end(work, 2);
    assert.equal((await second.answer)['exit_code'], 12);
    const third = await beginNew(work);
    end(work, 1);
    assert.deepEqual([(await first)['exit_code'], (await plain)['exit_code']], [11, 11]);
    end(work, 3);
    await third.answer;
    assert.equal((await work.call())['n'], 3);
  });

  it('never get an answer that a run stores after a newer one', async () => {
    const work = new Workplace({ then: GATES });
    const first = work.call();
    await begun(work, 1);
    const second = await beginNew(work);
    end(work, 2);
    await second.answer;
    // The run that a third call begins now must not let the first one store its answer.
    const third = await beginNew(work);
    end(work, 1);
    assert.equal((await first)['n'], 1);
    assert.equal((await work.call())['n'], 2);
    end(work, 3);
    await third.answer;
    assert.equal((await work.call())['n'], 3);
  });

  for (const { name, path } of PROGRAMS) {
    it(`run the script once for 200 calls in 20 processes of ${name}`, async () => {
      const work = new Workplace({ then: 'sleep 1' });
      const stdin = Array.from({ length: 10 }, (_, id) => `{"id":${id},"tool":"work"}\n`).join('');
      const runs = await Promise.all(
        Array.from({ length: 20 }, () =>
          runProgram(['batch', '-'], { program: path, cwd: work.cwd, env: { REDIS_URL: redis.url }, stdin }),
        ),
      );
      const answers = runs.flatMap(({ stdout }) =>
        stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Envelope),
      );
      assert.equal(answers.length, 200);
      assert.deepEqual(
        [...new Set(answers.map(({ success, n }) => JSON.stringify([success, n])))],
        ['[true,1]'],
      );
      assert.equal(work.runs, 1);
    });

    it(`run the script again when the lease of a killed holder ends, with ${name}`, async () => {
      const work = new Workplace({ then: '[ $n != 1 ] || sleep 60' });
      const env = { PATH: process.env['PATH'], HOME: '/dev/null', REDIS_URL: redis.url };
      const holder = endWithTests(spawn(path, ['call', 'work'], { cwd: work.cwd, env, stdio: 'ignore' }));
      await begun(work, 1);
      const waiters = [
        runProgram(['--timeout', '2s', 'call', 'work'], { program: path, cwd: work.cwd, env }),
        runProgram(['call', 'work'], { program: path, cwd: work.cwd, env }),
        runProgram(['call', 'work'], { program: path, cwd: work.cwd, env }),
      ] as const;
      const startedAt = performance.now();
      holder.kill('SIGKILL');
      await endOf(holder, { what: 'the end of the holder' });
      assert.equal(envelopeOf(await waiters[0])['code'], 'TIMEOUT');
      assert.ok(performance.now() - startedAt < 6000, 'the waiter with 2 s does not wait for the lease');
      const answers = [envelopeOf(await waiters[1]), envelopeOf(await waiters[2])];
      assert.deepEqual([answers[0]?.['n'], answers[1]?.['n'], work.runs], [2, 2, 2]);
    });
  }
});

describe('a batch of a tool with cache', () => {
  const processors = availableParallelism();
  const batch = (work: Workplace): LiveBatch =>
    startBatch(['--unordered'], { env: { REDIS_URL: redis.url }, config: join(work.cwd, 'gantz.yaml') });
  const line = (days: number): unknown => ({ tool: 'work', params: { days }, id: days });

  it('answers from the cache while as many scripts run as may', async () => {
    const work = new Workplace({ then: 'while ! [ -e go ]; do sleep 0.01; done' });
    writeFileSync(join(work.cwd, 'go'), '');
    await work.call({ days: 0 });
    unlinkSync(join(work.cwd, 'go'));
    const running = batch(work);
    for (let days = 1; days <= processors; days++) running.send(line(days));
    await waitFor(() => work.runs > processors, { what: 'scripts on all processors' });
    running.send(line(0));
    assert.equal((await running.answer())['id'], 0);
    writeFileSync(join(work.cwd, 'go'), '');
    running.stdin.end();
    assert.equal(await running.ended(), 0);
  });

  it('runs one script per processor, and does not count the wait against the time limits of the others', async () => {
    const work = new Workplace({
      keys: 'cache: 1h\n    timeout: 3s',
      then: `[ $((n - $(cat ended 2> /dev/null | wc -l))) -le ${processors} ] || exit 3; sleep 1; echo >> ended`,
    });
    const running = batch(work);
    for (let days = 1; days <= 4 * processors; days++) running.send(line(days));
    running.stdin.end();
    assert.equal(await running.ended(), 0, running.stderr());
  });

  it('begins no script after a failure with --fail-fast', async () => {
    const work = new Workplace({ then: 'exit 3' });
    const stdin = Array.from({ length: 4 * processors }, (_, days) => JSON.stringify(line(days))).join('\n');
    await runMain(['batch', '--fail-fast'], { cwd: work.cwd, env: { REDIS_URL: redis.url }, stdin });
    assert.ok(work.runs > 0 && work.runs <= processors, String(work.runs));
  });
});

describe('the cache without Redis', () => {
  let relay: Relay;
  before(async () => {
    relay = await startRelay(connectTo(redis.socketPath));
  });
  after(() => relay.stop());

  it('is skipped with a notice when no server answers', async () => {
    const work = new Workplace();
    const run = await runMain(['call', 'work'], { cwd: work.cwd, env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    assert.deepEqual(envelopeOf(run), { success: true, n: 1 });
    assert.match(run.stderr, /The guard cache of work is skipped: /);
  });

  it('is skipped after a second when the server is slow', async () => {
    const work = new Workplace();
    relay.fault = 'silence';
    const startedAt = performance.now();
    const run = await runMain(['call', 'work'], {
      cwd: work.cwd,
      env: { REDIS_URL: `redis://127.0.0.1:${relay.port}` },
    });
    const ms = performance.now() - startedAt;
    assert.deepEqual(envelopeOf(run), { success: true, n: 1 });
    assert.match(run.stderr, /The guard cache of work is skipped: /);
    assert.ok(ms > 900 && ms < 5000, String(ms));
  });

  it('is skipped when the server stops answering while a call waits', async () => {
    const work = new Workplace({ then: '[ $n != 1 ] || while ! [ -e go ]; do sleep 0.01; done' });
    const first = work.call();
    await waitFor(() => work.runs >= 1, { what: 'the first run' });
    relay.fault = 'none';
    const second = work.call({}, { env: { REDIS_URL: `redis://127.0.0.1:${relay.port}` } });
    await waitFor(async () => (await redis.plain.pubSubChannels('mcp:wake:guard:*')).length > 0, {
      what: 'a call that waits',
    });
    relay.fault = 'silence';
    assert.deepEqual(await second, { success: true, n: 2 });
    writeFileSync(join(work.cwd, 'go'), '');
    assert.deepEqual(await first, { success: true, n: 1 });
  });
});

describe('a cached answer on every interface', () => {
  const work = new Workplace();
  const config = join(work.cwd, 'gantz.yaml');
  const env = (): Record<string, string> => ({ REDIS_URL: redis.url });

  const INTERFACES: Readonly<Record<string, () => Promise<Envelope>>> = {
    'the command line': () => work.call(),

    async batch() {
      const run = await runMain(['-c', config, 'batch', '-'], { env: env(), stdin: '{"tool":"work"}\n' });
      return envelopeOf(run);
    },

    async REST() {
      const server = await startServer([], { env: env(), config });
      try {
        const response = await fetch(`${server.url}/mcp/tools/call`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"tool":"work"}',
        });
        const age = response.headers.get('age');
        assert.ok(Number(age) >= 90 && Number(age) < 120, `Age: ${String(age)}`);
        return ((await response.json()) as { result: Envelope }).result;
      } finally {
        await server.stop();
      }
    },

    async 'the library'() {
      await using gantz = await openGantz({ manifest: config, env: { PATH: process.env['PATH'], ...env() } });
      return { success: true, ...(await gantz.call('work')) };
    },

    async MCP() {
      const client = new Client({ name: 'test', version: '1' });
      const parameters = {
        command: PROGRAM,
        args: ['-c', config, 'mcp'],
        env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null', ...env() },
      };
      await client.connect(new StdioClientTransport({ ...parameters, stderr: 'ignore' }));
      try {
        const { structuredContent, _meta } = await client.callTool({ name: 'work', arguments: {} });
        return { ...(structuredContent as Envelope), gantz: _meta?.['gantz'] };
      } finally {
        await client.close();
      }
    },
  };

  for (const [name, call] of Object.entries(INTERFACES)) {
    it(`has the fields of the first one: ${name}`, async () => {
      const first = await work.call({}, { options: ['--no-cache'] });
      await age(90_000);
      const { gantz, ...answer } = await call();
      assert.deepEqual(answer, first);
      const { age_ms: ageMs, ...others } = gantz as Envelope;
      assert.deepEqual(others, { cached: true });
      assert.ok(Number(ageMs) >= 90_000, String(ageMs));
    });
  }

  it('is computed anew by Cache-Control: no-cache and by noCache', async () => {
    const { n } = await work.call();
    const server = await startServer([], { env: env(), config });
    try {
      const response = await fetch(`${server.url}/mcp/tools/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' },
        body: '{"tool":"work"}',
      });
      assert.equal(response.headers.get('age'), null);
      const { result } = (await response.json()) as { result: Envelope };
      assert.deepEqual(result, { success: true, n: Number(n) + 1 });
    } finally {
      await server.stop();
    }
    await using gantz = await openGantz({ manifest: config, env: { PATH: process.env['PATH'], ...env() } });
    assert.deepEqual(await gantz.call('work', {}, { noCache: true }), { n: Number(n) + 2 });
    assert.equal((await work.call())['n'], Number(n) + 2);
  });
});

describe('gantz cache-clear', () => {
  const clear = async (
    work: Workplace,
    url = redis.url,
    options: readonly string[] = [],
  ): Promise<Envelope> =>
    envelopeOf(
      await runMain([...options, 'cache-clear', 'work'], { cwd: work.cwd, env: { REDIS_URL: url } }),
    );

  it('deletes the answers of one tool of one manifest', async () => {
    const work = new Workplace();
    const other = new Workplace({ name: 'caches*' });
    for (const days of [1, 2, 3]) await work.call({ days });
    await other.call();
    assert.deepEqual(await clear(other), { success: true, tool: 'work', removed: 1 });
    assert.deepEqual(await clear(work), { success: true, tool: 'work', removed: 3 });
    assert.deepEqual(await clear(work), { success: true, tool: 'work', removed: 0 });
    assert.equal((await work.call({ days: 1 }))['n'], 4);
  });

  it('keeps a call that computes an answer from storing it', async () => {
    const work = new Workplace({ then: 'while ! [ -e go ]; do sleep 0.01; done' });
    const first = work.call();
    await waitFor(() => work.runs >= 1, { what: 'the first run' });
    await clear(work);
    writeFileSync(join(work.cwd, 'go'), '');
    assert.equal((await first)['n'], 1);
    assert.deepEqual(await work.call(), { success: true, n: 2 });
  });

  it('keeps several calls that compute an answer from storing it', async () => {
    const work = new Workplace({ then: 'while ! [ -e go ]; do sleep 0.01; done' });
    const first = work.call();
    await waitFor(() => work.runs >= 1, { what: 'the first run' });
    const second = work.call({}, { options: ['--no-cache'] });
    await waitFor(() => work.runs >= 2, { what: 'the second run' });
    await clear(work);
    writeFileSync(join(work.cwd, 'go'), '');
    await Promise.all([first, second]);
    assert.deepEqual(await work.call(), { success: true, n: 3 });
  });

  it('refuses a tool without cache, and --read-only', async () => {
    assert.equal((await clear(new Workplace({ keys: '' })))['code'], 'USAGE');
    assert.equal((await clear(new Workplace(), redis.url, ['--read-only']))['code'], 'FORBIDDEN');
  });

  it('deletes them on all masters of a cluster', async () => {
    const cluster = await startCluster();
    try {
      const work = new Workplace();
      const env = { REDIS_URL: cluster.url };
      for (let days = 1; days <= 8; days++) await work.call({ days }, { env });
      assert.equal(((await work.call({ days: 8 }, { env }))['gantz'] as Envelope)['cached'], true);
      assert.deepEqual(await clear(work, cluster.url), { success: true, tool: 'work', removed: 8 });
      assert.equal((await work.call({ days: 8 }, { env }))['n'], 9);
    } finally {
      await cluster.stop();
    }
  });
});
