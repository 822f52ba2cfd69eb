import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';
import { runInTerminal } from '../helpers/terminal.ts';

let env: Record<string, string>;
useRedis({
  started: ({ url }) => (env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis', GANTZ_CACHE: 'off' }),
});

const ESC = '\u001b';
/** Inverts the colours. The program never does. */
const INVERSE = `${ESC}[7m`;

/** Every change of colour that the program makes, in the form that a test can read. */
const marked = (text: string): string => text.replaceAll(`${ESC}[`, '«');

/** C0 except line break and tab, DEL, C1, and the characters that change the direction of text. */
const OBEYED = /[^\P{Cc}\n\t]|\p{Bidi_Control}/u;

/** Characters of each of these kinds, and the form in which they may reach a terminal. */
const HOSTILE = `${INVERSE}\u0007\u007f\u009b31m\u202e\u2066\u200f\r`;
const ESCAPED = '\\u001b[7m\\u0007\\u007f\\u009b31m\\u202e\\u2066\\u200f\\u000d';

describe('help on a terminal', () => {
  const pages = [
    ['--help'],
    ['cache', '--help'],
    ['cache', 'set', '--help'],
    ['describe', 'rate_limit_check'],
    ['test', '--help'],
    ['serve', '--help'],
    ['completion', '--help'],
  ];
  for (const words of pages) {
    test(`gantz ${words.join(' ')} breaks no word at 60 columns`, async () => {
      const at = (columns: number, more: Record<string, string> = {}) =>
        runInTerminal(words, { env: { ...env, NO_COLOR: '1', ...more }, columns });
      const { stdout: wide } = await at(400);
      const { stdout: narrow } = await at(60);
      assert.deepEqual(wordsOf(narrow), wordsOf(wide));
      assert.ok(
        narrow.split('\n').length > wide.split('\n').length,
        'the wide page has lines that need a break',
      );
      for (const line of narrow.split('\n')) assert.ok(line.length <= 60 || /^ *'\{.*\}'$/.test(line), line);
      assert.equal((await at(400, { COLUMNS: '60' })).stdout, narrow);
    });
  }

  /** Returns the words, without the backslashes that end a line of an example. */
  function wordsOf(text: string): string[] {
    return text.replaceAll(' \\\n', '\n').trim().split(/\s+/);
  }

  test('COLUMNS has no effect on help in a pipe', async () => {
    const plain = await runProgram(['serve', '--help'], { env });
    const narrow = await runProgram(['serve', '--help'], { env: { ...env, COLUMNS: '40' } });
    assert.equal(narrow.stdout, plain.stdout);
  });

  test('a terminal that reports no width has 80 columns', async () => {
    const known = await runInTerminal(['--help'], { env });
    assert.equal((await runInTerminal(['--help'], { env, columns: 0 })).stdout, known.stdout);
  });

  test('titles and names are coloured, unless NO_COLOR or TERM=dumb says otherwise', async () => {
    const help = async (more: Record<string, string>) =>
      marked((await runInTerminal(['test', '--help'], { env: { ...env, ...more } })).stdout);
    const coloured = await help({});
    assert.match(coloured, /^«1mOptions:«22m$/m);
    assert.match(coloured, /^ {2}«36m--filter <text>«39m {2}run/m);
    assert.equal(await help({ NO_COLOR: '' }), coloured);
    assert.equal(await help({ TERM: 'dumb', FORCE_COLOR: '1' }), coloured);
    const plain = coloured.replaceAll(/«\d+m/g, '');
    for (const more of [
      { NO_COLOR: '1' },
      { TERM: 'dumb' },
      { FORCE_COLOR: '0' },
      { NO_COLOR: '1', FORCE_COLOR: '1' },
    ])
      assert.equal(await help(more), plain);
    const piped = async (more: Record<string, string>) =>
      marked((await runProgram(['test', '--help'], { env: { ...env, TERM: 'xterm', ...more } })).stdout);
    assert.equal((await piped({ FORCE_COLOR: '1' })).replaceAll(/«\d+m/g, ''), await piped({}));
    assert.match(await piped({ FORCE_COLOR: '1' }), /^«1mOptions:«22m$/m);
    assert.doesNotMatch(await piped({}), /«/);
  });
});

test('gantz without words on a terminal prints only help, and exits with 2', async () => {
  const run = await runInTerminal([], { env });
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^Usage: gantz /);
  assert.doesNotMatch(run.stderr, /"success"/);
  assert.equal(run.exitCode, 2);
  const piped = await runProgram([], { env });
  assert.equal(envelopeOf(piped)['code'], 'USAGE');
  assert.equal(piped.exitCode, 2);
});

