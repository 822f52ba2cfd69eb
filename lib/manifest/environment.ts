import { GantzError } from '../contract/errors.ts';
import type { Manifest, Tool } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';

// The greatest depth of nested references.
const DEEPEST = 50;

/**
 * Expands `${VAR}`, `${VAR-default}`, `${VAR?message}` and `${VAR+text}`, the last three also with a colon before the
 * operator and with nested references; `$$` is a dollar. With a colon, an empty variable is the same as an unset one. An
 * unset `${VAR}` is empty text; `$VAR`, `$1` and everything else that begins with a dollar stays as it is. Throws
 * MANIFEST_INVALID for an unset `${VAR?message}`.
 */
export function expand(text: string, env: Environment): string {
  return text.includes('$') ? expandParts(text, env, 0) : text;
}

/** Expands a text as if no variable were set. A required variable is empty text too. */
export function expandUnset(text: string): string {
  return text.includes('$') ? expandParts(text, undefined, 0) : text;
}

/**
 * Finds what begins like a reference but is none, such as `${VAR%x}` or an unclosed `${VAR`. `expand` leaves it as it is.
 */
export function unknownReferences(text: string): { offset: number; length: number }[] {
  const found: { offset: number; length: number }[] = [];
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at)) {
    if (text[at + 1] !== '{') {
      at += text[at + 1] === '$' ? 2 : 1;
      continue;
    }
    if (!readReference(text, at)) {
      // `${{ x }}` is a reference of other programs.
      const end = text[at + 2] === '{' ? text.indexOf('}}', at) + 1 || -1 : closingBrace(text, at + 2);
      found.push({ offset: at, length: (end === -1 ? text.length : end + 1) - at });
    }
    at += 2;
  }
  return found;
}

/** What to write in place of an unknown reference. */
export const REFERENCES =
  'Write ${VAR}, ${VAR-default}, ${VAR?message} or ${VAR+text}, the last three also as ${VAR:-default}. $$ is a dollar.';

/** The environment variables of an action. */
export type ActionVariables = {
  /** Its own variables, before expansion. */
  env?: Readonly<Record<string, string | null>>;
  /** Returns true for a variable that the action may read; without it, the action may read all of them. */
  reads?: (name: string) => boolean;
};

/**
 * Returns the environment that a tool runs in: the caller's variables, then the manifest's `env`, the tool's `environment` and
 * those of its action, each of which may refer to the ones before it. GANTZ_AUTH_TOKEN is for `${}` only: processes do not
 * inherit it unless one of these declares it. Throws MANIFEST_INVALID when a `${VAR:?}` that the action may read is not set.
 */
export function toolEnvironment(
  manifest: Manifest,
  tool: Tool,
  caller: Environment,
  { env = {}, reads = () => true }: ActionVariables = {},
): Record<string, string> {
  const environment = defined(caller);
  const declared = [manifest.env, tool.environment, env];
  if (!declared.some((entries) => Object.hasOwn(entries, AUTH_TOKEN))) hide(environment, AUTH_TOKEN);
  for (const entries of declared) assign(environment, entries, reads);
  return environment;
}

/** The variable with the token of `gantz serve`, which lets its owner call every tool. */
const AUTH_TOKEN = 'GANTZ_AUTH_TOKEN';

/** Makes a variable not enumerable, so that a copy of the environment for a process does not have it. */
function hide(environment: Record<string, string>, name: string): void {
  if (Object.hasOwn(environment, name)) Object.defineProperty(environment, name, { enumerable: false });
}

/**
 * Returns the caller's environment overridden by the manifest's `env`. Throws MANIFEST_INVALID only for an unset `${VAR:?}`
 * of a variable that connects to Redis.
 */
export function manifestEnvironment(manifest: Manifest, caller: Environment): Record<string, string> {
  const environment = defined(caller);
  assign(environment, manifest.env, connects);
  return environment;
}

/** Returns true for a variable that connects the bundled tools to Redis. */
function connects(name: string): boolean {
  return name.startsWith('REDIS_') || name.startsWith('GANTZ_');
}

function assign(
  environment: Record<string, string>,
  entries: Readonly<Record<string, string | null>>,
  isNeeded: (name: string) => boolean,
): void {
  for (const [name, text] of Object.entries(entries)) {
    // Null keeps the caller's variable. A text that is one unset variable sets nothing, so that a script can have a default
    // of its own.
    if (text === null) continue;
    const [, only] = /^\$\{([A-Za-z_]\w*)\}$/.exec(text) ?? [];
    if (only !== undefined && environment[only] === undefined) continue;
    try {
      environment[name] = expand(text, environment);
    } catch (thrown) {
      if (isNeeded(name) || !(thrown instanceof GantzError)) throw thrown;
    }
  }
}

function defined(env: Environment): Record<string, string> {
  const copy: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(env)) if (value !== undefined) copy[name] = value;
  return copy;
}

function expandParts(text: string, env: Environment | undefined, depth: number): string {
  if (depth > DEEPEST) throw new GantzError('MANIFEST_INVALID', `\${…} is nested more than ${DEEPEST} deep`);
  let result = '';
  let done = 0;
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at)) {
    if (text[at + 1] === '$') {
      result += text.slice(done, at + 1);
      done = at += 2;
      continue;
    }
    const reference = text[at + 1] === '{' ? readReference(text, at) : undefined;
    if (!reference) {
      at++;
      continue;
    }
    result += text.slice(done, at) + valueOf(reference, env, depth);
    done = at = reference.end;
  }
  return result + text.slice(done);
}

type Reference = {
  name: string;
  operator: '-' | '?' | '+' | '';
  /** True when the operator has a colon before it: an empty variable is the same as an unset one. */
  colon: boolean;
  word: string;
  end: number;
};

const HEAD = /\$\{([A-Za-z_]\w*)(?:(:?)([-?+])|(?=\}))/y;

/** Reads `${NAME}`, or `${NAME-word}` with another operator, at an offset, up to its closing brace. */
function readReference(text: string, at: number): Reference | undefined {
  HEAD.lastIndex = at;
  const [head, name, colon, operator = ''] = HEAD.exec(text) ?? [];
  if (head === undefined || name === undefined) return undefined;
  if (operator !== '-' && operator !== '?' && operator !== '+' && operator !== '') return undefined;
  const start = at + head.length;
  const end = closingBrace(text, start);
  if (end === -1) return undefined;
  return { name, operator, colon: colon === ':', word: text.slice(start, end), end: end + 1 };
}

/** Returns the offset of the brace that closes the reference opened before `start`, -1 when there is none. */
function closingBrace(text: string, start: number): number {
  let open = 1;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '$' && text[at + 1] === '$') at++;
    else if (character === '$' && text[at + 1] === '{') {
      open++;
      at++;
    } else if (character === '}' && --open === 0) return at;
  }
  return -1;
}

function valueOf(
  { name, operator, colon, word }: Reference,
  env: Environment | undefined,
  depth: number,
): string {
  if (!env) return operator === '-' ? expandParts(word, env, depth + 1) : '';
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (operator === '') return value ?? '';
  const isSet = value !== undefined && !(colon && value === '');
  if (operator === '+') return isSet ? expandParts(word, env, depth + 1) : '';
  if (isSet) return value;
  const text = expandParts(word, env, depth + 1);
  if (operator === '-') return text;
  throw new GantzError(
    'MANIFEST_INVALID',
    `The variable ${name} is not set${text === '' ? '' : `: ${text}`}`,
    {
      hint: `The manifest requires it. Set it: \`${name}=… gantz …\`.`,
    },
  );
}
