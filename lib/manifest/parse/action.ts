import { asMap, readFields, type Fields } from './fields.ts';
import { error, warn, type Findings } from '../yaml/problems.ts';
import { HTTP, SCRIPT, type TOOL } from '../keys.ts';
import type { Action, HandlerAction, HttpAction, ScriptAction } from '../manifest.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';
import { quoted } from '../yaml/syntax-errors.ts';
import { readDuration, readJson, readText, readTextMap, readTexts } from './values.ts';
import { readVariables } from './variables.ts';

/** An action with the time limit that it names. */
export type ReadAction = { action: Action; timeoutMs: number | undefined };

const ACTIONS = ['script', 'http', 'handler'] as const;

/** The one action of a tool; undefined when it has none, or none that can be read. */
export function readAction(
  findings: Findings,
  fields: Fields<typeof TOOL>,
  builtin: boolean,
): ReadAction | undefined {
  const [first, second] = ACTIONS.filter((name) => fields[name]);
  if (second && fields[second]) {
    error(
      findings,
      fields[second].at,
      `A tool does one thing, but this one has \`${first ?? ''}\` and \`${second}\``,
      'Make two tools of it.',
    );
    return;
  }
  if (fields.script) return readScript(findings, fields.script);
  if (fields.http) return readHttp(findings, fields.http);
  if (fields.handler) return readHandler(findings, fields.handler, builtin);
  return undefined;
}

/** Whether a tool names an action at all, right or wrong. */
export function namesAction(fields: Fields<typeof TOOL>): boolean {
  return ACTIONS.some((name) => fields[name]);
}

function readScript(findings: Findings, node: Node): ReadAction | undefined {
  if (node.kind === 'scalar') return readProgram(findings, node);
  const map = asMap(
    findings,
    node,
    '`script`',
    'Write script: { shell: … } or script: { command: …, args: […] }',
  );
  if (!map) return undefined;
  const fields = readFields(findings, map, SCRIPT, 'script');
  const { shell, command, interpreter, args } = fields;
  const timeoutMs = fields.timeout && readDuration(findings, fields.timeout, '`timeout`');
  const common = {
    kind: 'script' as const,
    env: readVariables(findings, fields.env, '`env`'),
    ...optional('stdin', fields.stdin && readText(findings, fields.stdin, '`stdin`')),
    ...optional('workingDir', fields.working_dir && readText(findings, fields.working_dir, '`working_dir`')),
  };
  if (shell && command) {
    error(
      findings,
      command.at,
      '`script` has both `shell` and `command`',
      '`shell` is shell source; `command` is a program, run without a shell. Keep one.',
    );
    return;
  }
  if (shell) {
    const source = readText(findings, shell, '`shell`');
    const reader = readInterpreter(findings, interpreter);
    if (args)
      warn(
        findings,
        args.at,
        '`args` has no effect beside `shell`',
        'Put the arguments into the shell line: "{{name}}".',
      );
    if (source === undefined || reader === undefined) return undefined;
    if (source.trim() === '') {
      error(findings, shell.at, '`shell` is empty');
      return;
    }
    return { action: { ...common, shell: source, interpreter: reader }, timeoutMs };
  }
  if (!command) {
    error(
      findings,
      node.at,
      '`script` runs nothing',
      'Give it `shell` (a shell line) or `command` (a program).',
    );
    return;
  }
  const program = readText(findings, command, '`command`');
  const list = args ? readTexts(findings, args, '`args`') : [];
  if (interpreter) warn(findings, interpreter.at, '`interpreter` has no effect beside `command`');
  if (program === undefined || !checkProgram(findings, command, program)) return undefined;
  return { action: { ...common, command: program, args: list }, timeoutMs };
}

function readProgram(findings: Findings, node: Node): ReadAction | undefined {
  const command = readText(findings, node, '`script`');
  if (command === undefined || !checkProgram(findings, node, command)) return undefined;
  const action: ScriptAction = { kind: 'script', env: {}, command, args: [] };
  return { action, timeoutMs: undefined };
}

