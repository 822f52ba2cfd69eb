import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';

const server = useRedis();

type Schema = Record<string, unknown>;

async function printed(words: readonly string[]): Promise<string> {
  const { stdout, exitCode } = await runMain(['-c', 'builtin:redis', ...words]);
  assert.equal(exitCode, 0, stdout);
  return stdout;
}

/** Fails unless a schema is flat, compiles in ajv's strict mode, accepts `key` and refuses `kye`. */
function check(schema: Schema): void {
  assert.equal(schema['type'], 'object');
  for (const keyword of ['oneOf', 'anyOf', 'allOf']) assert.equal(schema[keyword], undefined);
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  assert.equal(validate({ key: 'a' }), true);
  assert.equal(validate({ kye: 'a' }), false);
}

test('--format openai prints the tools of a Chat Completions request', async () => {
  const tools = JSON.parse(await printed(['tools', '--format', 'openai'])) as {
    type: string;
    function: { name: string; description: string; parameters: Schema };
  }[];
  assert.ok(tools.length > 20);
  for (const tool of tools) {
    assert.deepEqual(Object.keys(tool), ['type', 'function']);
    assert.equal(tool.type, 'function');
    assert.match(tool.function.name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.ok(tool.function.description);
  }
  check(tools.find((tool) => tool.function.name === 'cache_get')?.function.parameters ?? {});
});

test('--format anthropic prints the tools of a Messages request', async () => {
  const tools = JSON.parse(await printed(['tools', '--format=anthropic'])) as {
    name: string;
    input_schema: Schema;
  }[];
  for (const tool of tools) assert.deepEqual(Object.keys(tool), ['name', 'description', 'input_schema']);
  check(tools.find(({ name }) => name === 'cache_get')?.input_schema ?? {});
});

test('--format openai and anthropic refuse tools that these APIs refuse, and name them', async () => {
  const folder = folderWith({
    'gantz.yaml': `tools:
  - { name: good, description: d, script: ./a }
  - { name: user.get, description: d, script: ./a }
  - { name: wordy, description: ${'w'.repeat(1025)}, script: ./a }
`,
  });
  const config = join(folder, 'gantz.yaml');
  for (const format of ['openai', 'anthropic']) {
    const run = await runMain(['-c', config, 'tools', '--format', format]);
    assert.equal(run.exitCode, 3);
    const { code, error, hint } = envelopeOf(run);
    assert.equal(code, 'MANIFEST_INVALID');
    assert.match(String(error), /"user\.get": its name.*"wordy": its description/);
    assert.match(String(hint), /--tools/);
    const others = await runMain(['-c', config, '--tools', 'good', 'tools', '--format', format]);
    assert.equal(others.exitCode, 0, others.stdout);
  }
  const { exitCode } = await runMain(['-c', config, 'tools', '--format', 'mcp']);
  assert.equal(exitCode, 0);
});

test('--format mcp prints the result of tools/list', async () => {
  const { tools } = JSON.parse(await printed(['tools', '--format', 'mcp'])) as {
    tools: { name: string; inputSchema: Schema; outputSchema: Schema; annotations: Schema }[];
  };
  const cacheGet = tools.find(({ name }) => name === 'cache_get');
  check(cacheGet?.inputSchema ?? {});
  assert.deepEqual(cacheGet?.annotations, { readOnlyHint: true, openWorldHint: false });
  assert.deepEqual(cacheGet.outputSchema['required'], ['success', 'value', 'found']);
});

test('--format json-schema prints one schema with a definition for each tool', async () => {
  const schema = JSON.parse(await printed(['tools', '--format', 'json-schema'])) as Schema;
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  ajv.addSchema(schema, 'tools');
  const validate = ajv.getSchema('tools#/$defs/cache_get');
  assert.equal(validate?.({ key: 'a' }), true);
  assert.equal(validate({}), false);
});

test('--format markdown prints a page', async () => {
  const page = await printed(['tools', '--format', 'markdown']);
  assert.match(page, /^# redis-tools\n/);
  assert.match(page, /^## cache_get$/m);
});

test('definitions contain only tools that the policy allows', async () => {
  for (const words of [['tools', '--format', 'openai'], ['tools', '--format', 'markdown'], ['skill']]) {
    const text = await printed(['--read-only', '--tools', 'cache_*', ...words]);
    assert.match(text, /cache_get/);
    assert.doesNotMatch(text, /cache_set|hash_get/);
  }
});

test('an unknown format is USAGE, with the valid formats', async () => {
  const envelope = envelopeOf(await runMain(['tools', '--format', 'openapi']));
  assert.equal(envelope['code'], 'USAGE');
  assert.match(String(envelope['error']), /anthropic/);
});

test('every example of the skill runs unchanged in a shell', async () => {
  const page = await printed(['skill']);
  const examples = [...page.matchAll(/^ {4}gantz -c builtin:redis (call (\w+) '(.*)')$/gm)];
  assert.ok(examples.length > 20);
  for (const [, command = '', name = '', text = ''] of examples) {
    // A subscription would wait for its timeout.
    if (name === 'pubsub_subscribe') continue;
    const words = await wordsOf(command);
    assert.deepEqual(words, ['call', name, text.replaceAll(`'\\''`, `'`)]);
    const run = await runMain(['-c', 'builtin:redis', ...words], { env: { REDIS_URL: server.url } });
    const { success, code } = envelopeOf(run);
    assert.ok(success || code === 'NOT_FOUND' || code === 'WRONG_TYPE', `${command}: ${run.stdout}`);
  }
});

test('the front matter of a skill is short and names the tools', async () => {
  const page = await printed(['skill']);
  const [, name, description] = /^---\nname: ([a-z0-9-]{1,64})\ndescription: (".*")\n---\n/.exec(page) ?? [];
  assert.equal(name, 'redis-tools');
  const text = JSON.parse(description ?? '') as string;
  assert.ok(text.length <= 1024);
  assert.match(text, /cache_get/);
});

test('the skill says how a repetition is safe', async () => {
  assert.match(await printed(['skill']), /`gantz -c builtin:redis --idempotency-key <key> call <tool> …`/);
});

/** Returns the words into which a shell splits a command line. */
function wordsOf(command: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    execFile(
      '/bin/sh',
      ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`],
      { timeout: 60_000 },
      (error, stdout) => {
        if (error) reject(new Error(error.message));
        else resolve(stdout.split('\0').slice(0, -1));
      },
    );
  });
}
