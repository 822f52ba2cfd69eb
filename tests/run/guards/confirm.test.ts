import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { openGantz, type GantzError } from '../../../lib/library/library.ts';
import { main } from '../../../lib/main.ts';
import type { Process } from '../../../lib/contract/process.ts';
import { startBatch } from '../../batch/live-batch.ts';
import { startServer } from '../../http/server.ts';
import { folderWith } from '../../helpers/folder.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { PROGRAMS } from '../../helpers/run-program.ts';
import { runInTerminal } from '../../helpers/terminal.ts';

const MANIFEST = `name: confirmed
tools:
  - name: deploy
    description: deploys
    parameters:
      - { name: to, type: string, required: true }
      - { name: n, type: integer, default: 1 }
    script: { shell: "echo {{to}} >> ran" }
    confirm: true
  - { name: free, description: d, script: { shell: "true" } }
`;

/** Makes the manifest, and returns its folder and a function that returns true when the script has run. */
function project(manifest = MANIFEST): { cwd: string; config: string; ran: () => boolean } {
  const cwd = folderWith({ 'gantz.yaml': manifest });
  return { cwd, config: join(cwd, 'gantz.yaml'), ran: () => existsSync(join(cwd, 'ran')) };
}

/** Runs a command line on a terminal that is not real: what is typed, and what is no terminal. */
async function onTerminal(
  argv: readonly string[],
  {
    cwd,
    typed = '',
    env = {},
    no,
  }: { cwd: string; typed?: string; env?: Record<string, string>; no?: 'stdin' | 'stderr' },
): Promise<{ stdout: string; asked: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const process: Process = {
    argv: ['node', 'gantz', ...argv],
    env: { PATH: globalThis.process.env['PATH'], ...env },
    stdin: Object.assign(Readable.from([Buffer.from(typed)]), { isTTY: no !== 'stdin' }),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text), isTTY: no !== 'stderr' },
    cwd: () => cwd,
    on: () => undefined,
    off: () => undefined,
  };
  await main(process);
  return { stdout: out.join(''), asked: err.join('') };
}

const codeOf = (stdout: string): unknown => (JSON.parse(stdout) as { code?: unknown }).code;

