import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { GantzError } from '../../../lib/contract/errors.ts';
import { waitFor } from '../../helpers/wait.ts';
import { failureOf, invoke, temporaryDirectory } from './invoke.ts';

const directory = temporaryDirectory();
const write = (name: string, text: string, mode = 0o755) => {
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), mode);
};

before(() => {
  mkdirSync(join(directory, 'sub'));
  write('show.sh', '#!/bin/sh\nfor a in "$@"; do printf "<%s>" "$a"; done\n');
  write('plain.txt', 'hello\n', 0o644);
  write('odd.sh', '#!/no/such/interpreter\n');
  // A program that takes an operation and one JSON object.
  write(
    'cache.py',
    'import json, sys\nop, params = sys.argv[1], json.loads(sys.argv[2])\nprint(json.dumps({"success": True, "op": op, **params}))\n',
  );
});
after(() => rmSync(directory, { recursive: true }));

describe('results', () => {
  const cases: [shell: string, result: Record<string, unknown>][] = [
    ['echo hello', { output: 'hello' }],
    ['printf "a\\n\\n"', { output: 'a\n' }],
    [':', { output: '' }],
    ['echo \'{"a":[1,2.50]}\'', { result: { a: [1, 2.5] } }],
    ['echo null', { output: 'null' }],
    ['echo true', { output: 'true' }],
    ['echo 42', { output: '42' }],
    ['echo -1.10', { output: '-1.10' }],
    ['echo 12345e2', { output: '12345e2' }],
    ['echo "  7"', { output: '  7' }],
    ['printf "\\357\\273\\277{\\"a\\":1}\\n"', { result: { a: 1 } }],
    ['printf "\\357\\273\\277[1]"', { result: [1] }],
    ['printf "\\357\\273\\277{\\"success\\":true,\\"a\\":1}"', { a: 1 }],
    ['printf "\\357\\273\\277text"', { output: '\uFEFFtext' }],
    ['echo \'"text"\'', { result: 'text' }],
    ['echo 12345678901234567890', { output: '12345678901234567890' }],
    ['echo \'{"a":1}{"b":2}\'', { output: '{"a":1}{"b":2}' }],
    ['echo \'{"success":"yes"}\'', { result: { success: 'yes' } }],
    ['echo \'{"success":true,"value":[1],"found":true}\'', { value: [1], found: true }],
    ["awk '{print $1}' <<E\na b\nE", { output: 'a' }],
    ['false; echo "$?" x', { output: '1 x' }],
    ['test -n "$(date)" && echo ${HOME}', { output: '/home/nobody' }],
    ['printf "\\303\\050"', { output: '\uFFFD(' }],
  ];
  for (const [shell, result] of cases)
    it(shell, async () => assert.deepEqual(await invoke({ shell }), result));

  it('resolves ${V-default} in args and stdin, and leaves it to the shell in shell', async () => {
    const reference = '${NONE-none} ${EMPTY-empty} ${HOME:+home}';
    const environment = { EMPTY: '' };
    const resolved = { output: 'none  home' };
    const args = ['%s', reference];
    assert.deepEqual(await invoke({ command: 'printf', args }, { environment }), resolved);
    assert.deepEqual(await invoke({ command: 'cat', stdin: reference }, { environment }), resolved);
    assert.deepEqual(await invoke({ shell: `echo "${reference}"` }, { environment }), resolved);
    // The same text in single quotes stays as it is: no program but the shell looks at it.
    assert.deepEqual(await invoke({ shell: `echo '${reference}'` }, { environment }), { output: reference });
  });

  it('reports the exit code, both outputs and the last line of stderr of a failure', async () => {
    const error = await failureOf(invoke({ shell: 'echo out; echo first >&2; echo last >&2; exit 3' }));
    assert.equal(error.code, 'SCRIPT_FAILED');
    assert.equal(error.outcome, 'unknown');
    assert.equal(error.message, 'Tool tool ended with exit code 3: last');
    assert.deepEqual(error.fields, { exit_code: 3, stderr: 'first\nlast\n', output: 'out' });
  });

  it('keeps the last 4 KiB of stderr and no part of a character', async () => {
    const error = await failureOf(
      invoke({ shell: 'awk \'BEGIN { for (i = 0; i < 5000; i++) printf "é"; print "." }\' >&2; exit 1' }),
    );
    assert.equal(error.fields?.['stderr'], `${'é'.repeat(2047)}.\n`);
  });

  it('reports the signal that ended it', async () => {
    const error = await failureOf(invoke({ shell: 'kill -KILL $$' }));
    assert.deepEqual([error.code, error.fields?.['signal']], ['SCRIPT_FAILED', 'SIGKILL']);
  });

  it("reports the script's own failure, with defaults for missing fields", async () => {
    const error = await failureOf(
      invoke({
        shell: 'echo \'{"success":false,"error":"gone","code":"NOT_FOUND","outcome":"none","id":7}\'',
      }),
    );
    assert.deepEqual(
      [error.code, error.message, error.outcome, error.fields],
      ['NOT_FOUND', 'gone', 'none', { id: 7 }],
    );
    const bare = await failureOf(invoke({ shell: 'echo \'{"success":false}\'; exit 9' }));
    assert.deepEqual([bare.code, bare.outcome], ['SCRIPT_FAILED', 'unknown']);
    const own = await failureOf(invoke({ shell: 'echo \'{"success":false,"error":"x","code":"MINE"}\'' }));
    assert.deepEqual([own.code, own.fields], ['SCRIPT_FAILED', { code: 'MINE' }]);
  });

  it('is a failure for success:true with an exit other than 0', async () => {
    const error = await failureOf(invoke({ shell: 'echo \'{"success":true}\'; exit 4' }));
    assert.deepEqual([error.code, error.fields?.['exit_code']], ['SCRIPT_FAILED', 4]);
  });
});

