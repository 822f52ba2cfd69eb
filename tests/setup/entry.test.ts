import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { VERSION } from '../../lib/generated/version.ts';
import { endOf, endWithTests } from '../helpers/children.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAM, runProgram } from '../helpers/run-program.ts';
import { runInTerminal } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

const ROOT = join(import.meta.dirname, '../..');

let env: Record<string, string>;
useRedis({ started: ({ url }) => (env = { REDIS_URL: url }) });

test('--version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.equal(VERSION, version);
  assert.equal((await runProgram(['--version'])).stdout, `${version}\n`);
});

test('a value of one megabyte passes through a pipe completely', async () => {
  const value = 'x'.repeat(1024 * 1024);
  const stdin = JSON.stringify({ key: 'large', value });
  assert.equal((await runProgram(['cache', 'set', '-'], { env, stdin })).exitCode, 0);
  // The reader starts long after the program has written its envelope.
  const { stdout } = spawnSync('sh', ['-c', `"${PROGRAM}" cache get '{"key":"large"}' | { sleep 1; cat; }`], {
    env: { ...process.env, ...env },
    maxBuffer: 8 * 1024 * 1024,
    timeout: 120_000,
    encoding: 'utf8',
  });
  assert.equal((JSON.parse(stdout) as { value: string }).value, value);
});

