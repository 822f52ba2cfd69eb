import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'gantz-tests-'))));
after(() => rm(folder, { recursive: true }));

async function runTests(tests: string, argv: string[] = []): Promise<Run> {
  const manifest = `
name: probe
tools:
  - name: say
    description: Says a text
    parameters: [{ name: text, type: string, default: hello }]
    script: { command: printf, args: ["%s", "{{text}}"] }
    tests:
${tests.replace(/^/gm, '      ')}
  - name: fail
    description: Ends with 3
    script: { shell: "echo broken >&2; exit 3" }
`;
  await writeFile(join(folder, 'gantz.yaml'), manifest);
  return await runMain(['test', ...argv], { cwd: folder });
}

const passing: [string, string][] = [
  ['equals a text', '- { input: {}, expect: { equals: hello } }'],
  ['equals all fields', '- { input: {}, expect: { equals: { output: hello } } }'],
  ['equals a JSON result', `- { input: { text: '{"a":[1]}' }, expect: { equals: { a: [1] } } }`],
  ['contains a text', '- { input: { text: good morning }, expect: { contains: morning } }'],
  [
    'contains members',
    `- { input: { text: '{"a":1,"b":{"c":2,"d":3}}' }, expect: { contains: { b: { c: 2 } } } }`,
  ],
  ['contains items', `- { input: { text: '[1,2,3]' }, expect: { contains: [3, 1] } }`],
  ['matches', '- { input: {}, expect: { matches: "^h.*o$" } }'],
  [
    'schema',
    `- { input: { text: '{"n":1}' }, expect: { schema: { properties: { result: { type: object, required: [n] } }, required: [result] } } }`,
  ],
  ['an error by code', '- { input: { tex: x }, expect: { error: INVALID_PARAMETERS, exit_code: 2 } }'],
  ['an error by sentence', '- { input: { tex: x }, expect: { error: not a parameter } }'],
  [
    'the exit status of a script',
    '- { steps: [{ tool: fail, expect: { exit_code: 3, error: SCRIPT_FAILED } }] }',
  ],
  ['success: false', '- { steps: [{ tool: fail, expect: { success: false } }] }'],
  [
    'an earlier result',
    `- { steps: [{ name: one, input: { text: '{"id":7}' } }], input: { text: "number {{steps.one.result.id}}" }, expect: { equals: number 7 } }`,
  ],
];
for (const [name, tests] of passing) {
  test(`expect ${name} passes`, async () => {
    const run = await runTests(tests);
    assert.match(run.stdout, /\n1 passed, 0 failed\n$/);
    assert.equal(run.exitCode, 0);
  });
}

const failing: [string, RegExp][] = [
  ['- { input: {}, expect: { equals: bye } }', /gave "hello", not "bye"/],
  ['- { input: {}, expect: { contains: bye } }', /does not contain "bye"/],
  ['- { input: {}, expect: { matches: "^x" } }', /does not match/],
  ['- { input: {}, expect: { error: NOT_FOUND } }', /succeeded with/],
  ['- { input: { tex: x }, expect: { error: NOT_FOUND } }', /failed, but not with NOT_FOUND/],
  ['- { input: { tex: x } }', /failed with INVALID_PARAMETERS/],
  ['- { input: {}, expect: { exit_code: 1 } }', /ended with 0, not 1/],
  ['- { input: {}, expect: { schema: { required: [value] } } }', /value is required/],
  ['- { steps: [{ name: first, tool: fail }], input: {} }', /step first \(fail\) failed with SCRIPT_FAILED/],
];
for (const [tests, expected] of failing) {
  test(`${tests} fails`, async () => {
    const run = await runTests(tests);
    assert.match(run.stdout, /^FAIL say: test 1/);
    assert.match(run.stdout, expected);
    assert.match(run.stdout, /\n0 passed, 1 failed\n$/);
    assert.equal(run.exitCode, 1);
  });
}

test('a test of a wrong form is MANIFEST_INVALID, with the nearest key', async () => {
  const run = await runTests('- { input: {}, expects: {} }');
  assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['MANIFEST_INVALID', 3]);
  assert.match(String(envelopeOf(run)['error']), /did you mean expect\?/);
});

test('--filter selects tests, and --junit writes a report', async () => {
  const file = join(folder, 'report.xml');
  const run = await runTests(
    '- { name: good <1>, input: {} }\n- { name: bad, input: {}, expect: { equals: x } }',
    ['--junit', file],
  );
  assert.match(run.stdout, /\n1 passed, 1 failed\n$/);
  const report = await readFile(file, 'utf8');
  assert.match(report, /<testsuite name="probe" tests="2" failures="1"/);
  assert.match(report, /name="good &lt;1&gt;"/);
  assert.match(report, /<failure message="gave &quot;hello&quot;, not &quot;x&quot;">/);
  const filtered = await runMain(['test', '--filter', 'bad'], { cwd: folder });
  assert.match(filtered.stdout, /\n0 passed, 1 failed\n$/);
});

test('the bundled tests pass, and delete all their keys', async () => {
  const server: RedisServer = await startRedis();
  const client = await server.client();
  try {
    await client.set('mcp:cache:mine', 'stays');
    const run = await runMain(['test', '-c', 'builtin:redis'], { env: { REDIS_URL: server.url } });
    assert.match(run.stdout, /\n\d{3} passed, 0 failed\n$/);
    assert.equal(run.exitCode, 0);
    assert.deepEqual(await client.sendCommand(['KEYS', '*']), ['mcp:cache:mine']);
  } finally {
    client.destroy();
    await server.stop();
  }
});
