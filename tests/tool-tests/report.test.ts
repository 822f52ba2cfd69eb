import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { freePort } from '../helpers/free-port.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

const LOUD = `name: loud
tools:
  - name: speak
    description: Prints on both streams
    handler: speak.run
    tests:
      - { expect: { equals: { said: 1 } } }
      - name: "wrong # 100%"
        expect: { equals: { said: 2 } }
`;

const HANDLER = `
console.log('loaded');
export function run(params, { notice }) {
  console.log('a log');
  console.error('an error');
  process.stdout.write('a write\\n');
  notice('a notice');
  return { said: 1 };
}
`;

const INCLUDING = `name: including
include: [builtin:redis]
tools:
  - name: greet
    description: Greets
    script: { command: echo, args: [hello] }
    tests:
      - { expect: { equals: hello } }
`;

const PRINTED = ['a log', 'an error', 'a write', 'a notice'];

function loudFolder(): string {
  return folderWith({ 'gantz.yaml': LOUD, 'speak.mjs': HANDLER });
}

/** The times of tests differ from run to run. */
function withoutTimes(text: string): string {
  return text.replace(/\(\d+ ms\)/g, '(N ms)').replace(/(duration_ms: |"milliseconds":)\d+/g, '$1N');
}

test('what a handler prints is not mixed into the report, and is shown below a test that fails', async () => {
  const { stdout, stderr, exitCode } = await runProgram(['test'], { cwd: loudFolder() });
  assert.equal(
    withoutTimes(stdout),
    [
      'ok   speak: test 1 (N ms)',
      'FAIL speak: wrong # 100% (N ms)',
      '     gave {"said":1}, not {"said":2}',
      ...PRINTED.map((line) => `     | ${line}`),
      '1 passed, 1 failed',
      '',
    ].join('\n'),
  );
  assert.equal(stderr, '');
  assert.equal(exitCode, 1);
});

test('--json prints one envelope: TEST_FAILED with every test', async () => {
  const run = await runProgram(['test', '--json'], { cwd: loudFolder() });
  const { tests, ...fields } = envelopeOf({
    ...run,
    stdout: withoutTimes(run.stdout).replaceAll(':N', ':0'),
  });
  assert.deepEqual(fields, {
    success: false,
    error: '1 of 2 tests failed',
    code: 'TEST_FAILED',
    retryable: false,
    outcome: 'applied',
    hint: 'See "failures" of each test.',
    passed: 1,
    failed: 1,
  });
  assert.deepEqual(tests, [
    { tool: 'speak', name: 'test 1', passed: true, milliseconds: 0 },
    {
      tool: 'speak',
      name: 'wrong # 100%',
      passed: false,
      milliseconds: 0,
      failures: ['gave {"said":1}, not {"said":2}'],
      printed: PRINTED.map((line) => `${line}\n`).join(''),
    },
  ]);
  assert.deepEqual([run.exitCode, run.stderr], [1, '']);
  const passing = await runProgram(['test', '--json', '--filter', 'test 1'], { cwd: loudFolder() });
  assert.deepEqual([envelopeOf(passing)['passed'], passing.exitCode], [1, 0]);
});

test('--tap prints TAP 14, with an escaped name', async () => {
  const { stdout, exitCode } = await runProgram(['test', '--tap'], { cwd: loudFolder() });
  assert.equal(
    withoutTimes(stdout),
    `TAP version 14
1..2
ok 1 - speak: test 1
  ---
  duration_ms: N
  ...
not ok 2 - speak: wrong \\# 100%
  ---
  duration_ms: N
  failures:
    - "gave {\\"said\\":1}, not {\\"said\\":2}"
  printed: "a log\\nan error\\na write\\na notice\\n"
  ...
# 1 passed, 1 failed
`,
  );
  assert.equal(exitCode, 1);
  const both = await runMain(['test', '--tap', '--json'], { cwd: loudFolder() });
  assert.deepEqual([envelopeOf(both)['code'], both.exitCode], ['USAGE', 2]);
});

test('--junit has what a failed test printed, and a path that cannot be written is USAGE before a test runs', async () => {
  const cwd = loudFolder();
  await runProgram(['test', '--junit', 'report.xml'], { cwd });
  assert.match(
    readFileSync(join(cwd, 'report.xml'), 'utf8'),
    /<\/failure>\n {6}<system-out>a log&#10;an error&#10;a write&#10;a notice&#10;<\/system-out>/,
  );
  const run = await runMain(['test', '--junit', 'missing/report.xml'], { cwd });
  assert.match(
    String(envelopeOf(run)['error']),
    /^Cannot write the JUnit report to .*: no such file or directory \(ENOENT\)$/,
  );
  assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['USAGE', 2]);
});

