import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { GantzError, type Code } from '../../../lib/contract/errors.ts';
import { runHandler } from '../../../lib/run/handler/handler.ts';
import { folderWith } from '../../helpers/folder.ts';
import { invocationOf, type InvocationOptions } from '../../helpers/invocation.ts';
import { waitFor } from '../../helpers/wait.ts';
import { anyJson } from '../../helpers/json.ts';

const directory = folderWith({
  'lib/__init__.py': '',
  'lib/words.py': 'def shout(text):\n    return text.upper() + "!"\n',
  'tools/near.py': 'WORD = "near"\n',
  'tools/work.py': `
import os, subprocess, sys, time
from dataclasses import dataclass
from lib.words import shout
from near import WORD

print("loading")

@dataclass
class Point:
    x: int

def echo(**values):
    return values

def value(value=None):
    return value

def say(text, times=1):
    print("printing", text)
    os.write(1, b"raw\\n")
    subprocess.run(["echo", "from a child"])
    return {"said": shout(text) * times, "near": WORD}

def dashed(app_name):
    return app_name

def env():
    return os.environ.get("GREETING")

async def slowly(text):
    import asyncio
    await asyncio.sleep(0)
    return [text]

def fail():
    raise KeyError("missing thing")

def leave():
    sys.exit(3)

def crash():
    print("last words", flush=True)
    os._exit(7)

def envelope():
    return {"success": False, "error": "quota used up", "code": "QUOTA", "outcome": "none"}

def point():
    return {"point": Point(1)}

def nan():
    return float("nan")

def big():
    return 12345678901234567890

def long():
    return "x" * 5000

def forever(path):
    child = subprocess.Popen(["sleep", "60"])
    with open(path + ".part", "w") as file:
        file.write(f"{os.getpid()} {child.pid}")
    os.rename(path + ".part", path)
    time.sleep(60)

def _hidden():
    pass

number = 5
`,
  'broken.py': 'def f(:\n  pass\n',
  'needs.py': 'import not_installed_anywhere\n',
  'throws.py': 'raise ValueError("at load")\n',
  'json.py': 'import json as itself\ndef f():\n    return "shadow"\n',
});

