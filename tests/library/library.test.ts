import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { GantzError, openGantz, type Gantz, type GantzOptions } from '../../lib/library/library.ts';
import { useRedis } from '../helpers/redis-server.ts';

let folder: string;
const server = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-library-'));
});
after(() => rm(folder, { recursive: true, force: true }));

let namespaces = 0;

async function withGantz(work: (gantz: Gantz) => Promise<void>, options: GantzOptions = {}): Promise<void> {
  await using gantz = await openGantz({
    manifest: 'builtin:redis',
    redisUrl: server.url,
    namespace: `library-${namespaces++}`,
    env: {},
    ...options,
  });
  await work(gantz);
}

async function failureOf(promise: Promise<unknown>): Promise<GantzError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof GantzError, String(error));
    return error;
  }
  throw new Error('it did not fail');
}

test('a call returns the fields of the result', () =>
  withGantz(async (gantz) => {
    assert.deepEqual(await gantz.call('cache_set', { key: 'a', value: { b: [1] } }), {
      key: 'a',
      ttl: 3600,
      stored: true,
    });
    const { value, found } = await gantz.call('cache_get', { key: 'a' });
    assert.deepEqual([value, found], [{ b: [1] }, true]);
    const { keys } = await gantz.call('cache_keys');
    assert.deepEqual(keys, ['a']);
  }));

test('a failure is a GantzError with its envelope', () =>
  withGantz(async (gantz) => {
    await gantz.call('cache_set', { key: 'text', value: 'x' });
    const error = await failureOf(gantz.call('cache_increment', { key: 'text' }));
    assert.deepEqual([error.code, error.retryable, error.outcome], ['WRONG_TYPE', false, 'none']);
    assert.deepEqual(error.envelope, {
      success: false,
      error: error.message,
      code: 'WRONG_TYPE',
      retryable: false,
      outcome: 'none',
      hint: error.hint,
    });
    assert.match(error.hint ?? '', /--value:json 5/);
    // @ts-expect-error a key is required
    const { code, details } = await failureOf(gantz.call('cache_get', {}));
    assert.deepEqual([code, details], ['INVALID_PARAMETERS', [{ path: '/key', message: 'is required' }]]);
    const unknown = await failureOf(gantz.call('cache_gte', {}));
    assert.equal(unknown.code, 'UNKNOWN_TOOL');
    assert.match(unknown.hint ?? '', /cache_get/);
  }));

test('parameters are not modified, and later changes to them have no effect', () =>
  withGantz(async (gantz) => {
    const value = Object.freeze({ list: Object.freeze([1, 2]) });
    const params = Object.freeze({ key: 'frozen', value });
    await gantz.call('cache_set', params);
    assert.deepEqual(params, { key: 'frozen', value: { list: [1, 2] } });
    const changing = { key: 'changing', value: [1] };
    const call = gantz.call('cache_set', changing);
    changing.value.push(2);
    await call;
    assert.deepEqual((await gantz.call('cache_get', { key: 'changing' })).value, [1]);
  }));

test('a date is its ISO text, undefined members are left out', () =>
  withGantz(async (gantz) => {
    const value = { at: new Date(0), nothing: undefined, minus: -0 };
    await gantz.call('cache_set', { key: 'a', value, only_if: undefined } as { key: string; value: unknown });
    assert.deepEqual((await gantz.call('cache_get', { key: 'a' })).value, {
      at: '1970-01-01T00:00:00.000Z',
      minus: 0,
    });
  }));

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const noJson: [string, unknown, string][] = [
  ['NaN', Number.NaN, '/value'],
  ['Infinity', { a: [Infinity] }, '/value/a/0'],
  ['a bigint', 1n, '/value'],
  ['a function', () => 1, '/value'],
  ['a symbol', Symbol('s'), '/value'],
  ['undefined in an array', [undefined], '/value/0'],
  ['a hole in an array', new Array(1), '/value/0'],
  ['a map', { 'a/b': new Map([[1, 2]]) }, '/value/a~1b'],
  ['bytes', new Uint8Array(2), '/value'],
  ['a cycle', cyclic, '/value/self'],
];

for (const [what, value, path] of noJson) {
  test(`${what} is refused, with its path`, () =>
    withGantz(async (gantz) => {
      const error = await failureOf(gantz.call('cache_set', { key: 'a', value }));
      assert.equal(error.code, 'INVALID_PARAMETERS');
      assert.deepEqual(
        error.details?.map((detail) => detail.path),
        [path],
      );
      assert.equal((await gantz.call('cache_exists', { key: 'a' })).exists, false);
    }));
}

test('any JSON value is stored and read unchanged', () =>
  withGantz(async (gantz) => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ noUnicodeString: false }), async (value) => {
        await gantz.call('cache_set', { key: 'any', value });
        const back = (await gantz.call('cache_get', { key: 'any' })).value;
        assert.deepEqual(back, JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 200 },
    );
  }));

