import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';

let folder: string;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'gantz-validate-'))));
after(() => rm(folder, { recursive: true }));

async function validate(text: string, argv: string[] = []): Promise<Run> {
  await writeFile(join(folder, 'gantz.yaml'), text);
  return await runMain(['validate', ...argv], { cwd: folder });
}

type Listed = { severity: string; message: string; line: number; column: number; tool?: string };

function problemsOf(run: Run): Listed[] {
  return envelopeOf(run)['problems'] as Listed[];
}

const BROKEN = `name: x
tools:
  - name: sum
    parameters: { a: string, b: int }
    script:
      shell: echo $(( {{a}} + {{b}} )) {{ba}}
  - name: fetch
    parameters: { host: string }
    http: { url: "http://{{host}}/x" }
  - name: lost
    handler: foo.bar
  - name: tested
    script: { shell: ls }
    tests: [{ input: {}, expect: { sucess: true } }]
`;

test('validate reports every problem of actions and tests with its position, and ends with status 3', async () => {
  const run = await validate(BROKEN);
  assert.equal(run.exitCode, 3);
  assert.deepEqual(
    problemsOf(run).map(({ severity, line, column, tool }) => [severity, line, column, tool]),
    [
      ['error', 6, 23, 'sum'],
      ['warning', 6, 40, 'sum'],
      ['error', 9, 26, 'fetch'],
      ['warning', 11, 14, 'lost'],
      ['error', 14, 13, 'tested'],
    ],
  );
  assert.match(run.stderr, /gantz\.yaml:6:23: error: \{\{a\}\} is evaluated as arithmetic/);
  assert.match(run.stderr, / {2}6 \| {7}shell: echo.*\n {4}\| {23}\^\n/);
  assert.match(run.stderr, /did you mean success\?/);
});

test('validate names code in args and stdin at its place', async () => {
  const run = await validate(`name: x
tools:
  - name: list
    description: d
    parameters: { p: string }
    script: { command: sh, args: ["-c", "ls \\"$1\\" {{p}}", "{{p}}"] }
  - name: pipe
    description: d
    parameters: { p: string }
    script:
      command: env
      args: ["A={{p}}", bash, -s]
      stdin: |
        cd /
        ls {{p}}
  - name: count
    description: d
    parameters: { p: string }
    script: { command: python3, args: [-c, "print({{p}})"] }
  - name: split
    description: d
    parameters: { p: string }
    script: { shell: "v={{p}}; ls $v" }
  - name: json
    description: d
    parameters: { p: string }
    script: { command: bash, args: [-c] }
`);
  assert.equal(run.exitCode, 3);
  assert.deepEqual(
    problemsOf(run).map(({ severity, line, column, tool }) => [severity, line, column, tool]),
    [
      ['error', 6, 52, 'list'],
      ['error', 15, 12, 'pipe'],
      ['warning', 19, 51, 'count'],
      ['warning', 23, 25, 'split'],
      ['error', 27, 13, 'json'],
    ],
  );
  assert.match(run.stderr, /error: \{\{p\}\} becomes source that a shell parses\n/);
  assert.match(run.stderr, /warning: \{\{p\}\} is assigned to the variable v, which is used without quotes/);
  assert.match(run.stderr, /error: The JSON object of all parameters becomes source that a shell parses\n/);
});

test('warnings are printed on stderr, and fail only with --strict', async () => {
  const text = 'name: x\ntools:\n  - { name: lost, description: d, handler: foo.bar }\n';
  const run = await validate(text);
  assert.equal(run.exitCode, 0);
  assert.match(run.stdout, /gantz\.yaml: ok, 1 tool, 1 warning\n$/);
  assert.match(run.stderr, /warning: The handler foo\.bar has no file/);
  const strict = await validate(text, ['--strict']);
  assert.deepEqual([strict.exitCode, problemsOf(strict).length], [3, 1]);
});