const call = (handler: string, options: InvocationOptions = {}): Promise<Record<string, unknown>> => {
  const [module = '', name = ''] = handler.split('.');
  const action = { kind: 'handler', module, function: name } as const;
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

describe('a Python handler', () => {
  const results: [string, Record<string, unknown>, unknown][] = [
    ['work.value', {}, {}],
    ['work.value', { value: [1, 'a', null, true] }, { result: [1, 'a', null, true] }],
    ['work.dashed', { 'app-name': 'x' }, { result: 'x' }],
    ['work.slowly', { text: 'é\ud83d\ude00' }, { result: ['é😀'] }],
    ['work.echo', { 'not-a-name': 1 }, { 'not-a-name': 1 }],
    ['json.f', {}, { result: 'shadow' }],
  ];
  for (const [handler, params, result] of results) {
    it(`${handler} of ${JSON.stringify(params)} gives ${JSON.stringify(result)}`, async () =>
      assert.deepEqual(await call(handler, { params }), result));
  }

  it('imports modules from the folder of the manifest and its own; the lines that it prints are notices', async () => {
    const action = { kind: 'handler', module: 'work', function: 'say' } as const;
    const invocation = invocationOf(action, { directory, params: { text: 'hi', times: 2 } });
    assert.deepEqual(await runHandler(invocation), { said: 'HI!HI!', near: 'near' });
    assert.deepEqual([...invocation.notices].sort(), ['from a child', 'loading', 'printing hi', 'raw']);
  });

  it('receives the environment of the tool', async () => {
    assert.deepEqual(await call('work.env', { environment: { GREETING: 'hi' } }), { result: 'hi' });
  });

  it('accepts and returns every JSON value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyJson, { minLength: 40, maxLength: 80 }), async (values) => {
        const { result } = await call('work.value', { params: { value: values } });
        assert.deepEqual(result, JSON.parse(JSON.stringify(values)));
      }),
      { numRuns: 5 },
    );
  });

  it('accepts parameters that are too long for an argument', async () => {
    const { result } = await call('work.value', { params: { value: 'x'.repeat(500_000) } });
    assert.equal(String(result).length, 500_000);
  });

  const failures: [string, Record<string, unknown>, Code, RegExp][] = [
    ['work.fail', {}, 'HANDLER_FAILED', /failed: KeyError: 'missing thing'/],
    ['work.leave', {}, 'HANDLER_FAILED', /failed: SystemExit: 3/],
    ['work.crash', {}, 'HANDLER_FAILED', /ended python3 with status 7/],
    [
      'work.point',
      {},
      'HANDLER_FAILED',
      /returned a value that is not JSON: TypeError: Object of type Point/,
    ],
    ['work.nan', {}, 'HANDLER_FAILED', /returned a value that is not JSON/],
    ['work.big', {}, 'HANDLER_FAILED', /would lose digits.*str\(n\)/],
    [
      'work.say',
      {},
      'NOT_RUNNABLE',
      /does not take the tool's parameters: missing a required argument: 'text'/,
    ],
    ['work.env', { x: 1 }, 'NOT_RUNNABLE', /unexpected keyword argument 'x'/],
    ['work.ech', {}, 'NOT_RUNNABLE', /has no function ech Did you mean echo\?/],
    ['work.number', {}, 'NOT_RUNNABLE', /has no function number/],
    ['broken.f', {}, 'NOT_RUNNABLE', /broken\.py cannot be loaded: SyntaxError/],
    [
      'needs.f',
      {},
      'NOT_RUNNABLE',
      /No module named 'not_installed_anywhere'.*Install the module for \/.*python3?[\d.]*, or/,
    ],
    ['throws.f', {}, 'HANDLER_FAILED', /failed while it was loaded: ValueError: at load/],
  ];
  for (const [handler, params, code, message] of failures) {
    it(`${handler} is ${code}`, async () => {
      await fails(call(handler, { params }), code, message);
    });
  }

  it('reports the traceback of a failure', async () => {
    const error = await fails(call('work.fail'), 'HANDLER_FAILED');
    const traceback = String(error.fields?.['traceback']);
    assert.match(traceback, /work\.py", line \d+, in fail\n/);
    assert.doesNotMatch(traceback, /<string>/);
    const crashed = await fails(call('work.crash'), 'HANDLER_FAILED');
    const { exit_code: exitCode, stderr } = crashed.fields ?? {};
    assert.equal(exitCode, 7);
    assert.match(String(stderr), /last words/);
  });

  it('reports a failure with a code of its own', async () => {
    const error = await fails(call('work.envelope'), 'HANDLER_FAILED', /^quota used up/);
    assert.equal(error.outcome, 'none');
    assert.equal(error.fields?.['code'], 'QUOTA');
  });

  it('fails with OUTPUT_TOO_LARGE when its result is too long', async () => {
    await fails(call('work.long', { maxOutputBytes: 1000 }), 'OUTPUT_TOO_LARGE');
  });

  it('ends with all of its children at the deadline', async () => {
    const path = join(folderWith({}), 'pids');
    // When the deadline passes before the handler begins, there are no children to end. Then it is tried again.
    for (let timeoutMs = 1000; !existsSync(path); timeoutMs *= 2) {
      assert.ok(timeoutMs < 60_000, 'the handler never began');
      const error = await fails(call('work.forever', { params: { path }, timeoutMs }), 'TIMEOUT');
      assert.ok(error.outcome === 'unknown' || !existsSync(path), error.outcome);
    }
    for (const pid of readFileSync(path, 'utf8').split(' ').map(Number)) await gone(pid);
  });

  it('ends with all of its children when the caller cancels', async () => {
    const path = join(folderWith({}), 'pids');
    const controller = new AbortController();
    const running = call('work.forever', { params: { path }, signal: controller.signal });
    const failed = fails(running, 'CANCELLED');
    await waitFor(() => existsSync(path), { what: 'the process ids of the handler' });
    controller.abort(new GantzError('CANCELLED', 'enough'));
    assert.equal((await failed).outcome, 'unknown');
    for (const pid of readFileSync(path, 'utf8').split(' ').map(Number)) await gone(pid);
  });

  it('is NOT_RUNNABLE without python3', async () => {
    await fails(
      call('work.value', { environment: { PATH: '/nowhere' } }),
      'NOT_RUNNABLE',
      /needs python3, which is not on PATH.*Install/,
    );
  });
});

/** Waits until a process has ended. A zombie counts as ended. */
async function gone(pid: number): Promise<void> {
  const state = (): string => {
    try {
      process.kill(pid, 0);
      return /^State:\s*(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 'R';
    } catch {
      return 'Z';
    }
  };
  await waitFor(() => state() === 'Z', { what: `the end of process ${pid}` });
}
