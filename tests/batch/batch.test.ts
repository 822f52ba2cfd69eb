import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runMain } from '../helpers/run-main.ts';
import { useRedis } from '../helpers/redis-server.ts';

let folder: string;
const server = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-batch-'));
});
after(() => rm(folder, { recursive: true, force: true }));

let namespaces = 0;

type Answer = Record<string, unknown>;
type Batch = { answers: Answer[]; exitCode: number; stderr: string };

/** Runs a batch over lines. Values other than text become JSON. */
async function batch(
  lines: readonly unknown[],
  {
    words = [],
    env = {},
    stdin,
  }: {
    words?: readonly string[];
    env?: Record<string, string>;
    stdin?: string | Uint8Array;
  } = {},
): Promise<Batch> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const { stdout, stderr, exitCode } = await runMain(['-c', 'builtin:redis', 'batch', ...words], {
    env: { REDIS_URL: server.url, GANTZ_NAMESPACE: `batch-${namespaces++}`, ...env },
    stdin: stdin ?? `${text}\n`,
  });
  const answers = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answer);
  return { answers, stderr, exitCode };
}

const get = (key: string, id?: unknown) => ({ tool: 'cache_get', params: { key }, id });
const set = (key: string, value: unknown, id?: unknown) => ({
  tool: 'cache_set',
  params: { key, value },
  id,
});

test('answers come in the order of the calls, each with its id', async () => {
  const ids = [1, 'two', null, { three: [3] }, 0, ''];
  const { answers, exitCode, stderr } = await batch(ids.map((id) => get('nothing', id)));
  assert.deepEqual(
    answers,
    ids.map((id) => ({ success: true, value: null, found: false, id })),
  );
  assert.equal(exitCode, 0);
  assert.match(stderr, /^6 calls, 0 failed, [\d.]+ s, \d+ a second\n$/);
});

test('a call without an id is answered without one; params are optional', async () => {
  const { answers } = await batch(['{"tool":"cache_keys"}']);
  assert.deepEqual(answers, [{ success: true, keys: [], count: 0, cursor: null }]);
});

test('calls take effect in the order of the input, from the first on', async () => {
  await server.plain.sendCommand(['SCRIPT', 'FLUSH']);
  const lines = Array.from({ length: 300 }, (_, index) => [
    { tool: 'list_push', params: { key: 'l', values: [index], left: false } },
    { tool: 'list_range', params: { key: 'l', start: -1 } },
    set('k', index),
    get('k'),
    { tool: 'cache_increment', params: { key: 'k', by: 1000 } },
    { tool: 'hash_set', params: { key: 'h', mapping: { f: index } } },
    { tool: 'hash_get', params: { key: 'h', field: 'f' } },
  ]).flat();
  const { answers } = await batch(lines);
  assert.equal(answers.length, lines.length);
  for (let index = 0; index < 300; index++) {
    const [push, range, , read, sum, , field] = answers.slice(index * 7, index * 7 + 7);
    assert.equal(push?.['length'], index + 1);
    assert.deepEqual(range?.['values'], [index]);
    assert.equal(read?.['value'], index);
    assert.equal(sum?.['value'], index + 1000);
    assert.equal(field?.['value'], index);
  }
});

const badLines: [string, unknown, Answer][] = [
  ['broken JSON', '{"tool":', { code: 'INVALID_JSON', line: 2 }],
  ['plain text', 'hello', { code: 'INVALID_JSON', line: 2 }],
  ['an array', '[]', { code: 'USAGE', line: 2 }],
  ['null', 'null', { code: 'USAGE', line: 2 }],
  ['no tool', { params: {}, id: 7 }, { code: 'USAGE', line: 2, id: 7 }],
  ['a tool that is not a string', { tool: 1, id: 7 }, { code: 'USAGE', line: 2, id: 7 }],
  ['an unknown member', { tool: 'cache_get', prams: {} }, { code: 'USAGE', line: 2 }],
  ['an unknown tool', { tool: 'cache_gte', id: 'x' }, { code: 'UNKNOWN_TOOL', line: 2, id: 'x' }],
  [
    'digits lost in parameters',
    '{"tool":"cache_get","params":{"key":1.00000000000000000001},"id":3}',
    { code: 'INVALID_PARAMETERS', line: 2, id: 3 },
  ],
  [
    'digits lost in the id',
    '{"tool":"cache_get","params":{"key":"a"},"id":12345678901234567890}',
    { code: 'INVALID_PARAMETERS', line: 2, id: undefined },
  ],
  ['wrong parameters', { tool: 'cache_get', params: {}, id: 9 }, { code: 'INVALID_PARAMETERS', id: 9 }],
  ['parameters that are no object', { tool: 'cache_get', params: [] }, { code: 'INVALID_PARAMETERS' }],
];

