import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
// The handlers in TypeScript need a loader on a Node that has none.
import 'tsx';
import { GantzError, type Code } from '../../../lib/contract/errors.ts';
import { runHandler } from '../../../lib/run/handler/handler.ts';
import { folderWith } from '../../helpers/folder.ts';
import { invocationOf, type InvocationOptions } from '../../helpers/invocation.ts';
import { compileProgram } from '../../helpers/program.ts';

const exec = promisify(execFile);

const directory = folderWith({
  'tools/math.ts': `
    export type Input = { a: number; b: number };
    export function add({ a, b }: Input): number { return a + b; }
    export const swap = async ({ a, b }: Input) => ({ a: b, b: a });
    export const nothing = () => undefined;
    export const nil = () => null;
    export const list = () => [1];
    export const boom = () => { throw new RangeError('too far'); };
    export const text = () => { throw 'just text'; };
    export const never = () => new Promise(() => {});
    export const values: Record<string, () => unknown> = {};
    export const bigint = () => ({ a: [{ n: 1n }] });
    export const cycle = () => { const a: unknown[] = []; a.push({ a }); return a; };
    export const nan = () => ({ rate: NaN });
    export const map = () => new Map();
    export const method = () => ({ f() {} });
    export const late = () => ({ at: new Date(0), gone: undefined, holes: [null, 1], zero: -0 });
    export const gap = () => ({ rows: [{ ids: [1, undefined] }] });
    export const envelope = ({ a }: Input) => ({ success: a === 1, error: 'no', code: a === 2 ? 'NOT_FOUND' : 'MINE', extra: 1 });
    export const odd = () => ({ success: 'yes' });
    export const context = (_: unknown, { environment, emit, notice, signal }: any) => {
      emit({ event: 'progress', progress: 1 });
      notice('from the handler');
      return { env: environment.GREETING, aborted: signal.aborted };
    };
    export const waits = (_: unknown, { signal }: any) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => { globalThis.handlerEnded = signal.reason.code; reject(signal.reason); }));
  `,
  'tools/both.js': 'export const who = () => "js";',
  'both.py': 'def who(): return "py"',
  'beside.mjs': 'export const who = () => "beside"; export default { defaulted: () => "d" };',
  'old.js': 'module.exports = { who: () => "commonjs", ["a-b"]: () => 1 };',
  'pkg/deep.mjs': 'export const who = () => "deep";',
  'broken.mjs': 'export const x = ;',
  'needs.mjs': 'import "not-installed-anywhere"; export const x = () => 1;',
  'throws.mjs': 'throw new Error("at load"); export const x = () => 1;',
});

const call = (handler: string, options: InvocationOptions = {}): Promise<Record<string, unknown>> => {
  const dot = handler.lastIndexOf('.');
  const action = {
    kind: 'handler',
    module: handler.slice(0, dot),
    function: handler.slice(dot + 1),
  } as const;
  return runHandler(invocationOf(action, { directory, ...options }));
};

