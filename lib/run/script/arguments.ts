import { GantzError } from '../../contract/errors.ts';
import { pointerOf } from '../../json/pointer.ts';
import { argumentVariable } from '../../manifest/argument-variable.ts';
import { expand } from '../../manifest/environment.ts';
import type { Invocation } from '../invocation.ts';
import { choose, parseTemplate, renderTemplate, renderValue, valueAt } from '../template.ts';
import { throwFirstError } from './placeholders.ts';

/** The maximum size of one argument or one variable (`NAME=value`) in bytes, including the NUL at its end. */
const MAX_ARGUMENT_BYTES = 128 * 1024;

/**
 * Renders the arguments of a command. The value of a placeholder is never split into several arguments. An argument that
 * consists only of omitted parameters is left out. A command that mentions none of the tool's parameters gets all of them as
 * one JSON object. Throws INVALID_PARAMETERS for a value that no process can receive.
 */
export function renderArguments(
  args: readonly string[],
  stdin: string | undefined,
  invocation: Invocation,
): string[] {
  const { tool, params, environment } = invocation;
  const names = Object.keys(tool.inputSchema.properties);
  const templates = args.map((arg) => parseTemplate(arg, names));
  const rendered: string[] = [];
  for (const template of templates) {
    throwFirstError(template.problems);
    const pieces = choose(template.segments, params);
    const present = pieces.some((piece) => piece.kind === 'literal' || isGiven(valueAt(params, piece.path)));
    if (template.segments.length > 0 && !present) continue;
    const text = renderTemplate(template, params, { literal: (written) => expand(written, environment) });
    const mentioned = [...template.mentions];
    checkReceivable(text, mentioned, `An argument of ${tool.name}`);
    rendered.push(text);
  }
  const mentions = templates.some((template) => template.mentions.size > 0);
  const inInput = stdin !== undefined && parseTemplate(stdin, names).mentions.size > 0;
  if (names.length > 0 && !mentions && !inInput) {
    const json = JSON.stringify(params);
    checkReceivable(json, Object.keys(params), `The JSON argument of ${tool.name}`);
    rendered.push(json);
  }
  return rendered;
}

/** Renders the standard input of a script. Throws INVALID_PARAMETERS for text that is not well-formed Unicode. */
export function renderInput(stdin: string, { tool, params, environment }: Invocation): string {
  const template = parseTemplate(stdin, Object.keys(tool.inputSchema.properties));
  throwFirstError(template.problems);
  const input = renderTemplate(template, params, { literal: (text) => expand(text, environment) });
  if (isWellFormed(input)) return input;
  throw new GantzError('INVALID_PARAMETERS', `The input of ${tool.name} is not well-formed Unicode`);
}

/**
 * Returns GANTZ_ARG_<NAME> for every parameter that is given and not null. Throws INVALID_PARAMETERS for a value that no
 * variable can hold, unless the script receives it through `stdin` and `uses` returns false for the variable.
 */
export function argumentVariables(
  { tool, params }: Invocation,
  { stdin, uses }: { stdin: string | undefined; uses: (variable: string) => boolean },
): Record<string, string> {
  const inInput =
    stdin === undefined
      ? new Set<string>()
      : parseTemplate(stdin, Object.keys(tool.inputSchema.properties)).mentions;
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (!isGiven(value)) continue;
    const variable = argumentVariable(name);
    const text = renderValue(value);
    const problem = whyNotReceivable(`${variable}=${text}`);
    if (problem === undefined) variables[variable] = text;
    else if (!inInput.has(name) || uses(variable))
      throw notReceivable(`The parameter ${name}`, problem, [name]);
  }
  return variables;
}

/** Throws INVALID_PARAMETERS for text that no process can receive as an argument or a variable. */
export function checkReceivable(text: string, names: readonly string[], what: string): void {
  const problem = whyNotReceivable(text);
  if (problem !== undefined) throw notReceivable(what, problem, names);
}

const ILL_FORMED = 'is not well-formed Unicode';

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function whyNotReceivable(text: string): string | undefined {
  if (text.includes('\0')) return 'contains a NUL character';
  if (!isWellFormed(text)) return ILL_FORMED;
  // A UTF-16 unit is at most three bytes, so a short text need not be measured.
  if (text.length * 3 < MAX_ARGUMENT_BYTES || Buffer.byteLength(text) < MAX_ARGUMENT_BYTES) return undefined;
  return 'is longer than 128 KiB';
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function notReceivable(what: string, problem: string, names: readonly string[]): GantzError {
  const message = `${problem}, which no process can receive as an argument or a variable`;
  return new GantzError('INVALID_PARAMETERS', `${what} ${message}`, {
    hint:
      problem === ILL_FORMED
        ? 'Send text in which every surrogate is part of a pair.'
        : 'Pass it through `stdin` in the manifest: stdin: "{{name}}".',
    details: names.map((name) => ({ path: pointerOf([name]), message })),
  });
}
