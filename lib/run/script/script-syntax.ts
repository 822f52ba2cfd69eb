import type { Keys } from '../../manifest/keys.ts';
import { asMap, readFields, type Fields } from '../../manifest/parse/fields.ts';
import { readDuration, readText, readTexts, readVariables } from '../../manifest/parse/values.ts';
import { exactlyOne, objectOf, present } from '../../manifest/schema.ts';
import type { ParsedAction, Syntax } from '../../manifest/tool-key.ts';
import type { Node } from '../../manifest/yaml/node.ts';
import { error, warn, type Problems } from '../../manifest/yaml/problems.ts';
import { quoted } from '../../manifest/yaml/syntax-errors.ts';
import type { ScriptAction } from './script-action.ts';

const INTERPRETERS = ['sh', 'bash', 'zsh', 'dash'] as const;

// One word that does not begin with `~`; a placeholder may contain spaces.
const PROGRAM = {
  type: ['string', 'number', 'boolean'],
  pattern: '^(?!~)([^\\s{]|\\{(?!\\{)|\\{\\{[^{}]*\\}\\})+$',
};

const FIELDS = {
  shell: { kind: 'text', about: 'Shell source; `{{parameter}}` becomes a quoted reference to its value.' },
  interpreter: {
    kind: 'own',
    about: 'The shell that runs it: sh (the default), bash, zsh or dash.',
    schema: {
      anyOf: [
        { enum: [...INTERPRETERS] },
        { type: 'string', pattern: `^(/usr)?/bin/(${INTERPRETERS.join('|')})$` },
      ],
    },
  },
  command: { kind: 'own', about: 'A program, run without a shell.', schema: PROGRAM },
  args: { kind: 'texts', about: 'Its arguments. The value of a placeholder is never split.' },
  stdin: { kind: 'text', about: 'Its standard input.' },
  working_dir: {
    kind: 'own',
    about: "The folder in which it runs, relative to the manifest's folder.",
    schema: { type: ['string', 'number', 'boolean'], pattern: '^(?!~)' },
  },
  timeout: { kind: 'duration', about: 'How long it may run: `30` (seconds), `30s`, `1m30s`, `500ms`.' },
  env: {
    kind: 'env',
    about: 'Environment variables for this program. They override those of the tool and of the manifest.',
  },
} as const satisfies Keys;

/** `script: program`, or `script` with `shell` or `command`. */
export const scriptSyntax: Syntax<ParsedAction<ScriptAction>> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind === 'scalar') return readProgram(problems, node);
    const map = asMap(
      problems,
      node,
      '`script`',
      'Write script: { shell: … } or script: { command: …, args: […] }',
    );
    if (!map) return undefined;
    const fields = readFields(problems, map, FIELDS, 'script');
    const timeoutMs = fields.timeout && readDuration(problems, fields.timeout, '`timeout`');
    const action = readAction(problems, fields, node);
    return (
      action && {
        action,
        ...(timeoutMs !== undefined && { timeoutMs }),
        // The caller's text is the whole script, so the author's hints cannot be true.
        ...(runsText(action) && { annotations: { readOnlyHint: false, destructiveHint: true } }),
      }
    );
  },
  schema: () => ({
    anyOf: [
      PROGRAM,
      // `args` has no effect beside `shell`, and `interpreter` none beside `command`.
      {
        ...objectOf(FIELDS),
        ...exactlyOne(['shell', 'command']),
        allOf: [{ not: present('shell', 'args') }, { not: present('command', 'interpreter') }],
      },
    ],
  }),
};

