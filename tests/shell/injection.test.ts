import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { ObjectSchema } from '../../lib/contract/manifest.ts';
import { renderShell } from '../../lib/run/script/shell.ts';
import { invoke, temporaryDirectory } from '../run/script/invoke.ts';

// Each position prints its value, followed by a NUL. `text` returns what must be printed before that NUL. A position that
// starts another shell does so once for all values: `around` puts the commands of all values into its source.
type Position = {
  name: string;
  shell: string;
  text?: (value: string) => string;
  bash?: true;
  around?: (commands: string) => string;
  /** Set when the source depends on whether the value is empty. */
  conditional?: true;
};

// Separates the output of the commands in one substitution. No value contains it.
const SEPARATOR = '<separator 5e1d>';
const separate = `printf %s '${SEPARATOR}'`;

const show = (word: string) => `printf '%s\\0' ${word}`;
const lines = (delimiter: string, body: string, end: string) =>
  `while IFS= read -r l; do printf '%s\\n' "$l"; done ${delimiter}\n${body}\n${end}\nprintf '\\0'`;

const POSITIONS: Position[] = [
  { name: 'a word', shell: show('{{v}}') },
  { name: 'part of a word', shell: show('pre{{v}}post'), text: (v) => `pre${v}post` },
  { name: 'double quotes', shell: show('"{{v}}"') },
  { name: 'single quotes', shell: show("'{{v}}'") },
  { name: 'single in double quotes', shell: show(`"a'{{v}}'b"`), text: (v) => `a'${v}'b` },
  { name: 'double in single quotes', shell: show(`'$a"{{v}}"b'`), text: (v) => `$a"${v}"b` },
  { name: 'after a dollar', shell: show('${{v}}'), text: (v) => `$${v}` },
  { name: 'after a dollar in quotes', shell: show('"${{v}}"'), text: (v) => `$${v}` },
  { name: 'after a tilde', shell: show('~{{v}}'), text: (v) => `~${v}` },
  { name: '$( )', shell: `printf %s {{v}}; ${separate}`, around: (commands) => show(`"$(${commands})"`) },
  {
    name: 'quoted $( ) in $( )',
    shell: `printf %s '{{v}}'; ${separate}`,
    around: (commands) => show(`"$(printf %s "$(${commands})")"`),
  },
  {
    name: 'backticks',
    shell: `printf %s {{v}}; ${separate}`,
    around: (commands) => show(`"\`${commands}\`"`),
  },
  {
    name: 'quotes in backticks',
    shell: `printf %s "{{v}}"; ${separate}`,
    around: (commands) => `a=\`${commands}\`; ${show('"$a"')}`,
  },
  { name: 'here-document', shell: lines('<<EOF', '$((1)){{v}}', 'EOF'), text: (v) => `1${v}\n` },
  {
    name: 'quoted here-document',
    shell: lines("<<'EOF'", '$HOME `\\"{{v}}', 'EOF'),
    text: (v) => '$HOME `\\"' + `${v}\n`,
  },
  {
    name: 'indented here-document',
    shell: lines('<<-"END OF"', '\t{{v}}.', '\tEND OF'),
    text: (v) => `${v}.\n`,
  },
  { name: 'comment', shell: ': # {{v}} `\n' + show('x'), text: () => 'x' },
  { name: 'assignment', shell: 'a={{v}}; ' + show('"$a"') },
  { name: 'export', shell: 'export A={{v}}; ' + show('"$A"') },
  {
    name: 'case word and pattern',
    shell: `case {{v}} in x{{v}}) ${show('no')};; {{v}}) ${show('yes')};; *) ${show('no')};; esac`,
    text: () => 'yes',
  },
  { name: 'test', shell: `if [ {{v}} = "{{v}}" ]; then ${show('yes')}; fi`, text: () => 'yes' },
  { name: 'default', shell: show('${UNSET_:-{{v}}}') },
  { name: 'default in quotes', shell: show('"${UNSET_:-{{v}}}"') },
  { name: 'loop', shell: `for i in {{v}}; do ${show('"$i"')}; done` },
  { name: 'function', shell: `f() { ${show('"$1{{v}}"')}; }; f {{v}}`, text: (v) => v + v },
  { name: 'condition', shell: show('{{ if v }}"{{v}}"{{ else }}""{{ end }}'), conditional: true },
  {
    name: 'subshell',
    shell: `printf %s {{v}} && ${separate}`,
    around: (commands) => `( cd . && ${commands} ); printf '\\0'`,
  },
  {
    name: 'array',
    shell: 'a=(x {{v}} "{{v}}"); ' + show('"${a[1]}${a[2]}"'),
    text: (v) => v + v,
    bash: true,
  },
  {
    name: 'here-string',
    shell: "IFS= read -r -d '' l <<< {{v}}; " + show('"$l"'),
    text: (v) => `${v}\n`,
    bash: true,
  },
  {
    name: '[[ == ]]',
    shell: `a={{v}}; [[ $a == {{v}} && x$a != {{v}} ]] && ${show('yes')}`,
    text: () => 'yes',
    bash: true,
  },
  { name: "$'…'", shell: show("$'a\\t{{v}}\\''"), text: (v) => `a\t${v}'`, bash: true },
  { name: '$"…"', shell: show('$"{{v}}"'), bash: true },
  { name: 'declare', shell: 'declare d={{v}}; ' + show('"$d"'), bash: true },
];

