import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { VERSION } from '../../lib/generated/version.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';

const env = { GANTZ_CONFIG: 'builtin:redis' };

const server = useRedis();

test('--version prints the version of package.json', async () => {
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(VERSION, version);
  const run = await runMain(['--version']);
  assert.deepEqual([run.stdout, run.exitCode], [`${version}\n`, 0]);
});

const helps: [string[], RegExp][] = [
  [['--help'], /^Usage: gantz \[options\]/],
  [['-h'], /^Usage: gantz/],
  [['tools', '--help'], /^Usage: gantz tools/],
  [['redis', '--help'], /status/],
  [['redis', 'stop', '--help'], /its data are kept/],
  [['call', '--help'], /the full name of a tool/],
  [['cache', '--help'], /gantz cache get +Read the value/],
  [['cache', 'set', '--help'], /^cache_set: Store a JSON value/],
  [['--help', 'cache', 'set'], /^cache_set: Store a JSON value/],
  [['call', 'cache_set', '--help'], /--only-if/],
  [['rate-limit', 'check', '-h'], /gantz rate_limit check '\{/],
];
for (const [argv, text] of helps) {
  test(`${argv.join(' ')} prints help`, async () => {
    const run = await runMain(argv, { env });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.match(run.stdout, text);
  });
}

test('tools prints a table, and the definitions with --json', async () => {
  const table = await runMain(['tools'], { env });
  assert.match(table.stdout, /^TOOL +WHAT IT DOES\ncache_get +Read the value/);
  const tools = envelopeOf(await runMain(['tools', '--json'], { env }))['tools'] as {
    name: string;
    inputSchema: unknown;
  }[];
  assert.equal(tools.length, table.stdout.trim().split('\n').length - 1);
  assert.deepEqual(tools.find(({ name }) => name === 'cache_exists')?.inputSchema, {
    type: 'object',
    properties: { key: { type: 'string', minLength: 1, description: 'the key to check' } },
    required: ['key'],
    additionalProperties: false,
  });
});

test('describe shows parameters, an example call and the result', async () => {
  const run = await runMain(['describe', 'cache_set'], { env });
  assert.match(run.stdout, /Parameters:\n {2}--key .*required/);
  assert.match(run.stdout, /Example:\n {2}gantz cache set '\{"key":"greeting","value":"hello"\}'/);
  assert.match(run.stdout, /Result:\n {2}key/);
  assert.equal((await runMain(['describe', 'cache', 'set'], { env })).stdout, run.stdout);
});

test('every example that describe prints is accepted', async () => {
  const tools = envelopeOf(await runMain(['tools', '--json'], { env }))['tools'] as { name: string }[];
  for (const { name } of tools) {
    if (name === 'pubsub_subscribe' || name === 'pubsub_unsubscribe') continue;
    const { stdout } = await runMain(['describe', name], { env });
    const json = /Example:\n {2}gantz \S+ \S+ '(.*)'\n/.exec(stdout)?.[1] ?? '';
    const envelope = envelopeOf(
      await runMain(['call', name, json], { env: { ...env, REDIS_URL: server.url } }),
    );
    assert.ok(
      envelope.success || envelope['code'] === 'NOT_FOUND',
      `${name} ${json}: ${JSON.stringify(envelope)}`,
    );
  }
});

test('-h as the value of a flag is stored and does not print help', async () => {
  const stored = await runMain(['cache', 'set', '--key', 'h', '--value', '-h'], {
    env: { ...env, REDIS_URL: server.url },
  });
  assert.equal(envelopeOf(stored).success, true);
  assert.equal(
    envelopeOf(await runMain(['cache', 'get', '--key', 'h'], { env: { ...env, REDIS_URL: server.url } }))[
      'value'
    ],
    '-h',
  );
});

test('the list of commands shows the arguments of each command', async () => {
  assert.match((await runMain(['--help'])).stdout, /describe \[options\] <tool> \[operation\]/);
});

test('redis without a subcommand names the subcommands', async () => {
  const run = await runMain(['redis']);
  assert.equal(run.exitCode, 2);
  assert.match(String(envelopeOf(run)['error']), /needs status or stop/);
});

test('ping prints the server, its version, its address and the round-trip time, without a password', async () => {
  const envelope = envelopeOf(await runMain(['ping'], { env: { ...env, REDIS_URL: server.url } }));
  assert.equal(envelope.success, true);
  assert.match(String(envelope['version']), /^\d+\.\d+/);
  assert.match(String(envelope['where']), /^unix:\/\//);
  assert.equal(typeof envelope['round_trip_ms'], 'number');
});

test('policy: a tool that is not allowed is FORBIDDEN and not listed', async () => {
  const denied = await runMain(['--read-only', 'cache', 'set', '{"key":"a","value":1}'], {
    env: { ...env, REDIS_URL: server.url },
  });
  assert.deepEqual([envelopeOf(denied)['code'], denied.exitCode], ['FORBIDDEN', 2]);
  const allowed = await runMain(['--read-only', 'cache', 'get', '{"key":"a"}'], {
    env: { ...env, REDIS_URL: server.url },
  });
  assert.equal(allowed.exitCode, 0);
  const listed = await runMain(['tools'], { env: { ...env, GANTZ_TOOLS: 'cache_*,session_get' } });
  assert.match(listed.stdout, /cache_set/);
  assert.doesNotMatch(listed.stdout, /session_update|hash_get/);
  assert.equal(envelopeOf(await runMain(['--toolset', 'nothing', 'tools'], { env }))['code'], 'USAGE');
});

const mistakes: [string[], RegExp][] = [
  [['cahce', 'get', '{}'], /cache_get/],
  [['cache', 'gte', '{}'], /cache_get/],
  [['tols'], /gantz tools/],
  [['tools', '--jsno'], /--json/],
  [['--confg', 'x', 'tools'], /--config/],
];
for (const [argv, hint] of mistakes) {
  test(`${argv.join(' ')} fails with the nearest name in the hint`, async () => {
    const run = await runMain(argv, { env });
    assert.equal(run.exitCode, 2);
    assert.match(String(envelopeOf(run)['hint']), hint);
  });
}

test('the hint for a bundled tool that the manifest does not include names the bundled manifest', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'gantz.yaml'), 'name: own\ntools: []\n');
  const hintOf = async (...argv: string[]): Promise<string> => {
    const envelope = envelopeOf(await runMain(argv, { cwd: folder }));
    assert.equal(envelope['code'], 'UNKNOWN_TOOL');
    return String(envelope['hint']);
  };
  assert.match(await hintOf('cache', 'get', '{}'), /-c builtin:redis/);
  assert.doesNotMatch(await hintOf('cash', 'get', '{}'), /builtin/);
});