test('tools are the published definitions, and the policy hides and refuses tools', () =>
  withGantz(
    async (gantz) => {
      assert.deepEqual(
        gantz.tools.map(({ name }) => name),
        ['cache_get', 'cache_get_many', 'cache_exists', 'cache_ttl', 'cache_keys', 'hash_get'],
      );
      assert.deepEqual(gantz.tools[0]?.inputSchema.required, ['key']);
      assert.equal((await failureOf(gantz.call('cache_set', { key: 'a', value: 1 }))).code, 'FORBIDDEN');
    },
    { tools: ['cache_*', 'hash_*'], readOnly: true },
  ));

test('a signal cancels a call', () =>
  withGantz(async (gantz) => {
    const controller = new AbortController();
    const call = gantz.call('pubsub_subscribe', { channel: 'c', timeout: 60 }, { signal: controller.signal });
    controller.abort();
    assert.equal((await failureOf(call)).code, 'CANCELLED');
    const aborted = gantz.call('cache_get', { key: 'a' }, { signal: AbortSignal.abort() });
    assert.equal((await failureOf(aborted)).code, 'CANCELLED');
  }));

test('a thousand concurrent calls get their own answers', () =>
  withGantz(async (gantz) => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index);
    await Promise.all(numbers.map((value) => gantz.call('cache_set', { key: String(value), value })));
    const answers = await Promise.all(numbers.map((key) => gantz.call('cache_get', { key: String(key) })));
    assert.deepEqual(
      answers.map(({ value }) => value),
      numbers,
    );
  }));

test('after close, calls fail', async () => {
  const gantz = await openGantz({ manifest: 'builtin:redis', redisUrl: server.url, env: {} });
  await gantz.call('cache_get', { key: 'a' });
  await gantz.close();
  assert.equal((await failureOf(gantz.call('cache_get', { key: 'a' }))).code, 'CANCELLED');
  await gantz.close();
});

test('a custom manifest with custom types', async () => {
  type Tools = { greet: { input: { name: string }; result: { message: string } } };
  const file = join(folder, 'gantz.yaml');
  await writeFile(
    file,
    `name: own
tools:
  - name: greet
    description: Greets
    parameters: [{ name: name, type: string, required: true }]
    script: { shell: "printf '{\\"success\\":true,\\"message\\":\\"hello %s\\"}' {{name}}" }
`,
  );
  await using gantz = await openGantz<Tools>({ manifest: 'gantz.yaml', cwd: folder });
  const { message } = await gantz.call('greet', { name: 'Ada' });
  assert.equal(message, 'hello Ada');
});

test('redisUrl and namespace override the manifest', async () => {
  const file = join(folder, 'fixed.yaml');
  await writeFile(
    file,
    'name: fixed\nenv: { REDIS_URL: "unix:///nonexistent", GANTZ_NAMESPACE: fixed }\ninclude: [builtin:redis]\n',
  );
  await using gantz = await openGantz({ manifest: file, env: {}, redisUrl: server.url, namespace: 'option' });
  await gantz.call('cache_set', { key: 'where', value: 1 });
  assert.equal(await (await server.client()).get('option:cache:where'), '1');
});

const badOptions: [GantzOptions, string][] = [
  [{ manifest: '/nonexistent/gantz.yaml' }, 'MANIFEST_NOT_FOUND'],
  [{ timeout: 'soon' }, 'USAGE'],
  [{ timeout: -1 }, 'USAGE'],
  [{ toolset: 'nothing' }, 'USAGE'],
];

for (const [options, code] of badOptions) {
  test(`openGantz(${JSON.stringify(options)}) is ${code}`, async () => {
    const error = await failureOf(openGantz({ manifest: 'builtin:redis', env: {}, ...options }));
    assert.equal(error.code, code);
  });
}

test('an invalid namespace or URL is refused when opening or by the first call', async () => {
  const open = async (options: GantzOptions): Promise<void> => {
    await using gantz = await openGantz({ manifest: 'builtin:redis', env: {}, ...options });
    await gantz.call('cache_get', { key: 'a' });
  };
  assert.equal((await failureOf(open({ namespace: 'a b' }))).code, 'USAGE');
  const error = await failureOf(open({ redisUrl: 'http://user:secret@host' }));
  assert.equal(error.code, 'NOT_RUNNABLE');
  assert.doesNotMatch(JSON.stringify(error.envelope), /secret/);
});

test('a timeout applies to each call', () =>
  withGantz(
    async (gantz) => {
      server.pause();
      try {
        assert.equal((await failureOf(gantz.call('cache_get', { key: 'a' }))).code, 'TIMEOUT');
      } finally {
        server.resume();
      }
    },
    { timeout: 150 },
  ));