test('GITHUB_ACTIONS: each failed test becomes an annotation at its line, escaped', async () => {
  const cwd = loudFolder();
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: cwd };
  for (const flags of [[], ['--json'], ['--tap']]) {
    const { stderr } = await runProgram(['test', ...flags], { cwd, env });
    assert.equal(
      stderr,
      '::error file=gantz.yaml,line=8,col=9,title=gantz test::speak: wrong # 100%25: gave {"said":1}, not {"said":2}\n',
    );
  }
});

test('a manifest without tests says so', async () => {
  const cwd = folderWith({
    'gantz.yaml': 'name: bare\ntools:\n  - { name: ls, description: d, script: { shell: ls } }\n',
  });
  const run = await runProgram(['test'], { cwd });
  assert.equal(run.stdout, '0 passed, 0 failed\n');
  assert.match(run.stderr, /gantz\.yaml has no tests: no tool has a list "tests"\.\n$/);
  assert.equal(run.exitCode, 0);
});

describe('a manifest that includes the bundled tools', () => {
  const redis = useRedis();

  test('does not run their tests, and needs no Redis for its own', async () => {
    const cwd = folderWith({ 'gantz.yaml': INCLUDING });
    const run = await runProgram(['test'], {
      cwd,
      env: { REDIS_URL: `redis://127.0.0.1:${await freePort()}` },
    });
    assert.equal(withoutTimes(run.stdout), 'ok   greet: test 1 (N ms)\n1 passed, 0 failed\n');
    assert.equal(run.exitCode, 0);
  });

  test('runs their tests with --bundled', async () => {
    const cwd = folderWith({ 'gantz.yaml': INCLUDING });
    const run = await runMain(['test', '--bundled'], { cwd, env: { REDIS_URL: redis.url } });
    assert.match(run.stdout, /^ok {3}cache_get: an absent key/);
    assert.match(run.stdout, /\nok {3}greet: test 1/);
    assert.equal(run.exitCode, 0);
  });

  test('has no tests of its own: says that --bundled runs those of the bundled tools', async () => {
    const cwd = folderWith({ 'gantz.yaml': 'name: only\ninclude: [builtin:redis]\n' });
    const run = await runMain(['test'], { cwd });
    assert.equal(run.stdout, '0 passed, 0 failed\n');
    assert.match(run.stderr, /--bundled runs the tests of the bundled tools that it includes\.\n$/);
  });

  for (const flags of [[], ['--tap'], ['--junit', 'report.xml']]) {
    test(`gives one REDIS_UNAVAILABLE with status 4 when Redis is down, and runs no test: ${flags.join(' ')}`, async () => {
      const cwd = folderWith({ 'gantz.yaml': INCLUDING });
      const env = { REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
      const run = await runProgram(['test', '--bundled', ...flags], { cwd, env });
      assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['REDIS_UNAVAILABLE', 4]);
      assert.equal(existsSync(join(cwd, 'report.xml')), false);
    });
  }

  test('ends with status 4 when Redis goes away between two tests', async () => {
    const cwd = folderWith({
      'gantz.yaml': `${INCLUDING}
      - steps: [{ tool: cache_set, input: { key: a, value: 1 } }]
      - steps: [{ tool: shutdown }, { tool: cache_get, input: { key: a } }]
      - { expect: { equals: hello } }
  - name: shutdown
    description: Stops the server
    script: { shell: "kill -9 $SERVER_PID; while kill -0 $SERVER_PID; do sleep 0.01; done; true" }
`,
    });
    const server = await startRedis();
    try {
      const env = { REDIS_URL: server.url, SERVER_PID: String(server.pid) };
      const run = await runProgram(['test', '--tap'], { cwd, env });
      assert.match(run.stdout, /\nok 2 - greet: test 2\n/);
      assert.match(run.stdout, /\nBail out! .*Redis at .*\n\{"success":false,/);
      assert.doesNotMatch(run.stdout, /ok [34] -/);
      assert.equal(run.exitCode, 4);
    } finally {
      await server.stop();
    }
  });
});