test('a call succeeds when the reader of stdout has closed the pipe', async () => {
  const child = endWithTests(
    spawn(PROGRAM, ['cache', 'get', '{"key":"large"}'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await endOf(child, { what: 'the end of a program without a reader' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('ignores .env and bunfig.toml in the folder of the caller', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'gantz-'));
  t.after(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, '.env'), 'REDIS_URL=redis://127.0.0.1:1\nGANTZ_TIMEOUT=nonsense\n');
  await writeFile(join(cwd, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
  await writeFile(join(cwd, 'preload.js'), 'console.log("preloaded"); process.exit(9);\n');
  const { stdout, exitCode } = await runProgram(['cache', 'exists', '{"key":"nothing"}'], { env, cwd });
  assert.equal(stdout, '{"success":true,"exists":false}\n');
  assert.equal(exitCode, 0);
});

/** Makes a folder with a tool `late_run`. Its handler runs `lines`; its module begins with `before`. */
async function folderOf(t: TestContext, lines: string, before = ''): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'gantz-'));
  t.after(() => rm(cwd, { recursive: true }));
  await mkdir(join(cwd, 'tools'));
  await writeFile(
    join(cwd, 'gantz.yaml'),
    'name: late\ntools:\n  - name: late_run\n    description: fails late\n    parameters: []\n    handler: late.run\n',
  );
  await writeFile(
    join(cwd, 'tools/late.mjs'),
    `${before}\nexport async function run() { ${lines} await new Promise((resolve) => setTimeout(resolve, 20_000)); return {}; }\n`,
  );
  return cwd;
}

for (const [what, lines] of [
  ['an uncaught error', 'setTimeout(() => { throw new Error("late"); }, 1);'],
  ['an unhandled rejection', 'void Promise.reject(new Error("late"));'],
  ['process.exit in a timer', 'setTimeout(() => process.exit(0), 1); const late = 1;'],
] as const) {
  test(`${what} gives one INTERNAL envelope and ends the program`, async (t) => {
    const run = await runProgram(['late', 'run'], {
      cwd: await folderOf(t, lines),
      env: { GANTZ_CACHE: 'off' },
    });
    const envelope = envelopeOf(run);
    assert.equal(envelope['code'], 'INTERNAL', run.stdout);
    assert.match(String(envelope['error']), /late|process\.exit\(0\) was called/);
    assert.equal(run.exitCode, 70);
  });
}

for (const words of [
  ['--raw', 'late', 'run'],
  ['--check', 'late', 'run'],
  ['call', '--raw', 'late_run'],
]) {
  test(`an uncaught error under gantz ${words.join(' ')} writes its envelope to stderr, and nothing to stdout`, async (t) => {
    const run = await runProgram(words, {
      cwd: await folderOf(t, 'setTimeout(() => { throw new Error("late"); }, 1);'),
      env: { GANTZ_CACHE: 'off' },
    });
    assert.equal(run.stdout, '');
    assert.equal(envelopeOf({ ...run, stdout: run.stderr })['code'], 'INTERNAL');
    assert.equal(run.exitCode, 70);
  });
}

test('an uncaught error on a terminal gives one indented envelope without control characters', async (t) => {
  const run = await runInTerminal(['late', 'run'], {
    cwd: await folderOf(t, 'setTimeout(() => { throw new Error("\\x1b[7mlate"); }, 1);'),
    env: { GANTZ_CACHE: 'off', NO_COLOR: '1' },
  });
  const { error, code } = JSON.parse(run.stdout) as Record<string, unknown>;
  assert.deepEqual([error, code], ['Internal error: \u001b[7mlate', 'INTERNAL']);
  assert.match(run.stdout, /^\{\n {2}"success": false,\n/);
  assert.ok(!run.stdout.includes('\u001b'));
  assert.equal(run.exitCode, 70);
});

for (const [what, lines, before] of [
  ['a handler', 'process.exit(0);', ''],
  ['a handler after an await', 'await null; process.exit();', ''],
  ['the module of a handler', '', 'process.exit(5);'],
] as const) {
  test(`${what} that calls process.exit fails with HANDLER_FAILED, and the program continues`, async (t) => {
    const run = await runProgram(['late', 'run'], {
      cwd: await folderOf(t, lines, before),
      env: { GANTZ_CACHE: 'off' },
    });
    const envelope = envelopeOf(run);
    assert.equal(envelope['code'], 'HANDLER_FAILED', run.stdout);
    assert.match(String(envelope['error']), /process\.exit\(\d?\) was called/);
    assert.equal(run.exitCode, 1);
  });
}

test('gantz mcp reports on stderr an error that a handler throws after its call, and continues', async (t) => {
  const cwd = await folderOf(
    t,
    'setTimeout(() => { throw new Error("left behind"); }, 1); return { ok: 1 };',
  );
  const child = endWithTests(
    spawn(PROGRAM, ['mcp'], { cwd, env: { PATH: process.env['PATH'], HOME: '/dev/null' } }),
  );
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => (seen[name] += chunk.toString()));
  const printed = (pattern: RegExp, name: 'stdout' | 'stderr') =>
    waitFor(() => pattern.test(seen[name]), { what: () => `${String(pattern)} on ${name}: ${seen[name]}` });
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
  send({ id: 1, method: 'initialize', params });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/call', params: { name: 'late_run', arguments: {} } });
  await printed(/left behind/, 'stderr');
  send({ id: 3, method: 'tools/list' });
  await printed(/"id":3/, 'stdout');
  const ended = endOf(child, { what: 'the end of gantz mcp' });
  child.stdin.end();
  assert.equal(await ended, 0);
  for (const line of seen.stdout.trim().split('\n'))
    assert.equal((JSON.parse(line) as { jsonrpc?: string }).jsonrpc, '2.0', line);
});

test(
  'gantz batch ends with status 70 when it cannot write its envelopes',
  { skip: !existsSync('/dev/full') },
  () => {
    const line = '{"tool":"cache_exists","params":{"key":"nothing"}}\n';
    const { status, stderr } = spawnSync('sh', ['-c', '"$0" batch > /dev/full', PROGRAM], {
      env: { ...process.env, ...env },
      input: line.repeat(1000),
      timeout: 120_000,
      encoding: 'utf8',
    });
    assert.equal(status, 70, stderr);
    assert.match(stderr, /ENOSPC/);
  },
);

test('gantz batch ends with status 1 when the reader of stdout closes the pipe', async () => {
  const child = endWithTests(spawn(PROGRAM, ['batch'], { env: { ...process.env, ...env }, stdio: 'pipe' }));
  child.stdin.on('error', () => undefined);
  child.stdin.write('{"tool":"cache_exists","params":{"key":"nothing"}}\n'.repeat(1000));
  child.stdout.destroy();
  assert.equal(await endOf(child, { what: 'the end of a batch without a reader' }), 1);
});