describe('the envelope', () => {
  const calls = [
    ['cache', 'set', '--key', 'a', '--value:json', '{"n":[1,-2.5e-7,1e+21,true,null,{}],"s":"a \\" b: [1]"}'],
    ['cache', 'get', '--key', 'a'],
    ['cache', 'get', '{"kye":1}'],
    ['cache', 'keys'],
    ['tools', '--json'],
  ];

  for (const words of calls) {
    test(`gantz ${words.join(' ')} prints indented JSON on a terminal and one plain line in a pipe`, async () => {
      const piped = await runProgram(words, { env: { ...env, FORCE_COLOR: '1', COLUMNS: '60' } });
      const envelope = envelopeOf(piped);
      const indented = `${JSON.stringify(envelope, undefined, 2)}\n`;
      for (const more of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
        const plain = await runInTerminal(words, { env: { ...env, ...more } });
        assert.equal(plain.stdout, indented);
        assert.equal(plain.exitCode, piped.exitCode);
      }
      const coloured = marked((await runInTerminal(words, { env })).stdout);
      assert.equal(coloured.replaceAll(/«\d+m/g, ''), indented);
      assert.match(coloured, /^ {2}«36m"success"«39m: «35m(true|false)«39m,$/m);
    });
  }

  test('a large value with many escapes is coloured', async () => {
    const stdin = JSON.stringify({ key: 'large', value: '\\"\n'.repeat(300_000) });
    assert.equal((await runProgram(['cache', 'set', '-'], { env, stdin })).exitCode, 0);
    const { stdout } = await runInTerminal(['cache', 'get', '--key', 'large'], { env });
    assert.match(marked(stdout).slice(-60), /"«39m,\n {2}«36m"found"«39m: «35mtrue«39m\n\}\n$/);
  });

  test('the failure of --raw goes to the terminal of stderr, and stdout stays empty', async () => {
    const run = await runInTerminal(['--raw', 'cache', 'get', '--kye', 'a'], { env });
    assert.equal(run.stdout, '');
    assert.match(run.stderr, /^\{"success":false,.*\}\n$/);
    const both = await runInTerminal(['--raw', 'cache', 'get', '--kye', 'a'], {
      env: { ...env, NO_COLOR: '1' },
      both: true,
    });
    assert.match(both.stdout, /^\{\n {2}"success": false,\n/);
    assert.deepEqual([run.exitCode, both.exitCode], [2, 2]);
  });
});

describe('control characters', () => {
  const text = JSON.stringify(HOSTILE).replaceAll('\u007f', '\\u007f').replaceAll('\u009b', '\\u009b');
  const manifest = `name: hostile
description: ${text}
toolsets: { some: [evil_echo] }
tools:
  - name: evil_echo
    description: ${text}
    parameters:
      - { name: text, type: string, description: ${text}, default: ${text}, enum: [${text}] }
    script: { command: printf, args: ['%s', '{{text}}'] }
    returns: [{ name: out, type: string, description: ${text} }]
    tests: [{ name: ${text}, input: {}, expect: { equals: ${text} } }]
  - name: evil_fail
    description: d
    script: { shell: "printf '\\\\033[7mbad\\\\233' >&2; printf '\\\\033[7mout\\\\n'; exit 3" }
  - name: python_print
    description: d
    handler: prints.run
`;
  const python = `import sys
def run():
    print("\\x1b[7mfrom python", file=sys.stderr)
    return {}
`;
  const cwd = folderWith({
    'gantz.yaml': manifest,
    'tools/prints.py': python,
    calls: '{"tool":"evil_echo","params":{}}\n',
    'bad.yaml': `name: x\ntools:\n  - name: a\n    description: d\n    ${text}: 1\n    script: { shell: 'true' }\n`,
  });
  const config = join(cwd, 'gantz.yaml');

  const runs: [string[], RegExp | undefined][] = [
    [['-c', config, 'evil', 'echo'], /\\u001b\[7m/],
    [['-c', config, '--raw', 'evil', 'echo'], /^\\u001b\[7m/],
    [['-c', config, '--follow', 'evil', 'echo'], /"message":"\\u001b/],
    [['-c', config, 'evil', 'fail'], /"stderr": "\\u001b\[7mbad/],
    [['-c', config, '--follow', 'evil', 'fail'], /"message":"\\u001b/],
    [['-c', config, 'python', 'print'], /\\u001b\[7mfrom python/],
    [['-c', config, 'evil', '--help'], /\\u001b\[7m/],
    [['-c', config, 'evil', 'echo', '--help'], /\\u001b\[7m/],
    [['-c', config, 'describe', 'evil_echo'], /\\u001b\[7m/],
    [['-c', config, 'tools'], /\\u001b\[7m/],
    [['-c', config, 'tools', '--json'], /\\u001b\[7m/],
    [['-c', config, 'tools', '--format', 'openai'], /\\u001b\[7m/],
    [['-c', config, 'docs'], /\\u001b\[7m/],
    [['-c', config, 'types'], undefined],
    [['-c', config, 'skill'], /\\u001b\[7m/],
    [['-c', config, 'test'], /\\u001b\[7m/],
    [['-c', config, 'test', '--tap'], /\\u001b\[7m/],
    [['-c', config, 'batch', join(cwd, 'calls')], /\\u001b\[7m/],
    [['-c', config, 'call', `${INVERSE}x`], /\\u001b\[7m/],
    [['validate', join(cwd, 'bad.yaml')], /\\u001b\[7m/],
    [['validate', `${INVERSE}.yaml`], /\\u001b\[7m/],
    [['-c', config, 'complete', '--descriptions', '--', 'evil', 'e'], /\\u001b\[7m/],
  ];
  for (const [words, expected] of runs) {
    const shown = words.map((word) => word.replace(`${cwd}/`, '').replace(ESC, 'ESC')).join(' ');
    test(`gantz ${shown} sends no control character of others to a terminal`, async () => {
      const plain = await runInTerminal(words, { env: { ...env, NO_COLOR: '1' }, both: true });
      const found = OBEYED.exec(plain.stdout);
      assert.equal(found, null, JSON.stringify(plain.stdout.slice(found?.index, (found?.index ?? 0) + 60)));
      if (expected) assert.match(plain.stdout, expected);
      const coloured = await runInTerminal(words, { env, both: true });
      assert.doesNotMatch(coloured.stdout.replaceAll(/\u001b\[(?:1|22|3[1-9])m/g, ''), OBEYED);
    });
  }

  test('descriptions of completions, which a shell shows, have none in a pipe either', async () => {
    const words = ['complete', '--descriptions', '--', 'evil', 'e'];
    const { stdout } = await runProgram(words, { env: { ...env, GANTZ_CONFIG: config } });
    assert.match(stdout, /^echo\t\\u001b\[7m/);
    assert.doesNotMatch(stdout, OBEYED);
  });

  test('--raw and the envelope are exact in a pipe', async () => {
    const set = await runProgram(['cache', 'set', '--key', 'hostile', '--value:text', '-'], {
      env,
      stdin: HOSTILE,
    });
    assert.equal(set.exitCode, 0);
    const raw = await runProgram(['--raw', 'cache', 'get', '--key', 'hostile'], {
      env: { ...env, FORCE_COLOR: '1' },
    });
    assert.equal(raw.stdout, HOSTILE);
    const piped = await runProgram(['cache', 'get', '--key', 'hostile'], { env });
    assert.equal(piped.stdout, `${JSON.stringify({ success: true, value: HOSTILE, found: true })}\n`);
    const shown = await runInTerminal(['cache', 'get', '--key', 'hostile'], {
      env: { ...env, NO_COLOR: '1' },
    });
    assert.ok(shown.stdout.includes(ESCAPED.replace('\\u000d', '\\r')), shown.stdout);
    assert.equal((JSON.parse(shown.stdout) as { value: string }).value, HOSTILE);
    const rawShown = await runInTerminal(['--raw', 'cache', 'get', '--key', 'hostile'], { env });
    assert.equal(rawShown.stdout, ESCAPED);
  });
});

describe('reports', () => {
  const cwd = folderWith({
    'gantz.yaml': `name: reports
tools:
  - name: hi
    description: d
    script: { shell: echo hi }
    tests:
      - { name: good, input: {}, expect: { equals: hi } }
      - { name: bad, input: {}, expect: { equals: ho } }
`,
    'bad.yaml': 'name: x\ntools:\n  - name: a\n    description: [d]\n    script: { shell: echo }\n',
    'warn.yaml': "name: x\ntools:\n  - { name: 'a.b', description: d, script: { shell: 'true' } }\n",
  });

  test('gantz test colours passed and failed tests on a terminal only', async () => {
    const own = { ...env, GANTZ_CONFIG: 'gantz.yaml' };
    const { stdout, exitCode } = await runInTerminal(['test'], { env: own, cwd });
    assert.match(marked(stdout), /^«32mok {2}«39m hi: good \(\d+ ms\)$/m);
    assert.match(marked(stdout), /^«1m«31mFAIL«39m«22m hi: bad \(\d+ ms\)$/m);
    assert.match(marked(stdout), /^«32m1 passed«39m, «1m«31m1 failed«39m«22m$/m);
    assert.equal(exitCode, 1);
    assert.doesNotMatch(
      (await runInTerminal(['test'], { env: { ...own, NO_COLOR: '1' }, cwd })).stdout,
      /\u001b/,
    );
    assert.doesNotMatch((await runInTerminal(['test', '--tap'], { env: own, cwd })).stdout, /\u001b/);
    assert.doesNotMatch((await runProgram(['test'], { env: own, cwd })).stdout, /\u001b/);
    const forced = await runProgram(['test'], { env: { ...own, FORCE_COLOR: '1' }, cwd });
    assert.match(marked(forced.stdout), /^«32mok {2}«39m hi: good/m);
  });

  test('gantz validate colours the severity of problems on a terminal, and no annotation', async () => {
    const validate = async (more: Record<string, string>) =>
      marked(
        (
          await runInTerminal(['validate', 'bad.yaml', 'warn.yaml'], {
            env: { ...env, ...more },
            cwd,
            both: true,
          })
        ).stdout,
      );
    const coloured = await validate({ GITHUB_ACTIONS: 'true' });
    assert.match(coloured, /^bad\.yaml:4:18: «1m«31merror«39m«22m: /m);
    assert.match(coloured, /^warn\.yaml:3:\d+: «1m«33mwarning«39m«22m: /m);
    for (const line of coloured.split('\n').filter((each) => each.startsWith('::')))
      assert.doesNotMatch(line, /«/);
    assert.match(coloured, /^::error file=/m);
    assert.doesNotMatch(await validate({ NO_COLOR: '1' }), /«/);
    const { stdout } = await runInTerminal(['validate', 'warn.yaml'], { env, cwd });
    assert.match(marked(stdout), /warn\.yaml: «32mok«39m, 1 tool, «33m1 warning«39m\n$/);
  });
});
