import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { openRedis } from '../../../lib/redis/open.ts';
import { exportNamespace } from '../../../lib/redis/transfer/export.ts';
import { stepsOf } from '../../../lib/redis/transfer/steps.ts';
import { startRedis, useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { waitFor } from '../../helpers/wait.ts';
import { dumpOf, exportFrom, importInto } from '../../helpers/transfer.ts';

const HEADER = { format: 'gantz-export', version: 1, namespace: 'made', time_ms: 1 };

describe('gantz import', () => {
  const redis = useRedis();
  const into = (namespace: string) => ({ REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace });

  /** Runs an import that must fail, and returns its envelope and exit status. */
  async function failure(stdin: string, env: Record<string, string>, ...words: string[]) {
    const run = await runMain(['-c', 'builtin:redis', 'import', ...words], { env, stdin });
    const envelope = envelopeOf(run);
    assert.ok(!envelope.success, run.stdout);
    return { ...envelope, exit: run.exitCode, line: envelope['line'] };
  }

  /** Writes some structures, three of them in several parts, and returns their export. */
  async function someExport(): Promise<{ namespace: string; lines: string[] }> {
    const namespace = `test-${randomUUID()}`;
    for (let at = 0; at < 3; at++) {
      await redis.plain.set(`${namespace}:cache:${at}`, `value ${at}`, { PXAT: Date.now() + 3_600_000 });
      await redis.plain.rPush(
        `${namespace}:list:${at}`,
        Array.from({ length: 200 }, (_, item) => `item ${item} ${'x'.repeat(3000)}`),
      );
    }
    const text = await exportFrom(into(namespace));
    const lines = text.split(/(?<=\n)/);
    assert.ok(lines.some((line) => line.includes('"more":true')));
    return { namespace, lines };
  }

  it('keeps existing keys of any type, and counts them', async () => {
    const { lines } = await someExport();
    const namespace = `test-${randomUUID()}`;
    await redis.plain.set(`${namespace}:cache:1`, 'mine');
    await redis.plain.set(`${namespace}:list:2`, 'no list');
    const envelope = await importInto(into(namespace), lines.join(''));
    assert.equal(envelope['existing'], 2);
    assert.equal(envelope['imported'], 4);
    assert.equal(await redis.plain.get(`${namespace}:cache:1`), 'mine');
    assert.equal(await redis.plain.get(`${namespace}:list:2`), 'no list');
    assert.equal(await redis.plain.lLen(`${namespace}:list:1`), 200);
  });

  it('replaces existing keys with --overwrite, and their times to live', async () => {
    const { namespace: source, lines } = await someExport();
    const namespace = `test-${randomUUID()}`;
    await redis.plain.set(`${namespace}:cache:1`, 'mine');
    await redis.plain.set(`${namespace}:list:2`, 'no list', { EX: 1000 });
    await redis.plain.rPush(`${namespace}:list:1`, 'more');
    const envelope = await importInto(into(namespace), lines.join(''), '--overwrite');
    assert.deepEqual([envelope['imported'], envelope['replaced'], envelope['existing']], [6, 3, 0]);
    assert.deepEqual(await dumpOf([redis.plain], namespace), await dumpOf([redis.plain], source));
  });

  it('leaves only whole structures when the export ends anywhere, and a second import adds the rest', async () => {
    const { namespace: source, lines } = await someExport();
    const expected = await dumpOf([redis.plain], source);
    for (let length = 1; length < lines.length; length++) {
      const namespace = `test-${randomUUID()}`;
      const { code, exit, outcome, error } = await failure(lines.slice(0, length).join(''), into(namespace));
      const found = await dumpOf([redis.plain], namespace);
      assert.deepEqual([code, exit], ['INVALID_PARAMETERS', 2], error);
      assert.match(error, new RegExp(`^The export is not complete: it ends after line ${length}$`));
      assert.equal(outcome, Object.keys(found).length > 0 ? 'applied' : 'none');
      for (const [key, text] of Object.entries(found)) assert.equal(text, expected[key], key);
      await importInto(into(namespace), lines.join(''));
      assert.deepEqual(await dumpOf([redis.plain], namespace), expected);
    }
  });

  it('fails when a line was cut, and says which', async () => {
    const { lines } = await someExport();
    const cut = lines.map((line, at) => (at === 3 ? `${line.slice(0, -20)}\n` : line));
    const { code, error, line } = await failure(cut.join(''), into(`test-${randomUUID()}`));
    assert.deepEqual([code, error, line], ['INVALID_JSON', 'Line 4: the line is not JSON', 4]);
  });

  it('notices every line that is missing', async () => {
    const { lines } = await someExport();
    for (let missing = 1; missing < lines.length; missing++) {
      const namespace = `test-${randomUUID()}`;
      const { code, error } = await failure(lines.toSpliced(missing, 1).join(''), into(namespace));
      assert.equal(code, 'INVALID_PARAMETERS', error);
      assert.deepEqual(
        Object.keys(await dumpOf([redis.plain], namespace)).filter((key) => key.startsWith('import:')),
        [],
      );
    }
  });

  it('does not import what has expired since, and counts it', async () => {
    const namespace = `test-${randomUUID()}`;
    const part = { space: 'cache', type: 'string', value: 'x' };
    const list = { space: 'list', name: 'l', type: 'list', expires_at_ms: 1000 };
    const text = lines(
      HEADER,
      { ...part, name: 'past', expires_at_ms: 1000 },
      { ...part, name: 'future', expires_at_ms: Date.now() + 100_000 },
      { ...list, part: 1, more: true, value: ['a'] },
      { ...list, part: 2, value: ['b'] },
      { end: true, keys: 3, types: { string: 2, list: 1 } },
    );
    const envelope = await importInto(into(namespace), text);
    assert.deepEqual([envelope['imported'], envelope['expired']], [1, 2]);
    assert.deepEqual(Object.keys(await dumpOf([redis.plain], namespace)), ['cache:future']);
  });

  it('does not import a structure that was gone before its export was whole', async () => {
    const namespace = `test-${randomUUID()}`;
    const list = { space: 'list', name: 'l', type: 'list' };
    const text = lines(
      HEADER,
      { ...list, part: 1, more: true, value: ['a'] },
      { ...list, part: 2, gone: true, value: [] },
      { end: true, keys: 0, types: {} },
    );
    assert.equal((await importInto(into(namespace), text))['imported'], 0);
    assert.deepEqual(await dumpOf([redis.plain], namespace), {});
  });

  it('fails when the server lost a part, and leaves nothing of the structure', async () => {
    const namespace = `test-${randomUUID()}`;
    const list = { space: 'list', name: 'l', type: 'list' };
    async function* input() {
      yield Buffer.from(lines(HEADER, { ...list, part: 1, more: true, value: ['a', 'b'] }));
      const key = await waitFor(async () => (await redis.plain.keys(`${namespace}:import:*`))[0], {
        what: 'the temporary key',
      });
      assert.equal(await redis.plain.lPop(key ?? ''), 'a');
      yield Buffer.from(
        lines({ ...list, part: 2, value: ['c'] }, { end: true, keys: 1, types: { list: 1 } }),
      );
    }
    const run = await runMain(['-c', 'builtin:redis', 'import'], { env: into(namespace), stdin: input() });
    const envelope = envelopeOf(run);
    assert.equal(envelope.success ? '' : envelope.code, 'CONFLICT');
    assert.deepEqual(await dumpOf([redis.plain], namespace), {});
  });

  it('ends at the time limit, and an export too, when the server is silent', async () => {
    const server = await startRedis();
    try {
      server.pause();
      const env = { REDIS_URL: server.url };
      const words = ['--timeout', '200ms', '-c', 'builtin:redis'];
      const part = { space: 'cache', name: 'a', type: 'string', value: 'x' };
      const stdin = lines(HEADER, part, { end: true, keys: 1, types: { string: 1 } });
      const imported = await runMain([...words, 'import'], { env, stdin });
      const exported = await runMain([...words, 'export'], { env });
      for (const [run, text, count] of [
        [imported, imported.stdout, 'imported'],
        [exported, exported.stderr, 'keys'],
      ] as const) {
        const envelope = JSON.parse(text) as Record<string, unknown>;
        assert.deepEqual([run.exitCode, envelope['code'], envelope[count]], [5, 'TIMEOUT', 0]);
      }
      assert.equal(exported.stdout, '');
    } finally {
      await server.stop();
    }
  });

  const part = { space: 'cache', name: 'a', type: 'string', value: 'x' };
  const refused: [what: string, input: string, code: string, error: RegExp][] = [
    ['an empty input', '', 'INVALID_PARAMETERS', /^The input is empty$/],
    ['a file that is no export', '{"a":1}\n', 'INVALID_PARAMETERS', /^The input is not an export/],
    ['text', 'hello\n', 'INVALID_JSON', /^Line 1: the line is not JSON$/],
    ['a later version', lines({ ...HEADER, version: 2 }), 'INVALID_PARAMETERS', /format version 2$/],
    ['a wrong namespace', lines({ ...HEADER, namespace: 'a:b' }), 'INVALID_PARAMETERS', /namespace/],
    ['the failure of an export', '{"success":false,"error":"Away"}\n', 'INVALID_PARAMETERS', /: Away$/],
    ['an unknown space', lines(HEADER, { ...part, space: 'lock' }), 'INVALID_PARAMETERS', /^Line 2: space/],
    ['an unknown type', lines(HEADER, { ...part, type: 'x' }), 'INVALID_PARAMETERS', /^Line 2: type/],
    ['a wrong value', lines(HEADER, { ...part, value: [] }), 'INVALID_PARAMETERS', /^Line 2: value/],
    ['a wrong time', lines(HEADER, { ...part, expires_at_ms: -1 }), 'INVALID_PARAMETERS', /^Line 2: exp/],
    [
      'a name that is not Unicode',
      lines(HEADER, { ...part, name: '\ud800' }),
      'INVALID_PARAMETERS',
      /^Line 2: name/,
    ],
    ['a lone part', lines(HEADER, { ...part, part: 2 }), 'INVALID_PARAMETERS', /^Line 2: a part/],
  ];
  for (const [what, input, code, error] of refused) {
    it(`refuses ${what}, and changes nothing`, async () => {
      const namespace = `test-${randomUUID()}`;
      const envelope = await failure(input, into(namespace));
      assert.deepEqual([envelope.code, envelope.exit, envelope.outcome], [code, 2, 'none']);
      assert.match(envelope.error, error);
      assert.deepEqual(await dumpOf([redis.plain], namespace), {});
    });
  }

  it('is refused with --read-only', async () => {
    const run = await runMain(['--read-only', '-c', 'builtin:redis', 'import'], { env: into('none') });
    const envelope = envelopeOf(run);
    assert.equal(envelope.success ? '' : envelope.code, 'FORBIDDEN');
  });

  it('says what was done when the server ends during it', async () => {
    const { namespace: source, lines: all } = await someExport();
    const server = await startRedis();
    try {
      async function* input() {
        yield Buffer.from(all.slice(0, -1).join(''));
        const client = await server.client();
        await waitFor(
          async () => (await client.keys('*')).filter((key) => !key.includes(':import:')).length === 6,
          {
            what: 'every structure',
          },
        );
        await server.kill();
        yield Buffer.from(all[1] ?? '');
      }
      const env = { REDIS_URL: server.url, GANTZ_NAMESPACE: source };
      const run = await runMain(['-c', 'builtin:redis', 'import'], { env, stdin: input() });
      const envelope = envelopeOf(run);
      assert.ok(!envelope.success);
      assert.deepEqual([envelope.code, run.exitCode, envelope['imported']], ['REDIS_UNAVAILABLE', 4, 6]);
      assert.match(envelope.hint ?? '', /Run the same import again: it skips the keys that are there\.$/);
    } finally {
      await server.stop();
    }
  });
});

describe('gantz export', () => {
  it('does not end as a whole export when the server restarts while the last hash is read', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const handle = openRedis({ url: server.url, env: {}, mode: 'long-lived', notice: () => undefined });
    try {
      const client = await server.client();
      const fields = Array.from({ length: 3000 }, (_, at) => [`field ${at}`, 'x'.repeat(1000)] as const);
      await client.hSet('mcp:hash:large', Object.fromEntries(fields));
      const lines = exportNamespace({
        namespace: 'mcp',
        step: stepsOf(handle, { deadline: undefined, readOnly: true }),
        tally: { keys: 0, types: {} },
      });
      await lines.next();
      assert.match(String((await lines.next()).value), /"part":1,"more":true/);
      await server.kill();
      await server.restart();
      const rest = async (): Promise<void> => {
        for await (const line of lines) assert.doesNotMatch(line, /"end":true/);
      };
      await assert.rejects(rest, { code: 'CONFLICT', message: 'The servers have changed' });
    } finally {
      await handle.close();
      await server.stop();
    }
  });
});

function lines(...values: unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
