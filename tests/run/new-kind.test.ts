import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import ts from 'typescript';
import { ROOT } from '../../scripts/generation-inputs.ts';

// Follows "Where a new thing goes" of docs/architecture.md in a copy of the program: a folder and a line in the table.
const copy = mkdtempSync(join(tmpdir(), 'gantz-kind-'));
const folder = join(copy, 'lib/run/echo');
const table = join(copy, 'lib/run/kinds.ts');
const manifest = join(copy, 'project/gantz.yaml');

before(() => {
  for (const name of ['lib', 'tools', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  cpSync(join(ROOT, 'tests/fixtures/action-kinds/echo'), folder, { recursive: true });
  const text = readFileSync(table, 'utf8');
  const changed = text
    .replace('const ACTION_KINDS = { ', 'const ACTION_KINDS = { echo, ')
    .replace(/^(?=import \{ handler)/m, "import { echo } from './echo/echo-kind.ts';\n");
  assert.equal(changed.match(/\becho\b/g)?.length, 4);
  writeFileSync(table, changed);
  mkdirSync(join(copy, 'project'));
  writeFileSync(
    manifest,
    'tools:\n  - name: say\n    description: Says a text\n    parameters: { x: string }\n    echo: { text: "a {{x}}" }\n',
  );
});
after(() => rmSync(copy, { recursive: true }));

function run(...words: string[]): { stdout: string; stderr: string; status: number | null } {
  const args = ['--import', 'tsx', 'lib/start/entry.ts', ...words];
  return spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 60_000 });
}

/** Returns the compiler's errors in the table and in the files of the new kind. */
function errors(): string[] {
  const { config } = ts.readConfigFile(join(copy, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, copy);
  const program = ts.createProgram([table, join(folder, 'half-kind.ts')], options);
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === table || fileName.startsWith(`${folder}/`))
    .flatMap((file) => program.getSemanticDiagnostics(file))
    .map(
      ({ file, messageText }) =>
        `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

describe('a new kind of action: a folder and a line in the table', () => {
  it('is validated, and its problems have positions', () => {
    const bad = join(copy, 'project/bad.yaml');
    writeFileSync(
      bad,
      'tools:\n  - { name: a, description: d, echo: { tex: b } }\n  - { name: b, description: d, echo: { text: "{{y}}" } }\n  - { name: c, description: d, echo: { text: t }, script: ./x }\n',
    );
    const { stdout, status } = run('validate', manifest, bad);
    assert.equal(status, 3);
    const { problems } = JSON.parse(stdout) as {
      problems: { message: string; line: number; column: number }[];
    };
    assert.deepEqual(
      problems.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '2:38 `echo` has no `text`',
        '2:40 `echo` has no key "tex"; it has no effect',
        '3:47 {{y}} names no parameter and stays as it is',
        '4:59 A tool has one action, but this one has `echo` and `script`',
      ],
    );
  });

  it('is in the schema for editors', () => {
    const { $defs } = JSON.parse(run('schema').stdout) as { $defs: Record<string, { properties?: object }> };
    assert.deepEqual(Object.keys($defs['echo']?.properties ?? {}), ['text']);
    assert.ok('echo' in ($defs['namedTool']?.properties ?? {}));
  });

  it('is listed, described and called with its own time limit', () => {
    assert.match(run('-c', manifest, 'tools').stdout, /say +Says a text/);
    assert.match(run('-c', manifest, 'describe', 'say').stdout, /gantz call say /);
    const called = JSON.parse(run('-c', manifest, 'call', 'say', '{"x":"b"}').stdout) as object;
    assert.deepEqual(called, { success: true, text: 'a b', budget_ms: 5000 });
  });

  it('is refused by the compiler while it is incomplete', () => {
    const text = readFileSync(join(folder, 'echo-kind.ts'), 'utf8');
    writeFileSync(join(folder, 'half-kind.ts'), text.replace(/^ {2}run:.*\n/m, ''));
    const [error, ...more] = errors();
    assert.match(error ?? '', /^half-kind\.ts: [^]*Property 'run' is missing/);
    assert.deepEqual(more, []);
  });
});