function checkProgram(findings: Findings, node: Node, program: string): boolean {
  if (program.trim() === '') {
    error(findings, node.at, 'The name of a program is empty');
    return false;
  }
  if (/\s/.test(program.replaceAll(/\{\{.*?\}\}/g, ''))) {
    warn(
      findings,
      node.at,
      'This is taken for the name of one program, spaces and all',
      `A shell line is written script: { shell: ${quoted(program.split('\n', 1)[0] ?? '')} }, arguments stand in \`args\`.`,
    );
  }
  return true;
}

const INTERPRETERS = ['sh', 'bash', 'zsh', 'dash'] as const;

function readInterpreter(
  findings: Findings,
  node: Node | undefined,
): (typeof INTERPRETERS)[number] | undefined {
  if (!node) return 'sh';
  const text = readText(findings, node, '`interpreter`');
  const found = INTERPRETERS.find((name) => name === text?.replace(/^(\/usr)?\/bin\//, ''));
  if (found || text === undefined) return found;
  error(
    findings,
    node.at,
    `${JSON.stringify(text)} is no interpreter of \`shell\``,
    `It is one of ${INTERPRETERS.join(', ')}; another program is a \`command\`.`,
  );
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function readHttp(findings: Findings, node: Node): ReadAction | undefined {
  const map = asMap(findings, node, '`http`', 'Write http: { url: … }');
  if (!map) return undefined;
  const fields = readFields(findings, map, HTTP, 'http');
  const timeoutMs = fields.timeout && readDuration(findings, fields.timeout, '`timeout`');
  if (!fields.url) {
    error(findings, node.at, '`http` has no `url`');
    return;
  }
  const url = readText(findings, fields.url, '`url`');
  const method = fields.method ? readText(findings, fields.method, '`method`') : 'GET';
  const headers = fields.headers ? readTextMap(findings, fields.headers, '`headers`') : {};
  if (fields.headers?.kind === 'map') {
    for (const { key, keyAt } of fields.headers.entries) {
      if (!TOKEN.test(key)) error(findings, keyAt, `${JSON.stringify(key)} cannot name a header field`);
    }
  }
  if (url === undefined || method === undefined) return undefined;
  if (url.trim() === '') {
    error(findings, fields.url.at, '`url` is empty');
    return;
  }
  if (fields.method && !TOKEN.test(method) && !/[{$]\{/.test(method)) {
    error(findings, fields.method.at, `${JSON.stringify(method)} is no HTTP method`);
    return;
  }
  const action: HttpAction = {
    kind: 'http',
    method: /[{$]\{/.test(method) ? method : method.toUpperCase(),
    url: url.trim(),
    headers,
    query: fields.query ? readQuery(findings, fields.query) : {},
    ...(fields.body && !isNull(fields.body) && { body: readJsonOrText(findings, fields.body) }),
    ...optional(
      'extractJson',
      fields.extract_json && readText(findings, fields.extract_json, '`extract_json`'),
    ),
  };
  return { action, timeoutMs };
}

function readQuery(findings: Findings, node: Node): Record<string, string> {
  return readTextMap(findings, node, '`query`');
}

function readJsonOrText(findings: Findings, node: Node): unknown {
  return node.kind === 'scalar' ? node.text : readJson(findings, node);
}

const HANDLER = /^([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\.([A-Za-z_$][\w$]*)$/;

function readHandler(findings: Findings, node: Node, builtin: boolean): ReadAction | undefined {
  const text = readText(findings, node, '`handler`');
  if (text === undefined) return undefined;
  const [, module, name] = HANDLER.exec(text.trim()) ?? [];
  if (module === undefined || name === undefined) {
    error(
      findings,
      node.at,
      `${describe(node)} is no handler`,
      'Write module.function: `weather.current` is the function `current` of tools/weather.ts, .js, .mjs or .py.',
    );
    return;
  }
  const action: HandlerAction = { kind: 'handler', module, function: name, builtin };
  return { action, timeoutMs: undefined };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: Value });
}