for (const [what, line, expected] of badLines) {
  test(`${what} fails its own line only`, async () => {
    const { answers, exitCode } = await batch([set('a', 1), line, get('a')]);
    assert.equal(answers.length, 3);
    const { success, outcome } = answers[1] ?? {};
    assert.deepEqual([success, outcome], [false, 'none']);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(answers[1]?.[name], value, name);
    if (!('line' in expected)) assert.equal(answers[1]?.['line'], undefined);
    assert.deepEqual(answers[2], { success: true, value: 1, found: true });
    assert.equal(exitCode, 1);
  });
}

test('blank lines are skipped, but counted; the last line needs no newline', async () => {
  const { answers } = await batch([], { stdin: '\n  \r\n{"tool":"cache_keys"}\r\n\nx' });
  assert.deepEqual(
    answers.map(({ success, line }) => [success, line]),
    [
      [true, undefined],
      [false, 5],
    ],
  );
});

test('bytes that are not UTF-8 fail their own line only', async () => {
  const good = Buffer.from(`${JSON.stringify(get('ä'))}\n`);
  const bad = Buffer.from([0x22, 0xff, 0x22, 0x0a]);
  const { answers } = await batch([], { stdin: Buffer.concat([good, bad, good, bad, good]) });
  assert.deepEqual(
    answers.map(({ success, code }) => [success, code]),
    [
      [true, undefined],
      [false, 'INVALID_JSON'],
      [true, undefined],
      [false, 'INVALID_JSON'],
      [true, undefined],
    ],
  );
});

test('a line of 17 MiB is refused, and the next one runs', async () => {
  const { answers } = await batch([set('a', 'x'.repeat(17 * 1024 * 1024)), get('a')]);
  const [refused, next] = answers;
  assert.deepEqual([refused?.['code'], refused?.['line'], next?.['found']], ['USAGE', 1, false]);
});

test('a value of a megabyte is stored and read unchanged', async () => {
  const value = 'ü'.repeat(512 * 1024);
  const { answers } = await batch([set('big', value), get('big')]);
  assert.equal(answers[1]?.['value'], value);
});

test('an empty stdin succeeds without answers', async () => {
  const { answers, exitCode, stderr } = await batch([], { stdin: '' });
  assert.deepEqual([answers, exitCode], [[], 0]);
  assert.match(stderr, /^0 calls, 0 failed/);
});

test('a file is read instead of stdin; a missing file is reported', async () => {
  const file = join(folder, 'calls.ndjson');
  await writeFile(file, `${JSON.stringify(get('a', 1))}\n`);
  const { answers } = await batch([], { words: [file] });
  assert.deepEqual(answers, [{ success: true, value: null, found: false, id: 1 }]);
  const missing = await batch([], { words: [join(folder, 'missing')] });
  assert.deepEqual([missing.answers[0]?.['code'], missing.exitCode], ['USAGE', 2]);
  const directory = await batch([], { words: [folder] });
  assert.deepEqual([directory.answers[0]?.['code'], directory.exitCode], ['USAGE', 2]);
});

for (const text of ['0', '-1', 'many', '1.5']) {
  test(`--concurrency ${text} is refused`, async () => {
    const { answers, exitCode } = await batch([get('a')], { words: [`--concurrency=${text}`] });
    assert.deepEqual([answers[0]?.['code'], exitCode, answers.length], ['USAGE', 2, 1]);
  });
}

test('the policy applies to every line, and --read-only allows only tools that read', async () => {
  const lines = [set('a', 1), get('a'), { tool: 'list_range', params: { key: 'l' } }];
  const codes = async (env: Record<string, string>): Promise<unknown[]> =>
    (await batch(lines, { env })).answers.map(({ success, code }) => code ?? success);
  assert.deepEqual(await codes({ GANTZ_TOOLS: 'cache_*' }), [true, true, 'FORBIDDEN']);
  assert.deepEqual(await codes({ GANTZ_READ_ONLY: '1' }), ['FORBIDDEN', true, true]);
});