describe('time and processes', () => {
  it('ends all processes of the script at the time limit', async () => {
    const error = await failureOf(
      invoke({ shell: 'echo $$ > pid; echo a >&2; sleep 30; touch late' }, { timeoutMs: 300, directory }),
    );
    assert.ok(!existsSync(join(directory, 'late')));
    assert.deepEqual([error.code, error.outcome, error.fields], ['TIMEOUT', 'unknown', { stderr: 'a\n' }]);
    await gone('pid');
  });

  it('ends a script that ignores SIGTERM, and a grandchild that holds its pipe', async () => {
    const shell =
      "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > inner; while :; do sleep 1; done' & echo $$ > outer; while :; do sleep 1; done";
    const error = await failureOf(invoke({ shell }, { timeoutMs: 500, directory }));
    assert.equal(error.code, 'TIMEOUT');
    await gone('outer');
    await gone('inner');
  });

  it('ends it when the caller cancels', async () => {
    const controller = new AbortController();
    const running = invoke(
      { shell: 'echo $$ > cancelled; sleep 30' },
      { signal: controller.signal, directory },
    );
    const file = join(directory, 'cancelled');
    await waitFor(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { what: 'the script' });
    controller.abort(new GantzError('CANCELLED', 'stop'));
    const error = await failureOf(running);
    assert.deepEqual([error.code, error.outcome], ['CANCELLED', 'unknown']);
    await gone('cancelled');
  });

  it('does not start a script after its call was cancelled', async () => {
    const signal = AbortSignal.abort(new GantzError('CANCELLED', 'stop'));
    const error = await failureOf(invoke({ shell: 'touch never' }, { signal, directory }));
    assert.deepEqual([error.outcome, existsSync(join(directory, 'never'))], ['none', false]);
  });

  it('does not wait for a child in the background that holds its output', async () => {
    assert.deepEqual(await invoke({ shell: 'sleep 20 & echo $! > background; echo done' }, { directory }), {
      output: 'done',
    });
    // This throws when the child has ended, so the call did not wait for it.
    process.kill(Number(readFileSync(join(directory, 'background'), 'utf8')));
  });

  it('keeps the output of scripts that end while the event loop is busy', async () => {
    // Each end of a process keeps the loop busy for longer than the silence after which the output counts as complete.
    const busy = new Int32Array(new SharedArrayBuffer(4));
    const block = (): void => void Atomics.wait(busy, 0, 0, 100);
    process.on('SIGCHLD', block);
    try {
      const seconds = Array.from({ length: 40 }, (_, index) => (0.2 + index / 100).toFixed(2));
      const results = await Promise.all(
        seconds.map((time) => invoke({ shell: `sleep ${time}; echo ${time}` })),
      );
      assert.deepEqual(
        results.map(({ output }) => output),
        seconds,
      );
    } finally {
      process.off('SIGCHLD', block);
    }
  });

  it('ends a script that writes too much', async () => {
    const error = await failureOf(
      invoke(
        { shell: 'echo $$ > flood; while :; do echo 0123456789; done' },
        { maxOutputBytes: 1000, directory },
      ),
    );
    assert.deepEqual([error.code, error.outcome], ['OUTPUT_TOO_LARGE', 'unknown']);
    await gone('flood');
    assert.deepEqual(await invoke({ shell: 'printf 0123456789x' }, { maxOutputBytes: 11 }), {
      output: '0123456789x',
    });
  });

  it('reports each line when it is written', async () => {
    const events: unknown[] = [];
    await invoke(
      { shell: 'echo one; printf "tw"; printf "o\\nthree"; echo bad >&2' },
      { emit: (event) => events.push(event) },
    );
    const lines = (stream: string) =>
      events.filter((event) => (event as { stream: string }).stream === stream);
    assert.deepEqual(
      lines('stdout'),
      ['one', 'two', 'three'].map((message) => ({ event: 'output', stream: 'stdout', message })),
    );
    assert.deepEqual(lines('stderr'), [{ event: 'output', stream: 'stderr', message: 'bad' }]);
  });

  it('runs many at once', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        invoke({ shell: 'echo n{{x}}' }, { params: { x: String(index) } }),
      ),
    );
    assert.deepEqual(
      results.map(({ output }) => output),
      results.map((_, index) => `n${index}`),
    );
  });
});