const VALUES_PER_RUN = 50;
const RUNS = 100;

// Texts that create a file when a shell runs them.
const attack = fc.constantFrom(
  '$(touch pwned)',
  '`touch pwned`',
  ';touch pwned;',
  '&& touch pwned',
  '|touch pwned',
  '\ntouch pwned\n',
  "'",
  '"',
  '\\',
  '$',
  '`',
  '*',
  '?',
  '[a-z]*',
  '~',
  '{a,b}',
  '!',
  '#',
  '&',
  '<',
  '>',
  '(',
  ')',
  '>pwned',
  '$((',
  '))',
  '${',
  '}',
  '-n',
  '-e',
  '-v',
  '--',
  '-va[$(touch pwned)]',
  'a[$(touch pwned)]',
  "';touch pwned;'",
  '";touch pwned;"',
  '\nEOF\ntouch pwned\n',
  '\nGANTZ_END\ntouch pwned\n',
  '\n\tEND OF\ntouch pwned\n',
  '$HOME',
  '${HOME}',
  '$0',
  '%s',
  '%n',
  '\\n',
  '\\0',
  ' ',
  '  ',
  '\t',
  '\n',
  '{{v0}}',
  '\\{{',
  '\u0081',
  'ȁȂ',
  'é',
  '😀',
  '\u007f',
  '\u0001',
  '\ue000',
  '=',
  '(){ :;};',
);
const value = fc.oneof(
  { weight: 4, arbitrary: fc.array(attack, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(attack, fc.string({ maxLength: 4 })), { maxLength: 5 })
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const receivable = value.filter((text) => !text.includes('\0'));

describe('no value is parsed by a shell', () => {
  const directory = temporaryDirectory();
  writeFileSync(`${directory}/a`, '');
  writeFileSync(`${directory}/b c`, '');
  after(() => rmSync(directory, { recursive: true }));

  for (const interpreter of ['dash', 'bash'] as const) {
    const positions = POSITIONS.filter(({ bash }) => interpreter === 'bash' || !bash);
    const shared = positions.filter(({ around }) => around);
    const conditional = positions.filter((position) => position.conditional);
    const single = positions.filter(
      (position) => !shared.includes(position) && !conditional.includes(position),
    );
    const names = Array.from({ length: VALUES_PER_RUN }, (_, index) => `v${index}`);
    const withName = (position: Position, name: string) =>
      position.shell.replaceAll(/\bv\b(?=\}\}| \}\})/g, name);
    const each = (some: Position[]) =>
      names.flatMap((name) => some.map((position) => withName(position, name)));
    const fixedShell = [
      ...each(single),
      ...shared.map(
        (position) => position.around?.(names.map((name) => withName(position, name)).join('\n')) ?? '',
      ),
    ].join('\n');
    const conditionalShell = each(conditional).join('\n');

    /** Returns what each position printed for each value. Positions with a process of their own come before shared ones. */
    const split = (output: string): Map<string, string | undefined> => {
      const printed = output.split('\0');
      const found = new Map<string, string | undefined>();
      const take = (some: Position[]) => {
        for (const name of names)
          for (const position of some) found.set(`${position.name} ${name}`, printed.shift());
      };
      take(single);
      for (const position of shared) {
        const texts = (printed.shift() ?? '').split(SEPARATOR);
        for (const [index, name] of names.entries()) found.set(`${position.name} ${name}`, texts[index]);
        assert.deepEqual(texts.slice(names.length), [''], position.name);
      }
      take(conditional);
      assert.deepEqual(printed, [''], 'nothing more is printed');
      return found;
    };

    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    const schema: ObjectSchema = { type: 'object', properties, required: [], additionalProperties: false };
    const paramsOf = (values: readonly string[]) =>
      Object.fromEntries(names.map((name, index) => [name, values[index]]));
    const render = (shell: string, values: readonly string[]) =>
      renderShell({ shell, interpreter, schema }, paramsOf(values)).source;
    const fixedSource = render(fixedShell, names);

    /** Runs the script as a tool, or runs its rendered source. The source is the same for all values. */
    const run = async (values: readonly string[], asTool: boolean): Promise<string> => {
      if (asTool) {
        assert.equal(render(fixedShell, values), fixedSource);
        const shell = `${fixedShell}\n${conditionalShell}`;
        return String(
          (await invoke({ shell, interpreter }, { params: paramsOf(values), directory }))['output'],
        );
      }
      const variables = names.map(
        (name, index) => [`GANTZ_ARG_${name.toUpperCase()}`, values[index]] as const,
      );
      const env: Record<string, string | undefined> = Object.fromEntries(variables);
      Object.assign(env, { PATH: process.env['PATH'], HOME: '/home/nobody' });
      const options = { cwd: directory, env, encoding: 'utf8', maxBuffer: 10 << 20 } as const;
      const source = `${fixedSource}\n${render(conditionalShell, values)}`;
      return (await promisify(execFile)(interpreter, ['-c', source], options)).stdout;
    };

    it(`${positions.length} positions × ${VALUES_PER_RUN * RUNS} values in ${interpreter}`, async () => {
      const before = childrenOf(process.pid);
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(receivable, { minLength: VALUES_PER_RUN, maxLength: VALUES_PER_RUN }),
          async (values) => {
            const printed = split(await run(values, runs++ % 10 === 0));
            for (const [at, text] of values.entries()) {
              for (const position of positions) {
                const expected = position.text ? position.text(text) : text;
                const actual = printed.get(`${position.name} v${at}`);
                if (actual !== expected)
                  assert.deepEqual(
                    { position: position.name, printed: actual },
                    { position: position.name, printed: expected },
                  );
              }
            }
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
      assert.deepEqual(readdirSync(directory), ['a', 'b c']);
      assert.deepEqual(childrenOf(process.pid), before);
    });
  }

  it('renders an omitted parameter as nothing, not as an empty word', async () => {
    for (const interpreter of ['dash', 'bash', 'zsh'] as const) {
      const { output } = await invoke(
        {
          shell:
            'set -u; count() { echo $#; }; count {{x}} {{y}} "{{x}}" a{{x}}b; : # {{x}}\n: {{x}}#echo no',
          interpreter,
        },
        { params: { y: '' }, properties: { x: {}, y: {} } },
      );
      assert.equal(output, '3', interpreter);
    }
  });

  it('does not pass the values of an outer gantz to a script', async () => {
    const { output } = await invoke(
      { shell: 'echo "<{{x}}>"' },
      { properties: { x: {} }, environment: { GANTZ_ARG_X: 'outer' } },
    );
    assert.equal(output, '<>');
  });
});

function childrenOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  } catch {
    return [];
  }
}
