import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

let env: Record<string, string>;
useRedis({ started: ({ url }) => (env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' }) });

const hints: [string[], string, RegExp][] = [
  [['cache', 'get', 'a'], 'INVALID_JSON', /^Did you mean --key a\?/],
  [['cache', 'get', 'key=a'], 'INVALID_JSON', /^Did you mean --key a\?/],
  [['cache', 'get', '5'], 'INVALID_PARAMETERS', /^Did you mean --key 5\?/],
  [['cache', 'set', 'a', 'it is'], 'USAGE', /^Did you mean --key a --value 'it is'\?/],
  [['cache', 'set', 'key=a', 'only-if=absent', 'x'], 'USAGE', /--key a --only-if absent --value x/],
  [['cache', 'set', '--key', 'a', 'x'], 'INVALID_JSON', /^Did you mean --value x\?/],
  [['cache', 'set', '{"key":', '"a"}'], 'USAGE', /^Quote the JSON/],
  [['cache', 'get', '{"key"'], 'INVALID_JSON', /'\{"key":"greeting"\}'/],
  [['cache', 'get', '--key', 'a', '--key', 'b'], 'USAGE', /^--key takes one value\.$/],
  [
    ['cache', 'set', '--key', 'a', '--value', '1', '--ttl', '5', '--ttl', '6'],
    'USAGE',
    /--ttl takes one value/,
  ],
  [['list', 'pop', '--key', 'a', '--left', '--no-left'], 'USAGE', /--left takes one value/],
  [['call', 'cache', 'get'], 'UNKNOWN_TOOL', /^Did you mean gantz call cache_get\?$/],
  [['call', 'cache'], 'UNKNOWN_TOOL', /^cache is a group of tools\. Its operations are get, get_many, set/],
  [['call', 'rate-limit', 'check'], 'UNKNOWN_TOOL', /^Did you mean gantz call rate_limit_check\?$/],
  [['describe', 'cache'], 'UNKNOWN_TOOL', /^cache is a group of tools\..*gantz describe cache_get\.$/],
  [['cache', '{"key":"a"}'], 'USAGE', /^Its operations are get, get_many, set/],
  [['help'], 'USAGE', /gantz --help/],
  [['help', 'cache', 'set'], 'UNKNOWN_TOOL', /^Did you mean gantz cache set --help\?$/],
  [['version'], 'USAGE', /gantz --version/],
  [['-v'], 'USAGE', /--version/],
  [['-V'], 'USAGE', /--version/],
  [['-?'], 'USAGE', /--help/],
];
for (const [argv, code, hint] of hints) {
  test(`${JSON.stringify(argv)} fails with a hint at what was meant`, async () => {
    const run = await runMain(argv, { env });
    const envelope = envelopeOf(run);
    assert.deepEqual([envelope['code'], run.exitCode], [code, 2], run.stdout);
    assert.match(String(envelope['hint']), hint);
  });
}

test('a flag that is repeated for one value fails with "is given twice"', async () => {
  const run = await runProgram(['cache', 'get', '--key', 'a', '--key', 'b'], { env });
  assert.equal(envelopeOf(run)['error'], '--key is given twice');
});

for (const [text, seconds] of [
  ['1h', 3600],
  ['1m30s', 90],
  ['7d', 604_800],
] as const) {
  test(`--ttl ${text} fails with the number of seconds`, async () => {
    for (const argv of [
      ['--key', 'a', '--value', 'x', '--ttl', text],
      [`{"key":"a","value":1,"ttl":"${text}"}`],
    ]) {
      const run = await runMain(['cache', 'set', ...argv], { env });
      assert.equal(run.exitCode, 2);
      assert.match(String(envelopeOf(run)['error']), new RegExp(`"${text}"; ${text} is ${seconds} seconds`));
    }
  });
}

const SHELL = 'script: { shell: "echo deployed to {{env}}" }';
const TOOLS = `name: own
tools:
  - { name: deploy, description: Deploys, parameters: [{ name: env, type: string, default: test }], ${SHELL} }
  - { name: roll-back, description: Rolls back, parameters: [{ name: env, type: string, default: test }], ${SHELL} }
  - { name: deploy_all, description: Deploys all, script: { shell: "echo all" } }
`;

test('a tool of one word runs by its name', async () => {
  const cwd = folderWith({ 'gantz.yaml': TOOLS });
  const outputs: [string[], string, string?][] = [
    [['deploy', '--env', 'dev'], 'deployed to dev'],
    [['deploy'], 'deployed to test'],
    [['deploy', '{"env":"json"}'], 'deployed to json'],
    [['deploy', '-'], 'deployed to stdin', '{"env":"stdin"}'],
    [['roll-back', '--env', 'x'], 'deployed to x'],
    [['roll_back'], 'deployed to test'],
    [['deploy', 'all'], 'all'],
  ];
  for (const [argv, output, stdin = ''] of outputs)
    assert.equal(envelopeOf(await runProgram(argv, { cwd, stdin }))['output'], output, argv.join(' '));
  const help = await runMain(['deploy', '--help'], { cwd });
  assert.match(help.stdout, /^deploy: Deploys\n[^]*\n {2}gantz deploy all {2}Deploys all\n$/);
});

test('validate reports the other manifests when one of them is missing', async () => {
  const cwd = folderWith({ 'a.yaml': 'tools: 5\n', 'b.yaml': 'name: b\ntools: []\n' });
  const run = await runProgram(['validate', 'a.yaml', 'missing.yaml', 'b.yaml'], { cwd });
  const { code, error, hint, problems } = envelopeOf(run);
  assert.deepEqual([code, run.exitCode], ['MANIFEST_NOT_FOUND', 3]);
  assert.equal(error, 'The manifest "missing.yaml" does not exist');
  assert.doesNotMatch(`${run.stdout}${run.stderr}`, /-c\b/);
  assert.match(String(hint), /missing\.yaml/);
  assert.ok((problems as { file: string }[]).some(({ file }) => file.endsWith('a.yaml')));
  assert.match(run.stderr, /a\.yaml:1:8: error/);
  assert.match(run.stderr, /The manifest "missing\.yaml" does not exist/);
});

test('test FILE runs the tests of that manifest', async () => {
  const cwd = folderWith({
    'other.yaml':
      'name: other\ntools:\n  - { name: a, description: d, script: { shell: echo hi }, tests: [{ input: {}, expect: { equals: hi } }] }\n',
  });
  const run = await runMain(['test', 'other.yaml'], { cwd });
  assert.match(run.stdout, /^ok {3}a: .*\n1 passed, 0 failed\n$/);
  const missing = envelopeOf(await runMain(['test', 'missing.yaml'], { cwd }));
  assert.equal(missing['error'], 'The manifest "missing.yaml" does not exist');
  assert.doesNotMatch(JSON.stringify(missing), /-c\b/);
});