describe('the folder and the program', () => {
  it('runs in the folder of the manifest, or in working_dir from there', async () => {
    assert.deepEqual(await invoke({ shell: 'cat plain.txt' }, { directory }), { output: 'hello' });
    assert.match(
      String(
        (await invoke({ command: 'pwd', workingDir: '${D}' }, { directory, environment: { D: 'sub' } }))[
          'output'
        ],
      ),
      /sub$/,
    );
    const error = await failureOf(invoke({ command: 'pwd', workingDir: 'none' }, { directory }));
    assert.deepEqual([error.code, error.outcome], ['NOT_RUNNABLE', 'none']);
  });

  it('finds a relative program in the folder of the manifest, also with working_dir', async () => {
    assert.deepEqual(
      await invoke({ command: './show.sh', args: ['a b'], workingDir: 'sub' }, { directory }),
      { output: '<a b>' },
    );
  });

  it('gets an empty standard input without `stdin`', async () => {
    assert.deepEqual(await invoke({ shell: 'cat; echo end' }), { output: 'end' });
  });

  it('runs no start-up file, and no login shell', async () => {
    write('startup', 'echo started', 0o644);
    const file = join(directory, 'startup');
    for (const interpreter of ['sh', 'bash', 'dash', 'zsh'] as const) {
      const environment = { BASH_ENV: file, ENV: file, SHELL: '/no/shell', ZDOTDIR: directory };
      assert.deepEqual(await invoke({ shell: 'echo ran', interpreter }, { environment }), { output: 'ran' });
    }
  });

  const refused: [what: string, command: string, hint: RegExp][] = [
    ['a program that does not exist', 'no-such-program', /\.\/no-such-program/],
    ['a path that does not exist', './none.sh', /relative to the manifest/],
    ['arguments in the command', 'ls -l', /`args`/],
    ['a file that is not executable', './plain.txt', /chmod \+x/],
    ['a script whose interpreter does not exist', './odd.sh', /#!/],
  ];
  for (const [what, command, hint] of refused) {
    it(`reports ${what}`, async () => {
      const error = await failureOf(invoke({ command }, { directory }));
      assert.deepEqual([error.code, error.outcome], ['NOT_RUNNABLE', 'none']);
      assert.match(error.hint ?? '', hint);
    });
  }

  it('reports an interpreter that is not installed', async () => {
    const error = await failureOf(
      invoke({ shell: 'echo', interpreter: 'zsh' }, { environment: { PATH: directory } }),
    );
    assert.equal(error.code, 'NOT_RUNNABLE');
    assert.match(error.message, /zsh is not installed/);
  });
});

describe('arguments', () => {
  const show = async (args: string[], params: Record<string, unknown>, more = {}) =>
    (await invoke({ command: './show.sh', args }, { directory, params, ...more }))['output'];

  it('does not split the value of a placeholder', async () => {
    assert.equal(
      await show(['{{x}}', '--y={{x}}'], { x: '-a $(b) *\n"' }),
      '<-a $(b) *\n"><--y=-a $(b) *\n">',
    );
  });

  it('leaves out an argument that consists only of omitted parameters', async () => {
    const properties = { x: {}, y: {}, z: {} };
    assert.equal(
      await show(
        ['{{x}}', '{{y}}', '--x={{x}}', '{{ if x }}--f{{ end }}', '', '{{z}}'],
        { y: '', z: null },
        { properties },
      ),
      '<><--x=><>',
    );
  });

  it('expands ${VAR} in the manifest and never in a value', async () => {
    assert.equal(
      await show(['${A}{{x}}', '$$A'], { x: '${A}' }, { environment: { A: 'secret' } }),
      '<secret${A}><$A>',
    );
  });

  it('passes one JSON object when no argument mentions a parameter', async () => {
    assert.equal(await show(['get'], { key: 'a', n: 1 }), '<get><{"key":"a","n":1}>');
    assert.deepEqual(
      await invoke(
        { command: 'python3', args: ['cache.py', 'set'] },
        { directory, params: { key: 'é', value: [1, null] } },
      ),
      {
        op: 'set',
        key: 'é',
        value: [1, null],
      },
    );
    assert.equal(await show(['a'], {}), '<a>');
    assert.deepEqual(
      await invoke({ command: './show.sh', stdin: '{{x}}' }, { directory, params: { x: '1' } }),
      { output: '' },
    );
  });

  it('refuses a parameter in the name of the program', async () => {
    assert.equal(
      (await failureOf(invoke({ command: './{{x}}' }, { params: { x: 'show.sh' }, directory }))).code,
      'MANIFEST_INVALID',
    );
  });
});

describe('GANTZ_ARG_', () => {
  it('holds every given parameter as text', async () => {
    const shell =
      'printf "%s|" "$GANTZ_ARG_APP_NAME" "$GANTZ_ARG_N" "$GANTZ_ARG_LIST" "${GANTZ_ARG_NIL-unset}" "${GANTZ_ARG_O-unset}"';
    const properties = { 'app-name': {}, n: {}, list: {}, nil: {}, o: {} };
    const params = { 'app-name': 'a b', n: 1.5, list: ['x', { y: 1 }], nil: null };
    assert.deepEqual(await invoke({ shell }, { params, properties }), {
      output: 'a b|1.5|["x",{"y":1}]|unset|unset|',
    });
  });

  it('uses a separate variable for a field', async () => {
    const params = { o: { 'a b': ['x', '$(y)'] } };
    assert.deepEqual(await invoke({ shell: 'printf "%s|" {{o.a b.1}} "{{o.a b.7}}"' }, { params }), {
      output: '$(y)||',
    });
  });
});

describe('a value that no process can receive', () => {
  const big = 'é'.repeat(80_000);

  it('is INVALID_PARAMETERS, with stdin in the hint', async () => {
    for (const [x, action] of [
      ['a\0b', { shell: 'echo {{x}}' }],
      [big, { shell: 'echo {{x}}' }],
      [big, { command: 'echo', args: ['{{x}}'] }],
      [big, { command: 'echo' }],
      ['\ud800', { command: 'echo', args: ['{{x}}'] }],
      ['a\0b', { shell: 'echo "$GANTZ_ARG_X"', stdin: '{{x}}' }],
      [big, { shell: '{{x}}' }],
    ] satisfies [string, Parameters<typeof invoke>[0]][]) {
      const error = await failureOf(invoke(action, { params: { x } }));
      assert.equal(error.code, 'INVALID_PARAMETERS');
      assert.equal(error.outcome, 'none');
      assert.match(error.hint ?? '', x === '\ud800' ? /surrogate/ : /stdin/);
    }
  });

  it('is INVALID_PARAMETERS in stdin when it is not well-formed Unicode', async () => {
    const action = { command: 'cat', stdin: '{{x}}' };
    assert.equal((await failureOf(invoke(action, { params: { x: '\ud800' } }))).code, 'INVALID_PARAMETERS');
  });

  it('can be passed through stdin otherwise', async () => {
    assert.deepEqual(await invoke({ shell: 'wc -c', stdin: '{{x}}' }, { params: { x: big } }), {
      output: '160000',
    });
    assert.deepEqual(
      await invoke({ command: 'tr', args: ['\\000', 'n'], stdin: '{{x}}' }, { params: { x: 'a\0b' } }),
      { output: 'anb' },
    );
  });

  it('is longer than 128 KiB, counted with its name and the final NUL', async () => {
    const longest = 128 * 1024 - 'GANTZ_ARG_X='.length - 1;
    assert.deepEqual(
      await invoke({ shell: 'echo "{{x}}" | wc -c' }, { params: { x: 'a'.repeat(longest) } }),
      {
        output: String(longest + 1),
      },
    );
    assert.equal(
      (await failureOf(invoke({ shell: ': {{x}}' }, { params: { x: 'a'.repeat(longest + 1) } }))).code,
      'INVALID_PARAMETERS',
    );
  });

  it('exceeds the limit of the system together with other values', async () => {
    const params = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`p${index}`, 'a'.repeat(120_000)]),
    );
    const error = await failureOf(invoke({ shell: ':' }, { params }));
    assert.equal(error.code, 'INVALID_PARAMETERS');
  });
});