test('completion offers commands, groups, operations, parameters and their values', async () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await runMain(['complete', '--', ...words], { env })).stdout.split('\n').filter(Boolean);
  assert.ok((await complete('ca')).includes('cache'));
  assert.ok((await complete('')).includes('validate'));
  assert.ok(!(await complete('')).includes('complete'));
  assert.deepEqual(await complete('cache', 'ex'), ['exists']);
  assert.deepEqual(await complete('call', 'cache_ex'), ['cache_exists']);
  assert.deepEqual(await complete('cache', 'set', '--on'), ['--only-if']);
  assert.deepEqual(await complete('cache', 'set', '--only-if', ''), ['absent', 'present']);
  assert.ok((await complete('--ti')).includes('--timeout'));
  assert.deepEqual(await complete('tools', '--format', 'o'), ['openai']);
  assert.deepEqual(await complete('tools', '--fo'), ['--format']);
  assert.deepEqual(await complete('tools', '--read'), ['--read-only']);
  assert.deepEqual(await complete('init', '--template', ''), ['redis', 'shell', 'http', 'python']);
  assert.deepEqual(await complete('mcp', '--print-config', 'c'), [
    'claude-desktop',
    'claude-code',
    'cursor',
    'codex',
  ]);
  assert.deepEqual(await complete('redis', ''), ['status', 'stop']);
  assert.deepEqual(await complete('redis', 'stop', '--fo'), ['--force']);
  assert.deepEqual(await complete('doctor', '--j'), ['--json']);
  assert.deepEqual(await complete('completion', 'z'), ['zsh']);
  assert.deepEqual(await complete('--tools', 'cache_tt'), ['cache_ttl']);
  assert.deepEqual(await complete('--tools', 'hash_get,cache_tt'), ['hash_get,cache_ttl']);
  assert.deepEqual(await complete('tools', '--tools', 'cache_tt'), ['cache_ttl']);
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await runMain(['completion', shell])).stdout, /gantz complete/);
});

test('completion for fish has a description after a tab, and completion --help says how to install each', async () => {
  const described = async (...words: string[]): Promise<string> =>
    (await runMain(['complete', '--descriptions', '--', ...words], { env })).stdout;
  assert.equal(await described('cache', 'tt'), 'ttl\tRead the remaining time to live of a key\n');
  assert.equal(
    await described('valid'),
    'validate\tcheck manifests, and report every problem with its position\n',
  );
  assert.match(await described('cache', 'get', '--k'), /^--key\t\S.*\n$/);
  assert.match(await described('tools', '--js'), /^--json\tprint the definitions as one JSON line\n$/);
  assert.match((await runMain(['completion', 'fish'])).stdout, /complete --descriptions --/);
  const help = (await runMain(['completion', '--help'])).stdout;
  for (const part of ['~/.bashrc', '~/.zshrc', 'compinit', '~/.config/fish/completions/gantz.fish'])
    assert.ok(help.includes(part), part);
});
