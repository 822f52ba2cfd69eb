import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openGantz, type GantzOptions, type ToolDefinition } from '../../lib/library/library.ts';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';

let folder: string;
let config: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-catalogue-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: catalogue
toolsets: { some: [look_*], none: [] }
tools:
  - name: look_here
    description: Looks
    annotations: { readOnlyHint: true }
    parameters: [{ name: places, type: array }]
    returns: [{ name: seen, type: string }]
    script: { shell: 'echo "{\\"seen\\":\\"here\\"}"' }
    tests: [{ input: {} }]
  - { name: look_away, description: Looks, script: { shell: "echo away" }, tests: [{ input: {} }] }
  - name: touch
    description: Touches
    annotations: { readOnlyHint: false }
    script: { shell: "echo touched" }
    tests: [{ input: {} }]
`,
  );
});
after(() => rm(folder, { recursive: true, force: true }));

const ALL = ['look_here', 'look_away', 'touch'];

type Case = { options?: string[]; env?: Record<string, string>; allowed: string[] };
const cases: Case[] = [
  { allowed: ALL },
  { options: ['--tools', 'touch'], allowed: ['touch'] },
  { options: ['--tools', 'look_*,touch'], allowed: ALL },
  { options: ['--tools', 'look_?ere'], allowed: ['look_here'] },
  { options: ['--tools', 'look'], allowed: [] },
  { options: ['--toolset', 'some'], allowed: ['look_here', 'look_away'] },
  { options: ['--toolset', 'none'], allowed: [] },
  { options: ['--read-only'], allowed: ['look_here'] },
  { options: ['--read-only', '--tools', 'touch'], allowed: [] },
  { env: { GANTZ_TOOLS: 'touch' }, allowed: ['touch'] },
  { env: { GANTZ_READ_ONLY: '1' }, allowed: ['look_here'] },
  { env: { GANTZ_READ_ONLY: 'false' }, allowed: ALL },
  { env: { GANTZ_TOOLS: 'touch' }, options: ['--tools', 'look_away'], allowed: ['look_away'] },
];

type Named = { name: string };

/** Returns a function that collects what the first group of a pattern matches in stdout, without duplicates. */
const namesBy =
  (pattern: RegExp) =>
  ({ stdout }: Run): string[] => [...new Set([...stdout.matchAll(pattern)].map(([, name = '']) => name))];

/** The messages of an MCP session that requests tools/list. */
const TOOLS_LIST = [
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
  '{"jsonrpc":"2.0","method":"notifications/initialized"}',
  '{"jsonrpc":"2.0","id":2,"method":"tools/list"}',
].join('\n');

const mcpTools = ({ stdout }: Run): Named[] => {
  const answer = stdout.split('\n').find((line) => line.includes('"id":2')) ?? '';
  return (JSON.parse(answer) as { result: { tools: Named[] } }).result.tools;
};

type Listing = { words: string[]; stdin?: string; names: (run: Run) => string[] };

/** Every command that lists tools, with a function that finds their names in its output. */
const listings: Listing[] = [
  { words: ['tools'], names: namesBy(/^(\w+) {2,}(?:Looks|Touches)$/gm) },
  { words: ['tools', '--json'], names: (run) => namesOf(envelopeOf(run)['tools']) },
  {
    words: ['tools', '--format', 'openai'],
    names: ({ stdout }) =>
      (JSON.parse(stdout) as { function: Named }[]).map(({ function: { name } }) => name),
  },
  { words: ['tools', '--format', 'anthropic'], names: ({ stdout }) => namesOf(JSON.parse(stdout)) },
  {
    words: ['tools', '--format', 'mcp'],
    names: ({ stdout }) => namesOf((JSON.parse(stdout) as { tools: unknown }).tools),
  },
  {
    words: ['tools', '--format', 'json-schema'],
    names: ({ stdout }) =>
      Object.keys((JSON.parse(stdout) as { $defs: object }).$defs).filter((name) => !name.includes('.')),
  },
  { words: ['tools', '--format', 'markdown'], names: namesBy(/^## (\w+)$/gm) },
  { words: ['docs'], names: namesBy(/^## (\w+)$/gm) },
  { words: ['docs'], names: namesBy(/^- \[(\w+)\]/gm) },
  { words: ['types'], names: namesBy(/^ {2}"(\w+)": \{/gm) },
  { words: ['skill'], names: namesBy(/^### (\w+)$/gm) },
  { words: ['skill'], names: namesBy(/call (look_\w+|touch) '/g) },
  { words: ['complete', '--', 'call', ''], names: namesBy(/^(\w+)$/gm) },
  { words: ['complete', '--', 'describe', ''], names: namesBy(/^(\w+)$/gm) },
  { words: ['test'], names: namesBy(/^(?:ok {2}|FAIL) (\w+):/gm) },
  { words: ['mcp'], stdin: TOOLS_LIST, names: (run) => mcpTools(run).map(({ name }) => name) },
];

function namesOf(tools: unknown): string[] {
  return (tools as Named[]).map(({ name }) => name);
}

for (const { options = [], env = {}, allowed } of cases) {
  const what = [...Object.entries(env).map((pair) => pair.join('=')), ...options].join(' ') || 'no policy';
  const gantz = (words: string[], stdin = ''): Promise<Run> =>
    runMain(['-c', config, ...options, ...words], { env, stdin });

  for (const { words, stdin, names } of listings) {
    test(`${what}: ${words.join(' ')} lists only the allowed tools`, async () => {
      assert.deepEqual(names(await gantz(words, stdin)), allowed);
    });
  }

  test(`${what}: only the allowed tools can be called and described`, async () => {
    for (const name of ALL) {
      const expected = allowed.includes(name) ? [undefined, 0] : ['FORBIDDEN', 2];
      for (const words of [
        ['call', name],
        ['describe', name, '--json'],
        ['batch', '-'],
      ]) {
        const run = await gantz(words, JSON.stringify({ tool: name }));
        const { code } = JSON.parse(run.stdout) as { code?: string };
        // A batch with a failed call ends with status 1 for every code.
        const exitCode = words[0] === 'batch' && code !== undefined ? 2 : run.exitCode;
        assert.deepEqual([code, exitCode], expected, words.join(' '));
      }
      for (const words of [
        ['describe', name],
        ['call', name, '--help'],
        ...(name === 'touch' ? [] : [['look', name.slice('look_'.length), '--help']]),
      ]) {
        const run = await gantz(words);
        if (allowed.includes(name)) assert.match(run.stdout, new RegExp(`^${name}: `), words.join(' '));
        else assert.deepEqual([envelopeOf(run)['code'], run.exitCode], expected, words.join(' '));
      }
    }
  });

  test(`${what}: the help of a group lists only the allowed operations`, async () => {
    const operations = allowed.filter((name) => name.startsWith('look_')).map((name) => name.slice(5));
    const help = await gantz(['look', '--help']);
    const bare = await gantz(['look']);
    if (operations.length === 0) {
      for (const run of [help, bare]) {
        assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['FORBIDDEN', 2]);
      }
    } else {
      assert.deepEqual(namesBy(/^ {2}gantz look (\w+)/gm)(help), operations);
      assert.equal(envelopeOf(bare)['hint'], `Its operations are ${operations.join(', ')}.`);
    }
    const groups = namesBy(/^(look)$/gm)(await gantz(['complete', '--', 'loo']));
    assert.deepEqual(groups, operations.length > 0 ? ['look'] : []);
  });

  test(`${what}: the name of a tool as a command runs the tool when it is allowed`, async () => {
    const run = await gantz(['touch']);
    const expected = allowed.includes('touch') ? [undefined, 0] : ['FORBIDDEN', 2];
    assert.deepEqual([envelopeOf(run)['code'], run.exitCode], expected);
  });
}

const programs: [GantzOptions, string[]][] = [
  [{}, ALL],
  [{ tools: ['look_*'] }, ['look_here', 'look_away']],
  [{ toolset: 'some', tools: '*_away' }, ['look_away']],
  [{ readOnly: true }, ['look_here']],
];
for (const [options, allowed] of programs) {
  test(`the library with ${JSON.stringify(options)} has what is allowed`, async () => {
    await using gantz = await openGantz({ manifest: config, env: {}, ...options });
    assert.deepEqual(namesOf(gantz.tools), allowed);
    for (const name of ALL) {
      if (allowed.includes(name)) continue;
      await assert.rejects(gantz.call(name), { code: 'FORBIDDEN' });
    }
  });
}

test('every interface publishes the same definitions, MCP without the notes of an envelope', async () => {
  const gantz = (words: string[], stdin = ''): Promise<Run> => runMain(['-c', config, ...words], { stdin });
  const ofMcp = mcpTools(await gantz(['mcp'], TOOLS_LIST));
  await using library = await openGantz({ manifest: config, env: {} });
  const definitions = library.tools;
  assert.deepEqual(definitions.map(withoutNotes), ofMcp);
  const [first] = definitions as readonly { inputSchema?: unknown; outputSchema?: { required: string[] } }[];
  assert.deepEqual(first?.outputSchema?.required, ['success', 'seen']);
  assert.deepEqual(envelopeOf(await gantz(['tools', '--json']))['tools'], definitions);
  const { tools } = JSON.parse((await gantz(['tools', '--format', 'mcp'])).stdout) as { tools: unknown };
  assert.deepEqual(tools, ofMcp);
  for (const definition of definitions) {
    const { success, ...described } = envelopeOf(await gantz(['describe', definition.name, '--json']));
    assert.equal(success, true);
    assert.deepEqual(described, definition);
  }
  const openai = JSON.parse((await gantz(['tools', '--format', 'openai'])).stdout) as {
    function: { parameters: unknown };
  }[];
  assert.deepEqual(openai[0]?.function.parameters, first.inputSchema);
  const anthropic = JSON.parse((await gantz(['tools', '--format', 'anthropic'])).stdout) as {
    input_schema: unknown;
  }[];
  assert.deepEqual(anthropic[0]?.input_schema, first.inputSchema);
});

test('the hint for an unknown name does not name a tool that is not allowed', async () => {
  const { hint } = envelopeOf(await runMain(['-c', config, '--tools', 'look_away', 'call', 'look_her']));
  assert.doesNotMatch(String(hint), /look_here/);
});

test('an unknown toolset fails with USAGE, and the hint has the nearest name and all names', async () => {
  for (const words of [['tools'], ['docs'], ['describe', 'touch'], ['complete', '--', '']]) {
    const run = await runMain(['-c', config, '--toolset', 'sme', ...words]);
    const { code, hint } = envelopeOf(run);
    assert.deepEqual([code, run.exitCode], ['USAGE', 2]);
    assert.equal(hint, 'Did you mean some? The toolsets are some, none.');
  }
});

/** Returns a definition whose outputSchema does not have the field `gantz`. */
function withoutNotes(definition: ToolDefinition): ToolDefinition {
  const { outputSchema } = definition;
  if (!outputSchema) return definition;
  const { gantz, ...properties } = outputSchema.properties;
  assert.ok(gantz, definition.name);
  return { ...definition, outputSchema: { ...outputSchema, properties } };
}