describe('python', () => {
  const pythonPath = async (command: string, args: string[], more = {}) =>
    (await invoke({ command, args, ...more }, { directory, environment: { PYTHONPATH: '' } }))['output'];

  it('finds the modules of the project from a file in tools/', async () => {
    mkdirSync(join(directory, 'lib'), { recursive: true });
    mkdirSync(join(directory, 'tools'), { recursive: true });
    write('lib/shared.py', 'WORD = "shared"\n', 0o644);
    write('tools/word.py', 'from lib.shared import WORD\nprint(WORD)\n', 0o644);
    for (const command of ['python', 'python3'])
      assert.equal(await pythonPath(command, ['tools/word.py']), 'shared');
    assert.equal(await pythonPath('python3', ['../tools/word.py'], { workingDir: 'lib' }), 'shared');
    assert.equal(await pythonPath('python3', [join(directory, 'tools/word.py')]), 'shared');
  });

  it('finds the modules of the project after those of PYTHONPATH', async () => {
    const file = 'print(__import__("os").environ.get("PYTHONPATH", "unset"))\n';
    write('tools/path.py', file, 0o644);
    const environment = { PYTHONPATH: '/first' };
    const action = { command: 'python3', args: ['tools/path.py'] };
    assert.deepEqual(await invoke(action, { directory, environment }), { output: `/first:${directory}` });
    // Another file, a module and another program are as before.
    const outside = temporaryDirectory();
    writeFileSync(join(outside, 'path.py'), file);
    assert.equal(await pythonPath('python3', [join(outside, 'path.py')]), '');
    assert.equal(await pythonPath('python3', ['-c', file]), '');
    assert.equal(await pythonPath('printenv', ['PYTHONPATH']), '');
    rmSync(outside, { recursive: true });
  });

  it('is named with its path when it lacks a module', async () => {
    write('tools/needs.py', 'import not_installed_anywhere\n', 0o644);
    const error = await failureOf(invoke({ command: 'python3', args: ['tools/needs.py'] }, { directory }));
    assert.equal(error.code, 'SCRIPT_FAILED');
    assert.match(
      error.hint ?? '',
      /^\/.*\/python3 has no module not_installed_anywhere\. .*\.venv\/bin\/python/,
    );
  });

  it('is python3 when only that is installed', async () => {
    const bin = temporaryDirectory();
    const action = { command: 'python', args: ['{{x}}'] };
    const environment = { PATH: bin };
    const failed = await failureOf(invoke(action, { params: { x: 'a' }, environment }));
    assert.equal(failed.code, 'NOT_RUNNABLE');
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho "3 $1"\n', { mode: 0o755 });
    assert.deepEqual(await invoke(action, { params: { x: 'a' }, environment }), { output: '3 a' });
    writeFileSync(join(bin, 'python'), '#!/bin/sh\necho "2 $1"\n', { mode: 0o755 });
    assert.deepEqual(await invoke(action, { params: { x: 'a' }, environment }), { output: '2 a' });
  });
});

/** Waits until the process whose id is in a file has ended. A zombie counts as ended. */
async function gone(file: string): Promise<void> {
  const pid = readFileSync(join(directory, file), 'utf8').trim();
  const hasEnded = () => {
    if (!existsSync(`/proc/${pid}`)) return true;
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] === 'Z';
  };
  await waitFor(hasEnded, { what: `the end of process ${pid}` });
}
