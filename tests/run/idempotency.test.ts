import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { openGantz, type CallOptions, type Gantz } from '../../lib/library/library.ts';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { startServer, type TestServer } from '../helpers/http-server.ts';
import { onCluster, useRows } from '../helpers/rows.ts';
import { PROGRAM } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';

/** Each tool adds a line to the file `log` of its folder: that is its effect. */
const MANIFEST = `name: keyed
include: [builtin:redis]
tools:
  - name: append
    description: Adds a line and prints the number of lines
    parameters: [{ name: text, type: string, required: true }, { name: wait, type: number, default: 0 }]
    script: { shell: 'echo {{text}} >> log; wc -l < log' }
  - name: fail
    description: Adds a line and fails
    script: { shell: 'echo failed >> log; echo why >&2; exit 3' }
  - name: large
    description: Adds a line and prints 70,000 characters
    script: { shell: 'echo large >> log; head -c 70000 /dev/zero | tr "\\\\0" x' }
  - name: hang
    description: Adds a line and never ends
    script: { shell: 'echo hangs >> log; sleep 600' }
  - name: hang_idempotent
    description: Adds a line, and ends when the file "go" exists
    annotations: { idempotentHint: true }
    script: { shell: 'echo again >> log; test -e go || sleep 600; echo done' }
  - name: cancel
    description: Adds a line and never ends
    script: { shell: 'echo cancel >> log; sleep 600' }
  - name: cancel_idempotent
    description: Adds a line, and ends when the file "went" exists
    annotations: { idempotentHint: true }
    script: { shell: 'echo cancel again >> log; test -e went || sleep 600; echo done' }
  - name: held
    description: Adds a line, and ends when the file "go" exists
    script: { shell: 'echo held >> log; while ! test -e go; do sleep 0.05; done; echo done' }
  - name: fetch
    description: Sends a request
    http: { method: POST, url: '\${ORIGIN}/count' }
  - name: look
    description: Adds a line but says that it only reads
    annotations: { readOnlyHint: true }
    script: { shell: 'echo looked >> log; wc -l < log' }
  - name: handle
    description: Adds a line with a handler
    parameters: [{ name: count, type: integer, default: 1 }]
    handler: keyed.handle
`;

const HANDLER = `import { appendFileSync } from 'node:fs';
export async function handle({ count }) {
  appendFileSync(new URL('../log', import.meta.url), 'handled\\n');
  return { count, nested: { list: [1, null, 'ü'] } };
}
`;