async function fails(promise: Promise<unknown>, code: Code, message?: RegExp): Promise<GantzError> {
  const error = await promise.then(
    (value) => assert.fail(`expected ${code}, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof GantzError, String(error));
  assert.equal(error.code, code, error.message);
  if (message) assert.match(`${error.message} ${error.hint ?? ''}`, message);
  return error;
}

describe('a JavaScript handler', () => {
  const params = { a: 1, b: 2 };
  const results: [string, unknown][] = [
    ['math.add', { result: 3 }],
    ['math.swap', { a: 2, b: 1 }],
    ['math.nothing', {}],
    ['math.nil', { result: null }],
    ['math.list', { result: [1] }],
    ['math.late', { at: '1970-01-01T00:00:00.000Z', holes: [null, 1], zero: 0 }],
    ['math.envelope', { error: 'no', code: 'MINE', extra: 1 }],
    ['math.odd', { result: { success: 'yes' } }],
    ['beside.defaulted', { result: 'd' }],
    ['both.who', { result: 'js' }],
    ['beside.who', { result: 'beside' }],
    ['old.who', { result: 'commonjs' }],
    ['pkg.deep.who', { result: 'deep' }],
    ['pkg/deep.who', { result: 'deep' }],
  ];
  for (const [handler, result] of results) {
    it(`${handler} gives ${JSON.stringify(result)}`, async () =>
      assert.deepEqual(await call(handler, { params }), result));
  }

  const failures: [string, Code, RegExp][] = [
    ['math.boom', 'HANDLER_FAILED', /boom of .*math\.ts failed: RangeError: too far/],
    ['math.text', 'HANDLER_FAILED', /failed: just text/],
    ['math.bigint', 'HANDLER_FAILED', /not JSON: a\[0\]\.n is a BigInt/],
    ['math.cycle', 'HANDLER_FAILED', /\[0\]\.a is inside itself/],
    ['math.nan', 'HANDLER_FAILED', /rate is NaN/],
    ['math.map', 'HANDLER_FAILED', /it is of the type Map/],
    ['math.gap', 'HANDLER_FAILED', /not JSON: rows\[0\]\.ids\[1\] is undefined/],
    ['math.method', 'HANDLER_FAILED', /f is a function/],
    ['math.ad', 'NOT_RUNNABLE', /exports no function ad Did you mean add\?/],
    ['math.values', 'NOT_RUNNABLE', /exports no function values/],
    ['math.toString', 'NOT_RUNNABLE', /exports no function toString/],
    ['broken.x', 'NOT_RUNNABLE', /broken\.mjs cannot be loaded/],
    ['needs.x', 'NOT_RUNNABLE', /not-installed-anywhere/],
    ['throws.x', 'HANDLER_FAILED', /failed while it was loaded: at load/],
    [
      'gone.x',
      'NOT_RUNNABLE',
      /has no file in .*Write one of tools\/gone\.ts, tools\/gone\.js, tools\/gone\.mjs, gone\.ts, gone\.js, gone\.mjs, tools\/gone\.py, gone\.py\./,
    ],
    ['../math.x', 'NOT_RUNNABLE', /names no module/],
    ['/etc/passwd.x', 'NOT_RUNNABLE', /names no module/],
    ['pkg/../../x.y', 'NOT_RUNNABLE', /names no module/],
  ];
  for (const [handler, code, message] of failures) {
    it(`${handler} is ${code}`, async () => {
      await fails(call(handler, { params }), code, message);
    });
  }

  it('reports a failure with a code of its own', async () => {
    const mine = await fails(call('math.envelope', { params: { a: 3 } }), 'HANDLER_FAILED', /^no/);
    assert.deepEqual(mine.fields, { code: 'MINE', extra: 1 });
    assert.equal(mine.outcome, 'unknown');
    await fails(call('math.envelope', { params: { a: 2 } }), 'NOT_FOUND');
  });

  it('is given the environment, a signal, and ways to report', async () => {
    const action = { kind: 'handler', module: 'math', function: 'context' } as const;
    const invocation = invocationOf(action, { directory, environment: { GREETING: 'hi' } });
    const events: unknown[] = [];
    const result = await runHandler({
      ...invocation,
      call: { ...invocation.call, emit: (event) => void events.push(event) },
    });
    assert.deepEqual(result, { env: 'hi', aborted: false });
    assert.deepEqual(events, [{ event: 'progress', progress: 1 }]);
    assert.deepEqual(invocation.notices, ['from the handler']);
  });

  it('that never ends is TIMEOUT at the deadline, outcome unknown', async () => {
    // Its module is there already, and a slow machine has more tries to begin before the deadline.
    await call('math.nothing');
    for (let timeoutMs = 300, outcome = 'none'; outcome === 'none'; timeoutMs *= 2) {
      ({ outcome } = await fails(call('math.never', { timeoutMs }), 'TIMEOUT'));
      assert.ok(outcome === 'unknown' || timeoutMs < 20_000, outcome);
    }
  });

  it('receives the cancellation of the caller', async () => {
    const controller = new AbortController();
    const waiting = call('math.waits', { signal: controller.signal });
    setImmediate(() => controller.abort(new GantzError('CANCELLED', 'enough')));
    assert.equal((await fails(waiting, 'CANCELLED')).outcome, 'unknown');
  });
});

describe('what a handler prints', () => {
  it('goes to stderr, also when it loads and after it ended, and what the program prints stays on stdout', async () => {
    const folder = folderWith({
      'loud.mjs': `
        console.log('load');
        setTimeout(() => console.log('timer of the module'), 20);
        export async function speak() {
          console.log('log'); process.stdout.write('write\\n'); console.table([1]);
          setTimeout(() => console.log('after'), 50);
          await new Promise((done) => setTimeout(done, 5));
          console.info('later');
          return 'said';
        }`,
      'program.mts': `
        import { runHandler } from ${JSON.stringify(join(import.meta.dirname, '../../../lib/run/handler/handler.ts'))};
        import { invocationOf } from ${JSON.stringify(join(import.meta.dirname, '../../helpers/invocation.ts'))};
        const action = { kind: 'handler', module: 'loud', function: 'speak' };
        const running = runHandler(invocationOf(action, { directory: import.meta.dirname }));
        const during = setInterval(() => process.stdout.write('own '), 1);
        const result = await running;
        clearInterval(during);
        console.log(JSON.stringify(result));`,
    });
    const tsx = import.meta.resolve('tsx');
    const { stdout, stderr } = await exec(process.execPath, ['--import', tsx, join(folder, 'program.mts')], {
      timeout: 120_000,
    });
    assert.match(stdout, /^(?:own )*\{"result":"said"\}\n$/);
    for (const word of ['load', 'log', 'write', 'later', 'after', 'timer of the module']) {
      assert.ok(stderr.split('\n').includes(word), `${word} is on stderr: ${stderr}`);
    }
  });
});

describe('TypeScript that the runtime cannot load', () => {
  it('is NOT_RUNNABLE with a hint, unless its JavaScript is beside it', async () => {
    const folder = folderWith({
      'typed.ts': 'export const who = (): string => "ts"; enum Color { Red }',
      'built.ts': 'export const who = (): string => "ts"; enum Color { Red }',
      'built.mjs': 'export const who = () => "mjs";',
    });
    const program = await compileProgram(`
      import { runHandler } from './lib/run/handler/handler.ts';
      import { invocationOf } from './tests/helpers/invocation.ts';
      const [module] = process.argv.slice(2);
      const action = { kind: 'handler', module, function: 'who' };
      const answer = await runHandler(invocationOf(action, { directory: ${JSON.stringify(folder)} })).catch((error) => error);
      console.log(JSON.stringify({ ...answer, message: answer.message }));`);
    const run = async (module: string): Promise<Record<string, unknown>> =>
      JSON.parse((await exec(process.execPath, [program, module], { timeout: 120_000 })).stdout) as Record<
        string,
        unknown
      >;
    const typed = await run('typed');
    assert.equal(typed['code'], 'NOT_RUNNABLE');
    assert.match(String(typed['hint']), /native executable/);
    // From Node 22.18 on the enum is what cannot be run; before, it is TypeScript at all.
    const knowsTypes = 'typescript' in process.features && process.features.typescript !== false;
    if (!knowsTypes) assert.equal((await run('built'))['result'], 'mjs');
  });
});

describe('a program that ran a handler', () => {
  it('ends after its call, whatever the handler left open', async () => {
    const folder = folderWith({
      'gantz.yaml': 'tools:\n  - { name: hold, description: holds on, handler: open.hold }\n',
      'open.mjs': 'export const hold = () => { setInterval(() => {}, 1000); return "x".repeat(200_000); };',
    });
    const entry = join(import.meta.dirname, '../../../lib/start/entry.ts');
    const { stdout } = await exec(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), entry, 'call', 'hold'],
      { cwd: folder, timeout: 60_000 },
    );
    assert.deepEqual(JSON.parse(stdout), { success: true, result: 'x'.repeat(200_000) });
  });
});
