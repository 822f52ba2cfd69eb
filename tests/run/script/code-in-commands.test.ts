import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { JsonSchema } from '../../../lib/contract/manifest.ts';
import type { ScriptAction } from '../../../lib/run/script/script-action.ts';
import { reviewScript } from '../../../lib/run/script/script-review.ts';
import { failureOf, invoke, temporaryDirectory } from './invoke.ts';

type Command = { command: string; args?: string[]; stdin?: string };
type Text = { shell: string; interpreter?: 'sh' | 'bash' | 'zsh' | 'dash'; stdin?: string };

const P: Record<string, JsonSchema> = { p: { type: 'string' } };
const QUOTE = '"; touch pwned; "';
const LINE = 'x\ntouch pwned\n#';

// Each attack succeeds when the value replaces the placeholder unchanged. Gantz refuses it.
const REFUSED: [action: Command | Text, p: string][] = [
  ...['sh', 'bash', 'zsh', 'dash'].map((command): [Command, string] => [
    { command, args: ['-c', 'ls "{{p}}"'] },
    QUOTE,
  ]),
  ...['sh', 'bash', 'zsh', 'dash'].map((command): [Command, string] => [
    { command, args: ['-s'], stdin: 'ls {{p}}\n' },
    LINE,
  ]),
  [{ command: 'bash', stdin: '{{p}}' }, LINE],
  [{ command: 'sh', args: ['-e'], stdin: 'cd /\necho "{{p}}"' }, '$(touch "$OLDPWD/pwned")'],
  [{ command: '/bin/bash', args: ['-ec', 'echo {{p}}'] }, LINE],
  [{ command: 'bash', args: ['--norc', '-o', 'pipefail', '-c', 'echo {{p}}'] }, LINE],
  [{ command: 'env', args: ['bash', '-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'env', args: ['-i', 'A=b', 'PATH=/bin:/usr/bin', 'bash', '-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'env', args: ['-S', 'sh -c "ls {{p}}"'] }, '; touch pwned'],
  [{ command: 'timeout', args: ['-k', '1', '5', 'sh', '-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'nice', args: ['-n', '5', 'nohup', 'setsid', '-w', 'sh', '-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'stdbuf', args: ['-oL', 'sh', '-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'find', args: ['.', '-maxdepth', '0', '-exec', 'sh', '-c', 'ls "{{p}}"', ';'] }, QUOTE],
  [{ command: 'xargs', args: ['-I{}', 'sh', '-c', 'echo {}'], stdin: '{{p}}' }, '$(touch pwned)'],
  [{ command: 'xargs', args: ['sh', '-c'], stdin: '{{p}}' }, "'touch pwned'"],
  [{ command: 'xargs', args: ['-n1', 'sh', '-c', 'ls {{p}}'], stdin: 'a' }, '; touch pwned'],
  [{ command: 'xargs', args: ['-0I@', 'bash', '-c', 'echo @'], stdin: '{{p}}' }, '$(touch pwned)'],
  [{ command: 'xargs', args: ['-rn', '1', 'sh', '-c'], stdin: '{{p}}' }, "'touch pwned'"],
  [{ command: 'bash', args: ['--rcfile', '{{p}}', '-i'] }, './evil'],
  [{ command: 'flock', args: ['lock', 'bash'], stdin: '{{p}}' }, LINE],
  [{ command: 'flock', args: ['lock', '-c', 'echo {{p}}'] }, '$(touch pwned)'],
  [{ command: 'script', args: ['-q', '/dev/null'], stdin: '{{p}}\nexit\n' }, LINE],
  [{ command: 'taskset', args: ['1', 'sh'], stdin: '{{p}}' }, LINE],
  [{ command: 'prlimit', args: ['--core=0', 'sh'], stdin: '{{p}}' }, LINE],
  [{ command: 'split', args: ['--filter={{p}}', 'evil'] }, 'touch pwned'],
  // The JSON object of all parameters is an argument too.
  [{ command: 'bash', args: ['-c'] }, '$(touch pwned)'],
  [{ command: 'sh', args: ['{{p}}'] }, './evil'],
  [{ command: '${RUNNER}', args: ['-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: '${BIN:-/bin}/sh', args: ['-c', 'ls "{{p}}"'] }, QUOTE],
  [{ command: 'bash', args: ['-c', 'eval "echo $GANTZ_ARG_P"', '{{p}}'] }, '$(touch pwned)'],
  [{ shell: 'bash -s', stdin: 'ls {{p}}' }, LINE],
  [{ shell: 'cd . && exec sh', stdin: '{{p}}' }, LINE],
  [{ shell: 'if true; then sh; fi', interpreter: 'bash', stdin: '{{p}}' }, LINE],
];

// These attacks are not run here. They need another machine or more programs.
const UNTRIED: Command[] = [
  { command: 'ssh', args: ['host', 'ls {{p}}'] },
  { command: '${BIN-/bin}/sh', args: ['${OPTION--c}', 'ls {{p}}'] },
  { command: '${BIN?set it}/sh', args: ['-c', 'ls {{p}}'] },
  { command: 'sh', args: ['/dev/stdin', 'a'], stdin: 'ls {{p}}' },
  { command: 'ssh', args: ['-p', '22', 'host'], stdin: 'ls {{p}}' },
  { command: 'sudo', args: ['-u', 'bob', 'sh', '-c', 'ls {{p}}'] },
  { command: 'doas', args: ['sh', '-c', 'ls {{p}}'] },
  { command: 'docker', args: ['exec', '-i', 'box', 'sh', '-c', 'ls {{p}}'] },
  { command: 'docker', args: ['run', '-i', '--rm', 'alpine', 'sh'], stdin: 'ls {{p}}' },
  { command: 'kubectl', args: ['exec', '-i', 'pod', '--', 'bash'], stdin: '{{p}}' },
  { command: 'su', args: ['-c', 'ls {{p}}', 'bob'] },
  { command: 'sudo', args: ['-nu', 'bob', 'bash'], stdin: '{{p}}' },
  { command: 'sudo', args: ['-i', '-u', 'bob'], stdin: '{{p}}' },
  { command: 'sudo', args: ['-s'], stdin: '{{p}}' },
  { command: 'busybox', args: ['sh'], stdin: '{{p}}' },
  { command: 'gosu', args: ['bob', 'sh'], stdin: '{{p}}' },
  { command: 'pkexec', args: ['--user', 'bob', 'bash'], stdin: '{{p}}' },
  { command: 'ksh93', args: ['-c', '{{p}}'] },
  { command: 'git', args: ['filter-branch', '--tree-filter', 'rm {{p}}'] },
  { command: 'at', args: ['now'], stdin: 'ls {{p}}' },
  { command: 'watch', args: ['ls {{p}}'] },
  { command: 'sh', args: ['{{ if p }}-c{{ end }}', 'ls {{p}}'] },
];

const WARNED: [action: Command | Text, hint: RegExp][] = [
  [{ command: 'python3', args: ['-c', 'print("{{p}}")'] }, /os\.environ\["GANTZ_ARG_P"\]/],
  [{ command: 'python3', args: ['-'], stdin: 'print("{{p}}")' }, /os\.environ\["GANTZ_ARG_P"\]/],
  [{ command: 'python3', stdin: '{{p}}' }, /GANTZ_ARG_P/],
  [{ command: 'node', args: ['-e', 'console.log({{p}})'] }, /process\.env\.GANTZ_ARG_P/],
  [{ command: 'awk', args: ['/{{p}}/', 'f'] }, /ENVIRON/],
  [{ command: 'sqlite3', args: ['db'], stdin: "select '{{p}}'" }, /readfile/],
  [{ command: 'sqlite3', args: ['db', "select '{{p}}'"] }, /readfile/],
  [{ command: 'psql', args: ['-c', "select '{{p}}'"] }, /bind/],
  [{ command: 'psql', args: ['db'], stdin: "select '{{p}}'" }, /bind/],
  [{ command: 'env', args: ['python3', '-c', '{{p}}'] }, /GANTZ_ARG_P/],
  [{ command: 'docker', args: ['exec', 'db', 'psql', '-U', 'bob', '-c', 'select {{p}}'] }, /bind/],
  [{ command: 'jq', args: ['.{{p}}', 'f'] }, /--arg/],
  [{ command: 'make', args: ['NAME={{p}}'] }, /GANTZ_ARG_P/],
  [{ command: 'printf', args: ['{{p}}'] }, /%s/],
  [{ command: 'make', args: ['-f', '-'], stdin: 'all:\n\techo {{p}}' }, /GANTZ_ARG_P/],
  [{ command: 'sed', args: ['-f', '/dev/stdin', 'f'], stdin: '1e {{p}}' }, /ENVIRON/],
  [{ command: 'awk', args: ['-f', '-'], stdin: '{{p}}' }, /ENVIRON/],
  [{ command: 'python3', args: ['-X', 'utf8', '-'], stdin: '{{p}}' }, /GANTZ_ARG_P/],
  [{ command: 'node', args: ['/dev/stdin'], stdin: '{{p}}' }, /GANTZ_ARG_P/],
  [{ shell: 'python3 <(echo {{p}})', interpreter: 'bash' }, /GANTZ_ARG_P/],
  [{ shell: 'awk -f <(echo {{p}}) f', interpreter: 'bash' }, /ENVIRON/],
  [{ command: 'psql', args: ['-c', '{{p}}'] }, /not in -c/],
  [{ shell: 'python3 -', stdin: 'print("{{p}}")' }, /GANTZ_ARG_P/],
  [{ shell: 'sqlite3 db', stdin: "select '{{p}}'" }, /readfile/],
];

const ORDINARY: (Command | Text)[] = [
  { command: 'bash', args: ['script.sh', '{{p}}'] },
  { command: 'bash', args: ['script.sh'] },
  { command: 'flock', args: ['lock', './script', '{{p}}'] },
  { command: 'su', args: ['bob', '-c', 'cat > f'], stdin: '{{p}}' },
  { command: 'sqlite3', args: ['db', 'select 1'], stdin: '{{p}}' },
  { command: 'sudo', args: ['-n', 'grep', '-i', '{{p}}', 'f'] },
  { command: 'git', args: ['clean', '-x', '{{p}}'] },
  { command: 'python3', args: ['-m', 'json.tool'], stdin: '{{p}}' },
  { command: 'node', args: ['--require', './x.js', 'app.js'], stdin: '{{p}}' },
  { shell: 'hash {{p}} 2>/dev/null && wait -n', interpreter: 'bash' },
  { command: 'bash', args: ['-c', 'echo "$1"', '_', '{{p}}'] },
  { command: 'sh', args: ['-c', 'cat', '{{p}}'], stdin: '{{p}}' },
  { command: 'bash', args: ['-c', 'echo "$GANTZ_ARG_P"', 'sh', '{{p}}'] },
  { command: 'bash', args: ['script.sh'], stdin: '{{p}}' },
  { command: 'python3', args: ['tools/run.py', '{{p}}'], stdin: '{{p}}' },
  { command: 'python3', args: ['-m', 'json.tool'], stdin: '{{p}}' },
  { command: 'node', args: ['run.js', '{{p}}'] },
  { command: 'jq', args: ['--arg', 'p', '{{p}}', '.[$p]'], stdin: '{{p}}' },
  { command: 'grep', args: ['-e', '{{p}}', 'notes'] },
  { command: 'grep', args: ['bash', '{{p}}'], stdin: '{{p}}' },
  { command: 'find', args: ['.', '-name', '{{p}}', '-exec', 'grep', '-l', '{{p}}', '{}', '+'] },
  { command: 'xargs', args: ['-I{}', 'sh', '-c', 'echo "$1"', '_', '{}'], stdin: '{{p}}' },
  { command: 'xargs', args: ['-n1', 'echo'], stdin: '{{p}}' },
  { command: 'env', args: ['NAME={{p}}', 'printenv', 'NAME'] },
  { command: 'timeout', args: ['5', 'cat', '{{p}}'] },
  { command: 'git', args: ['commit', '-m', '{{p}}'] },
  { command: 'curl', args: ['-d', '@-', 'https://example.com/{{p}}'], stdin: '{{p}}' },
  { command: 'psql', args: ['-v', 'p={{p}}', '-f', 'query.sql'] },
  { command: 'echo', args: ['{{p}}'] },
  { command: '${FORMATTER:-cat}', stdin: '{{p}}' },
  { command: '${FORMATTER}', args: ['-x', '{{p}}'] },
  { command: '${FORMATTER?set it}', args: ['${FLAG:?set ${IT}}', '{{p}}'] },
  { shell: 'cat', stdin: '{{p}}' },
  { shell: 'bash script.sh', stdin: '{{p}}' },
  { shell: 'date | sh', stdin: '{{p}}' },
  { shell: 'sh < setup.sh', stdin: '{{p}}' },
];

describe('placeholders in args and stdin', () => {
  const directory = temporaryDirectory();
  const pwned = join(directory, 'pwned');
  writeFileSync(join(directory, 'evil'), 'touch pwned');
  mkdirSync(join(directory, 'sub'));
  after(() => rmSync(directory, { recursive: true }));
  const environment = { RUNNER: 'bash' };

  for (const [action, p] of REFUSED) {
    it(`are refused where a shell parses them: ${JSON.stringify(action)}`, async () => {
      attack(action, p, directory);
      assert.ok(existsSync(pwned), 'the attack works where nothing refuses it');
      rmSync(pwned);
      const error = await failureOf(invoke(action, { params: { p }, properties: P, directory, environment }));
      assert.deepEqual([error.code, error.outcome], ['MANIFEST_INVALID', 'none']);
      assert.ok(error.hint);
      assert.ok(!existsSync(pwned));
      if (JSON.stringify(action).includes('${RUNNER}')) return;
      assert.ok(review(action).some(({ severity }) => severity === 'error'));
    });
  }

  for (const action of UNTRIED)
    it(`are refused where a shell parses them: ${JSON.stringify(action)}`, () =>
      assert.ok(review(action).some(({ severity }) => severity === 'error')));

  for (const [action, hint] of WARNED) {
    it(`are warned about where another language parses them: ${JSON.stringify(action)}`, () => {
      const [problem, ...more] = review(action);
      assert.deepEqual([problem?.severity, more], ['warning', []]);
      assert.match(problem?.hint ?? '', hint);
      const { text = '', offset = 0, length = 0 } = problem ?? {};
      assert.equal(text.slice(offset, offset + length), '{{p}}');
    });
  }

  for (const action of ORDINARY)
    it(`are data: ${JSON.stringify(action)}`, () => assert.deepEqual(review(action), []));

  it('may be numbers, booleans and enums of plain words anywhere', async () => {
    const properties = { n: { type: 'integer' }, b: { type: 'boolean' }, e: { enum: ['ls', 'cat'] } };
    const action = { command: 'bash', args: ['-c', 'echo $(( {{n}} + 1 )) {{b}} {{e}}'] };
    assert.deepEqual(review(action, properties), []);
    assert.deepEqual(await invoke(action, { params: { n: 1, b: true, e: 'ls' }, properties }), {
      output: '2 true ls',
    });
  });

  it('are refused for the program that a variable names when the tool is called', async () => {
    const action = { command: '${RUNNER}', args: ['-c', 'ls {{p}}'] };
    assert.deepEqual(review(action), []);
    const call = { params: { p: 'a' }, properties: P, environment: { RUNNER: '/bin/sh' } };
    assert.equal((await failureOf(invoke(action, call))).code, 'MANIFEST_INVALID');
  });

  it('are run by a safe idiom with any value', async () => {
    const safe: (Command | Text)[] = [
      { command: 'bash', args: ['-c', 'printf v=%s "$1"', '_', '{{p}}'] },
      { command: 'bash', args: ['-c', 'printf v=%s "$GANTZ_ARG_P"', '{{p}}'] },
      { command: 'xargs', args: ['-0', 'sh', '-c', 'printf v=%s "$1"', '_'], stdin: '{{p}}' },
      { command: 'python3', args: ['-c', 'import os; print(end="v=" + os.environ["GANTZ_ARG_P"])', '{{p}}'] },
    ];
    for (const action of safe)
      for (const p of [QUOTE, LINE, '$(touch pwned)'])
        assert.deepEqual(await invoke(action, { params: { p }, directory }), { output: `v=${p}` });
    assert.ok(!existsSync(pwned));
  });
});

/** Runs an action with the unchanged value in place of the placeholder. */
function attack(action: Command | Text, p: string, cwd: string): void {
  const put = (text: string) =>
    text.replaceAll('{{p}}', p).replaceAll('${RUNNER}', 'bash').replaceAll('${BIN:-/bin}', '/bin');
  const input = action.stdin === undefined ? '' : put(action.stdin);
  const env = { PATH: process.env['PATH'], GANTZ_ARG_P: p };
  const [file, args] =
    'shell' in action
      ? [action.interpreter ?? 'sh', ['-c', action.shell]]
      : [put(action.command), (action.args ?? []).map(put)];
  const json = 'shell' in action || JSON.stringify(action).includes('{{p}}') ? [] : [JSON.stringify({ p })];
  spawnSync(file, [...args, ...json], { cwd, env, input, timeout: 5000 });
}

function review(action: Command | Text, properties = P) {
  const script: ScriptAction =
    'shell' in action
      ? { kind: 'script', env: {}, interpreter: 'bash', ...action }
      : { kind: 'script', env: {}, args: [], ...action };
  const inputSchema = { type: 'object', properties, required: [], additionalProperties: false } as const;
  return reviewScript(
    {
      name: 'tool',
      description: '',
      inputSchema: { ...inputSchema, required: [] },
      annotations: {},
      environment: {},
      directory: '/',
    },
    script,
  );
}