describe('a call with an idempotency key', () => {
  const { redis, rows } = useRows();
  const folder = folderWith({ 'gantz.yaml': MANIFEST, 'tools/keyed.mjs': HANDLER });
  let server: TestServer | undefined;
  let gantz: Gantz | undefined;
  let env: Record<string, string> = {};

  before(async () => {
    let requests = 0;
    server = await startServer((response) => response.end(JSON.stringify({ requests: ++requests })));
    env = {
      PATH: process.env['PATH'] ?? '',
      REDIS_URL: redis.url,
      GANTZ_NAMESPACE: rows.namespace,
      ORIGIN: server.origin,
    };
    gantz = await openGantz({ manifest: join(folder, 'gantz.yaml'), env });
  });
  after(async () => {
    await gantz?.close();
    await server?.close();
  });

  async function call(
    key: string,
    tool: string,
    params: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<Record<string, unknown>> {
    assert.ok(gantz);
    return await gantz.call(tool, params, { ...options, idempotencyKey: key });
  }

  async function failureOf(calling: Promise<unknown>): Promise<GantzError> {
    const error: unknown = await calling.then(
      (result) => assert.fail(`it succeeded: ${JSON.stringify(result)}`),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof GantzError, String(error));
    return error;
  }

  /** Returns how many lines of the log have this text. */
  function logged(text: string): number {
    const log = join(folder, 'log');
    return existsSync(log)
      ? readFileSync(log, 'utf8')
          .split('\n')
          .filter((line) => line === text).length
      : 0;
  }

  const replayed = { gantz: { replayed: true } };

  it('runs a script, a handler and a request once', async () => {
    for (const [tool, params] of [
      ['append', { text: 'once' }],
      ['handle', { count: 7 }],
      ['fetch', {}],
    ] as const) {
      const first = await call(`once ${tool}`, tool, params);
      assert.equal(first['gantz'], undefined);
      assert.deepEqual(await call(`once ${tool}`, tool, params), { ...first, ...replayed }, tool);
      assert.deepEqual(await call(`once ${tool}`, tool, params), { ...first, ...replayed }, tool);
      const second = await call(`twice ${tool}`, tool, params);
      if (tool !== 'handle') assert.notDeepEqual(second, first, 'another key runs it again');
    }
    assert.equal(logged('once'), 2);
    assert.equal(logged('handled'), 2);
  });

  it('replays a failure that had or may have had an effect, with all its fields', async () => {
    const first = await failureOf(call('fails', 'fail'));
    assert.deepEqual([first.code, first.outcome], ['SCRIPT_FAILED', 'unknown']);
    const second = await failureOf(call('fails', 'fail'));
    assert.deepEqual(second.envelope, { ...first.envelope, ...replayed });
    assert.equal(logged('failed'), 1);
  });

  /** Calls a tool and cancels the call when the script has added this line. Returns the failure. */
  async function cancelled(key: string, tool: string, line: string): Promise<GantzError> {
    const [controller, before] = [new AbortController(), logged(line)];
    const failing = failureOf(call(key, tool, {}, { signal: controller.signal }));
    await waitFor(() => logged(line) > before, { what: () => `the line ${line}` });
    controller.abort();
    const failure = await failing;
    assert.deepEqual([failure.code, failure.outcome, failure.retryable], ['CANCELLED', 'unknown', true]);
    return failure;
  }

  it('says of a failure that is replayed that a repetition does not help', async () => {
    const first = await cancelled('cancelled', 'cancel', 'cancel');
    const second = await failureOf(call('cancelled', 'cancel'));
    assert.deepEqual(second.envelope, { ...first.envelope, retryable: false, ...replayed });
  });

  it('runs a tool with idempotentHint again after a failure that may have had an effect', async () => {
    await cancelled('cancelled again', 'cancel_idempotent', 'cancel again');
    writeFileSync(join(folder, 'went'), '');
    assert.deepEqual(await call('cancelled again', 'cancel_idempotent'), { output: 'done' });
    assert.deepEqual(await call('cancelled again', 'cancel_idempotent'), { output: 'done', ...replayed });
  });

  it('does not keep a failure without an effect', async () => {
    assert.equal((await failureOf(call('invalid', 'append'))).code, 'INVALID_PARAMETERS');
    await call('invalid', 'append', { text: 'valid' });
    const refused = await failureOf(call('update', 'session_update', { session_id: 'none', data: {} }));
    assert.deepEqual([refused.code, refused.fields], ['NOT_FOUND', undefined]);
  });

  it('is ignored by a tool that only reads', async () => {
    const [first, second] = [await call('look', 'look'), await call('look', 'look')];
    assert.notDeepEqual(first, second);
    assert.deepEqual(
      await call('look', 'cache_get', { key: 'absent' }),
      await call('look', 'cache_get', { key: 'absent' }),
    );
  });

  it('does not keep an answer that changed nothing', async () => {
    await rows.call('cache_set', { key: 'limit', value: 3 });
    const step = { key: 'limit', by: 3, ceiling: 5 };
    const first = await call('step', 'cache_increment', step);
    assert.deepEqual(first, { value: 3, applied: false });
    await rows.call('cache_set', { key: 'limit', value: 1 });
    assert.deepEqual(await call('step', 'cache_increment', step), { value: 4, applied: true });
    assert.deepEqual(await call('step', 'cache_increment', step), { value: 4, applied: true, ...replayed });
  });

  const SAME: readonly (readonly [what: string, first: [string, object], second: [string, object], same: boolean])[] = [
    ['defaults that are written', ['cache_set', { key: 'k', value: 1 }], ['cache_set', { ttl: 3600, key: 'k', value: 1 }], true],
    ['another form of a number', ['cache_set', { key: 'k', value: 1, ttl: 60 }], ['cache_set', { key: 'k', value: 1.0, ttl: '60' }], true],
    ['another order of members', ['cache_set', { key: 'k', value: { a: 1, b: [{ c: 1, d: 2 }] } }], ['cache_set', { value: { b: [{ d: 2, c: 1 }], a: 1 }, key: 'k' }], true],
    ['another value', ['cache_set', { key: 'k', value: 1 }], ['cache_set', { key: 'k', value: '1' }], false],
    ['another order of items', ['cache_set', { key: 'k', value: [1, 2] }], ['cache_set', { key: 'k', value: [2, 1] }], false],
    ['another tool', ['list_delete', { key: 'k' }], ['set_delete', { key: 'k' }], false],
    ['a tool of another kind', ['cache_set', { key: 'k', value: 1 }], ['append', { text: 'x' }], false],
    ['a script first', ['append', { text: 'x' }], ['cache_set', { key: 'k', value: 1 }], false],
    ['another wait of a script', ['append', { text: 'x', wait: 1 }], ['append', { text: 'x', wait: 2 }], false],
  ]; // prettier-ignore
  for (const [what, [tool, params], [otherTool, otherParams], same] of SAME) {
    it(`and ${what}: ${same ? 'is a repetition' : 'is CONFLICT'}`, async () => {
      const key = `same ${what}`;
      await rows.call('list_push', { key: 'k', values: [1] });
      await call(key, tool, { ...params });
      const second = call(key, otherTool, { ...otherParams });
      if (same) assert.deepEqual((await second)['gantz'], { replayed: true });
      else {
        const { code, outcome, retryable, hint } = await failureOf(second);
        assert.deepEqual([code, outcome, retryable], ['CONFLICT', 'none', false]);
        assert.match(hint ?? '', /new key/);
      }
    });
  }

  it('refuses the key of a Redis tool for a script of the same name, and the other way round', async () => {
    const script = `name: own
tools:
  - name: list_delete
    description: Adds a line
    parameters: [{ name: key, type: string, required: true }]
    script: { shell: 'echo own >> log' }
`;
    const own = await openGantz({ manifest: join(folderWith({ 'gantz.yaml': script }), 'gantz.yaml'), env });
    try {
      assert.ok(gantz);
      for (const [first, second] of [
        [gantz, own],
        [own, gantz],
      ] as const) {
        const options = { idempotencyKey: randomUUID() };
        await rows.call('list_push', { key: 'own', values: [1] });
        await first.call('list_delete', { key: 'own' }, options);
        const { code, outcome } = await failureOf(second.call('list_delete', { key: 'own' }, options));
        assert.deepEqual([code, outcome], ['CONFLICT', 'none']);
      }
    } finally {
      await own.close();
    }
  });

  it('refuses a key that is no text of 1 to 255 characters', async () => {
    assert.ok(gantz);
    for (const key of ['', 'x'.repeat(256), '\ud800', 5, null, {}, ['a']]) {
      const calling = gantz.call('cache_get', { key: 'k' }, { idempotencyKey: key as string });
      const { code, outcome } = await failureOf(calling);
      assert.deepEqual([code, outcome], ['USAGE', 'none'], JSON.stringify(key));
    }
    for (const key of ['é😀\u0000 "\\', '😀'.repeat(255), '*', ' '])
      assert.deepEqual(
        await call(key, 'cache_set', { key: 'k', value: key }).then(() =>
          call(key, 'cache_set', { key: 'k', value: key }),
        ),
        { key: 'k', ttl: 3600, stored: true, ...replayed },
      );
  });

  it('does not tell the answer of a script that is too large to be kept, but that it had its effect', async () => {
    assert.equal(String((await call('large', 'large'))['output']).length, 70_000);
    const second = await failureOf(call('large', 'large'));
    assert.deepEqual([second.code, second.outcome, second.retryable], ['CONFLICT', 'applied', false]);
    assert.match(second.hint ?? '', /64 KiB/);
    assert.equal(logged('large'), 1);
  });

  it('runs one script of 50 calls at the same time, and the others get CONFLICT or wait for its answer', async () => {
    const started = Array.from({ length: 50 }, (_, index) =>
      call('held', 'held', {}, index % 2 === 0 ? {} : { idempotencyWaitMs: 30_000 }).catch(
        (error: unknown) => error,
      ),
    );
    const ended = Promise.all(started);
    await waitFor(() => logged('held') === 1, { what: 'the script to begin' });
    const early = await failureOf(call('held', 'held'));
    assert.deepEqual([early.code, early.outcome, early.retryable], ['CONFLICT', 'none', true]);
    writeFileSync(join(folder, 'go'), '');
    const answers = await ended;
    assert.equal(logged('held'), 1);
    const conflicts = answers.filter((answer) => answer instanceof GantzError);
    const results = answers.filter((answer) => !(answer instanceof GantzError)) as Record<string, unknown>[];
    for (const { code, retryable } of conflicts) assert.deepEqual([code, retryable], ['CONFLICT', true]);
    assert.ok(results.length >= 25, 'those that waited have an answer');
    const [first] = results.filter(({ gantz: notes }) => notes === undefined);
    assert.ok(first);
    for (const result of results.filter((one) => one !== first))
      assert.deepEqual(result, { ...first, ...replayed });
  });

  it('makes one effect of 50 calls of a Redis tool at the same time, with 50 equal answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call('created', 'session_create', { data: { a: 1 } })),
    );
    assert.equal(new Set(answers.map(({ session_id }) => session_id)).size, 1);
    assert.equal(answers.filter(({ gantz: notes }) => notes === undefined).length, 1);
  });

  describe('of a script whose caller is killed', () => {
    /** Starts a call in a process of its own, kills it when the script runs, and ends its lease. */
    async function killed(key: string, tool: string, text: string): Promise<void> {
      const before = logged(text);
      const args = ['-c', join(folder, 'gantz.yaml'), '--idempotency-key', key, 'call', tool];
      const child = endWithTests(
        spawn(PROGRAM, args, { env: { ...env, HOME: '/dev/null' }, stdio: 'ignore' }),
      );
      await waitFor(() => logged(text) > before, { what: 'the script to run' });
      child.kill('SIGKILL');
      await endOf(child, { what: 'the end of the caller' });
    }

    /** Sets the clock forward for the claim of a key: its lease ends now. */
    async function endLease(): Promise<void> {
      let changed = 0;
      for await (const keys of redis.plain.scanIterator({ MATCH: `${rows.namespace}:idempotency:*` })) {
        for (const key of keys) {
          const kept = await redis.plain.get(key);
          if (kept?.charAt(64) !== 'h') continue;
          await redis.plain.set(key, kept.slice(0, 64 + 1 + 36) + '1', { expiration: 'KEEPTTL' });
          changed++;
        }
      }
      assert.ok(changed > 0, 'a claim is open');
    }

    it('is CONFLICT: retryable while the lease lasts, and then with the outcome unknown', async () => {
      await killed('hang', 'hang', 'hangs');
      const early = await failureOf(call('hang', 'hang'));
      assert.deepEqual([early.code, early.outcome, early.retryable], ['CONFLICT', 'none', true]);
      await endLease();
      const late = await failureOf(call('hang', 'hang'));
      assert.deepEqual([late.code, late.outcome, late.retryable], ['CONFLICT', 'unknown', false]);
      assert.equal(logged('hangs'), 1);
    });

    it('runs again when the tool has idempotentHint', async () => {
      const before = logged('again');
      const go = join(folder, 'go');
      rmSync(go, { force: true });
      await killed('again', 'hang_idempotent', 'again');
      assert.equal((await failureOf(call('again', 'hang_idempotent'))).retryable, true);
      await endLease();
      writeFileSync(go, '');
      const { output, gantz: notes } = await call('again', 'hang_idempotent');
      assert.deepEqual([output, notes], ['done', undefined]);
      assert.deepEqual((await call('again', 'hang_idempotent'))['gantz'], { replayed: true });
      assert.equal(logged('again'), before + 2);
    });
  });

  it('runs nothing when Redis is away', { skip: onCluster('one server is enough') }, async () => {
    const away = { ...env, REDIS_URL: 'redis://127.0.0.1:1', GANTZ_NAMESPACE: randomUUID() };
    await using alone = await openGantz({ manifest: join(folder, 'gantz.yaml'), env: away });
    const { code, outcome } = await failureOf(
      alone.call('append', { text: 'away' }, { idempotencyKey: 'away' }),
    );
    assert.deepEqual([code, outcome], ['REDIS_UNAVAILABLE', 'none']);
    assert.equal(logged('away'), 0);
  });
});