describe('confirm on the command line', () => {
  for (const [typed, runs] of [
    ['yes\n', true],
    ['y\n', true],
    ['YES \r\n', true],
    ['no\n', false],
    ['\n', false],
    ['yes please\n', false],
    ['yes', false],
    ['', false],
  ] as const)
    it(`${runs ? 'runs' : 'refuses'} after ${JSON.stringify(typed)}`, async () => {
      const { cwd, ran } = project();
      const { stdout, asked } = await onTerminal(['deploy', '--to', 'prod'], { cwd, typed });
      assert.equal(codeOf(stdout), runs ? undefined : 'FORBIDDEN');
      assert.equal(ran(), runs);
      assert.match(
        asked,
        /^Run deploy with these parameters\?\n {2}to: "prod"\n {2}n: 1\nType yes to run it: /,
      );
    });

  it('escapes control characters in the question, and says how much of a long value is hidden', async () => {
    const { cwd } = project();
    const to = `\u001b[2J\n\u009b\u202e${'x'.repeat(5000)}`;
    const { asked } = await onTerminal(['deploy', JSON.stringify({ to })], { cwd, typed: 'no\n' });
    assert.doesNotMatch(asked, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    assert.equal(asked.split('\n').length, 4);
    assert.match(asked, /… \(50\d\d characters, of which 2000 are shown\)/);
  });

  it('does not ask when the parameters are wrong', async () => {
    const { cwd } = project();
    const { stdout, asked } = await onTerminal(['deploy', '--n', '2'], { cwd, typed: 'yes\n' });
    assert.deepEqual([codeOf(stdout), asked], ['INVALID_PARAMETERS', '']);
  });

  for (const no of ['stdin', 'stderr'] as const)
    it(`refuses with a hint when ${no} is no terminal`, async () => {
      const { cwd, ran } = project();
      const { stdout, asked } = await onTerminal(['deploy', '--to', 'a'], { cwd, typed: 'yes\n', no });
      assert.deepEqual([codeOf(stdout), asked, ran()], ['FORBIDDEN', '', false]);
      assert.match(stdout, /--yes/);
    });

  it('refuses with a hint when stdin has the parameters', async () => {
    const { cwd, ran } = project();
    const { stdout } = await onTerminal(['deploy', '-'], { cwd, typed: '{"to":"a"}\nyes\n' });
    assert.deepEqual([codeOf(stdout), ran()], ['INVALID_JSON', false]);
    const whole = await onTerminal(['deploy', '-'], { cwd, typed: '{"to":"a"}' });
    assert.deepEqual([codeOf(whole.stdout), ran()], ['FORBIDDEN', false]);
    assert.match(whole.stdout, /--yes/);
  });

  it('runs with --yes, which no command and no environment variable takes', async () => {
    const { cwd, ran } = project();
    assert.equal(
      codeOf((await runMain(['deploy', '--to', 'a'], { cwd, env: { GANTZ_YES: '1' } })).stdout),
      'FORBIDDEN',
    );
    assert.equal(ran(), false);
    assert.equal(envelopeOf(await runMain(['--yes', 'deploy', '--to', 'a'], { cwd })).success, true);
    assert.equal(ran(), true);
    assert.equal(codeOf((await runMain(['--yes', 'batch'], { cwd })).stdout), 'USAGE');
  });

  it('does not count the time of the person', async () => {
    const { cwd, ran } = project();
    const slow = async function* (): AsyncGenerator<Buffer> {
      await new Promise((resolve) => setTimeout(resolve, 1200));
      yield Buffer.from('yes\n');
    };
    const process: Process = {
      argv: ['node', 'gantz', '--timeout', '1s', 'deploy', '--to', 'a'],
      env: { PATH: globalThis.process.env['PATH'] },
      stdin: Object.assign(slow(), { isTTY: true }),
      stdout: { write: (text) => text },
      stderr: { write: (text) => text, isTTY: true },
      cwd: () => cwd,
      on: () => undefined,
      off: () => undefined,
    };
    await main(process);
    assert.equal(ran(), true);
  });

  it('is a default that a tool switches off, and `describe` shows it', async () => {
    const { cwd } = project(
      'name: c\nguards: { confirm: true }\ntools:\n  - { name: on, description: d, script: { shell: "true" } }\n  - { name: off, description: d, script: { shell: "true" }, confirm: no }\n',
    );
    assert.equal(codeOf((await runMain(['call', 'on'], { cwd })).stdout), 'FORBIDDEN');
    assert.equal(envelopeOf(await runMain(['call', 'off'], { cwd })).success, true);
    const page = (await runMain(['describe', 'on'], { cwd })).stdout;
    assert.match(page, /Guards, .*:\n {2}confirm {2}a person must agree to each call/);
    assert.doesNotMatch((await runMain(['describe', 'off'], { cwd })).stdout, /Guards/);
  });
});

describe('confirm on a real terminal', () => {
  for (const { name, path } of PROGRAMS)
    it(`${name} reads the answer from the terminal, and ends`, async () => {
      const { cwd, ran } = project();
      const no = await runInTerminal(['deploy', '--to', 'a'], {
        cwd,
        program: path,
        // The line that was typed before the question is no answer.
        typed: 'yes\n',
        answer: { to: 'Type yes to run it: ', typed: 'no\n' },
        both: true,
      });
      assert.deepEqual([no.exitCode, ran()], [2, false]);
      const yes = await runInTerminal(['deploy', '--to', 'a'], {
        cwd,
        program: path,
        answer: { to: 'Type yes to run it: ', typed: 'yes\n' },
        both: true,
      });
      assert.match(
        yes.stdout,
        /Run deploy with these parameters\?\n {2}to: "a"\n {2}n: 1\nType yes to run it: /,
      );
      assert.deepEqual([yes.exitCode, ran()], [0, true]);
    });
});

describe('confirm elsewhere', () => {
  it('refuses a call before the cache, which counts no miss for it', async () => {
    const { config } = project(MANIFEST.replace('confirm: true', 'confirm: true\n    cache: 1h'));
    const server = await startServer([], { config, env: { REDIS_URL: 'unix:///nonexistent' } });
    try {
      const { status } = await server.call('deploy', { to: 'a' });
      assert.equal(status, 403);
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      assert.match(metrics, /^gantz_call_failures_total\{tool="deploy",code="FORBIDDEN"\} 1$/m);
      assert.doesNotMatch(metrics, /^gantz_guard_total\{/m);
    } finally {
      await server.stop();
    }
  });

  it('takes the header Gantz-Confirm: yes over HTTP', async () => {
    const { config, ran } = project();
    const server = await startServer([], { config });
    const call = async (headers: Record<string, string>): Promise<{ status: number; text: string }> => {
      const response = await fetch(`${server.url}/mcp/tools/call`, {
        method: 'POST',
        headers,
        body: '{"tool":"deploy","params":{"to":"a"}}',
      });
      return { status: response.status, text: await response.text() };
    };
    try {
      for (const headers of [{}, { 'gantz-confirm': 'no' }, { 'gantz-confirm': '' }]) {
        const { status, text } = await call(headers);
        assert.equal(status, 403);
        assert.match(text, /Gantz-Confirm: yes/);
      }
      assert.equal(ran(), false);
      assert.equal((await call({ 'Gantz-Confirm': 'yes' })).status, 200);
      assert.equal(ran(), true);
    } finally {
      await server.stop();
    }
  });

  it('takes the member confirm of a line of a batch', async () => {
    const { config, ran } = project();
    const batch = startBatch([], { config, env: {} });
    const call = async (member: string): Promise<unknown> => {
      batch.stdin.write(`{"tool":"deploy","params":{"to":"a"}${member}}\n`);
      const { code, hint } = await batch.answer();
      return [code, hint];
    };
    const refused = ['FORBIDDEN', 'When a person has agreed, add "confirm":true to the line.'];
    assert.deepEqual(await call(''), refused);
    assert.deepEqual(await call(',"confirm":false'), refused);
    assert.deepEqual(await call(',"confirm":"yes"'), ['USAGE', undefined]);
    assert.equal(ran(), false);
    assert.deepEqual(await call(',"confirm":true'), [undefined, undefined]);
    assert.equal(ran(), true);
    batch.stdin.end();
    await batch.ended();
  });

  it('takes true or a function in a program', async () => {
    const { config, ran } = project();
    await using gantz = await openGantz({ manifest: config });
    const codeFor = async (confirm?: boolean | (() => boolean)): Promise<unknown> =>
      await gantz.call('deploy', { to: 'a' }, confirm === undefined ? {} : { confirm }).then(
        () => 'ran',
        (error: unknown) => (error as GantzError).code,
      );
    assert.deepEqual(
      [await codeFor(), await codeFor(false), await codeFor(() => false)],
      ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
    );
    assert.equal(ran(), false);
    let seen: unknown;
    await gantz.call('deploy', { to: 'a' }, { confirm: (question) => Boolean((seen = question)) });
    assert.deepEqual(seen, {
      tool: 'deploy',
      params: { to: 'a', n: 1 },
      text: 'Run deploy with these parameters?\n  to: "a"\n  n: 1',
    });
    assert.equal(ran(), true);
    assert.equal(await codeFor(true), 'ran');
  });

  it('is agreed to by gantz test', async () => {
    const { cwd, ran } = project(
      MANIFEST.replace('    confirm: true\n', '    confirm: true\n    tests: [{ input: { to: a } }]\n'),
    );
    assert.equal((await runMain(['test'], { cwd })).exitCode, 0);
    assert.equal(ran(), true);
  });
});