function readAction(
  problems: Problems,
  fields: Fields<typeof FIELDS>,
  { at }: Node,
): ScriptAction | undefined {
  const { shell, command, stdin: input, working_dir: folder } = fields;
  const env = readVariables(problems, fields.env, '`env`');
  const stdin = input && readText(problems, input, '`stdin`');
  const workingDir = folder && readText(problems, folder, '`working_dir`');
  if (folder) checkHome(problems, folder, workingDir ?? '');
  const common = {
    kind: 'script' as const,
    env,
    ...(stdin !== undefined && { stdin }),
    ...(workingDir !== undefined && { workingDir }),
  };
  if (shell && command) {
    error(
      problems,
      command.at,
      '`script` has both `shell` and `command`',
      '`shell` is shell source; `command` is a program, run without a shell. Keep one.',
    );
    return undefined;
  }
  if (shell) {
    const read = readShell(problems, shell, fields);
    return read && { ...common, ...read };
  }
  if (command) {
    const read = readCommand(problems, command, fields);
    return read && { ...common, ...read };
  }
  error(
    problems,
    at,
    '`script` has neither `shell` nor `command`',
    'Add `shell` (a shell line) or `command` (a program).',
  );
  return undefined;
}

function readShell(problems: Problems, node: Node, { interpreter: shell, args }: Fields<typeof FIELDS>) {
  const source = readText(problems, node, '`shell`');
  const interpreter = readInterpreter(problems, shell);
  if (args) {
    warn(
      problems,
      args.at,
      '`args` has no effect beside `shell`',
      'Write the arguments in the shell line: "{{name}}".',
    );
  }
  if (source === undefined || interpreter === undefined) return undefined;
  if (source.trim() === '') {
    error(problems, node.at, '`shell` is empty');
    return undefined;
  }
  return { shell: source, interpreter };
}

function readCommand(problems: Problems, node: Node, { interpreter, args }: Fields<typeof FIELDS>) {
  const command = readText(problems, node, '`command`');
  const list = args ? readTexts(problems, args, '`args`') : [];
  if (interpreter) warn(problems, interpreter.at, '`interpreter` has no effect beside `command`');
  if (command === undefined || !checkProgram(problems, node, command)) return undefined;
  return { command, args: list };
}

function readProgram(problems: Problems, node: Node): ParsedAction<ScriptAction> | undefined {
  const command = readText(problems, node, '`script`');
  if (command === undefined || !checkProgram(problems, node, command)) return undefined;
  return { action: { kind: 'script', env: {}, command, args: [] } };
}

function checkProgram(problems: Problems, node: Node, program: string): boolean {
  if (program.trim() === '') {
    error(problems, node.at, 'The name of the program is empty');
    return false;
  }
  checkHome(problems, node, program);
  if (/\s/.test(program.replaceAll(/\{\{.*?\}\}/g, ''))) {
    warn(
      problems,
      node.at,
      'This is read as the name of one program, including the spaces',
      `Write a shell line as script: { shell: ${quoted(program.split('\n', 1)[0] ?? '')} }, and arguments in \`args\`.`,
    );
  }
  return true;
}

/** Reports a path that begins with `~`, which only a shell replaces by the home folder. */
function checkHome(problems: Problems, { at }: Node, path: string): void {
  const [, user, rest] = /^~([^/]*)(.*)$/s.exec(path) ?? [];
  if (rest === undefined) return;
  const hint = user === '' ? `Write ${quoted(`\${HOME}${rest}`)}` : 'Write the whole path.';
  warn(
    problems,
    at,
    `${JSON.stringify(path)} begins with ~, which is not replaced by the home folder here`,
    hint,
  );
}

function readInterpreter(
  problems: Problems,
  node: Node | undefined,
): (typeof INTERPRETERS)[number] | undefined {
  if (!node) return 'sh';
  const text = readText(problems, node, '`interpreter`');
  const found = INTERPRETERS.find((name) => name === text?.replace(/^(\/usr)?\/bin\//, ''));
  if (found || text === undefined) return found;
  error(
    problems,
    node.at,
    `${JSON.stringify(text)} is not an interpreter of \`shell\``,
    `Use one of ${INTERPRETERS.join(', ')}, or write another program as \`command\`.`,
  );
  return undefined;
}

/** Returns true when the whole script is one placeholder. */
function runsText(action: ScriptAction): boolean {
  return 'shell' in action && /^\s*\{\{[^{}]*\}\}\s*$/.test(action.shell);
}