test('--json prints one line on stdout and nothing on stderr', async () => {
  const bad = await validate(BROKEN, ['--json']);
  assert.deepEqual([bad.stderr, problemsOf(bad).length], ['', 5]);
  const good = await validate('name: x\ntools:\n  - { name: a, description: d, script: { shell: ls } }\n', [
    '--json',
  ]);
  assert.deepEqual(envelopeOf(good)['problems'], []);
});

test('one run checks several files', async () => {
  await writeFile(join(folder, 'other.yaml'), 'tools: 5\n');
  await writeFile(join(folder, 'gantz.yaml'), 'name: x\ntools: []\n');
  const run = await runMain(['validate', 'gantz.yaml', 'other.yaml', '--json'], { cwd: folder });
  assert.equal(run.exitCode, 3);
  assert.match(problemsOf(run).find(({ severity }) => severity === 'error')?.message ?? '', /tools/);
});

test('a call prints only the warnings about its own tool', async () => {
  const text =
    'name: x\ntools:\n  - { name: a, descriptoin: d, script: { shell: echo hi } }\n  - { name: b, descriptoin: d, script: { shell: ls } }\n';
  await writeFile(join(folder, 'gantz.yaml'), text);
  const run = await runMain(['call', 'a'], { cwd: folder });
  assert.equal(run.exitCode, 0);
  assert.equal(run.stderr.match(/descriptoin/g)?.length, 2);
});

for (const template of ['redis', 'shell', 'http', 'python']) {
  test(`the files of init --template ${template} pass validate --strict, and init does not overwrite them`, async () => {
    const project = await mkdtemp(join(tmpdir(), 'gantz-init-'));
    try {
      assert.equal((await runMain(['init', '--template', template], { cwd: project })).exitCode, 0);
      const run = await runMain(['validate', '--strict'], { cwd: project });
      assert.equal(run.exitCode, 0, run.stderr);
      const again = await runMain(['init', '--template', template], { cwd: project });
      assert.deepEqual([envelopeOf(again)['code'], again.exitCode], ['CONFLICT', 1]);
    } finally {
      await rm(project, { recursive: true });
    }
  });
}

test('GITHUB_ACTIONS: each problem becomes an annotation on stderr, also with --json', async () => {
  await writeFile(join(folder, 'gantz.yaml'), BROKEN);
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: folder };
  for (const flags of [[], ['--json']]) {
    const run = await runMain(['validate', ...flags], { cwd: folder, env });
    const annotations = run.stderr.split('\n').filter((line) => line.startsWith('::'));
    assert.equal(annotations.length, 5, run.stderr);
    assert.match(
      annotations[0] ?? '',
      /^::error file=gantz\.yaml,line=6,col=23,title=gantz validate::\{\{a\}\} is evaluated as arithmetic.*%0A/,
    );
    assert.match(annotations[1] ?? '', /^::warning file=gantz\.yaml,line=6,col=40,/);
  }
  const strict = await runMain(['validate', '--strict'], { cwd: folder, env });
  assert.doesNotMatch(strict.stderr, /^::warning/m);
  const outside = await runMain(['validate'], { cwd: folder, env: { GITHUB_ACTIONS: 'false' } });
  assert.doesNotMatch(outside.stderr, /^::/m);
});

test('the hint counts one error among warnings in the singular', async () => {
  const run = await validate('name: x\ntools:\n  - { name: a, script: [], unknown: 1 }\n');
  assert.equal(envelopeOf(run)['hint'], 'There are 2 problems; 1 of them counts as an error.');
  const strict = await validate(
    'name: x\nother: 1\ntools:\n  - { name: a, unknown: 1, script: { shell: ls } }\n',
    ['--strict'],
  );
  assert.match(String(envelopeOf(strict)['hint']), /^There are (\d) problems; \1 of them count as errors\.$/);
});

test('validate reports each test of a wrong form at its own line', async () => {
  const run = await validate(`name: x
tools:
  - name: tested
    description: d
    script: { shell: ls }
    tests:
      - { expect: { sucess: true } }
      - { expect: { success: true } }
      - { inputs: {} }
`);
  assert.deepEqual(
    problemsOf(run).map(({ line, column }) => [line, column]),
    [
      [7, 9],
      [9, 9],
    ],
  );
});
