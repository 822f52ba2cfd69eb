import { losesDigits } from '../../json/number.ts';
import { parseDuration, parseSize } from '../../contract/settings.ts';
import { REFERENCES, unknownReferences } from '../environment.ts';
import { error, spend, warn, type Problems } from '../yaml/problems.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';

/** Reads text. A number or a boolean is read as its source text, so that `version: 1.10` keeps its zero. */
export function readText(problems: Problems, node: Node, what: string): string | undefined {
  if (node.kind === 'scalar' && node.value !== null) return node.text;
  error(problems, node.at, `${what} must be text, not ${describe(node)}`);
}

/** Reads text that is not empty. */
export function readNonEmpty(problems: Problems, node: Node, what: string): string | undefined {
  const text = readText(problems, node, what);
  if (text === undefined || text.trim() !== '') return text;
  error(problems, node.at, `${what} must not be empty`);
}

/** Reads one of these words. */
export function readChoice<Word extends string>(
  problems: Problems,
  node: Node,
  what: string,
  words: readonly Word[],
): Word | undefined {
  const word = node.kind === 'scalar' ? words.find((one) => one === node.text) : undefined;
  if (word !== undefined) return word;
  error(problems, node.at, `${what} must be ${words.join(' or ')}, not ${describe(node)}`);
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** Reads true or false; also `yes`, `no`, `on` and `off`, which are booleans in YAML 1.1. */
export function readBoolean(problems: Problems, node: Node, what: string): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  const word = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.toLowerCase() : '';
  if (Object.hasOwn(BOOLEANS, word)) return BOOLEANS[word];
  error(problems, node.at, `${what} must be true or false, not ${describe(node)}`);
}

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** Reads a number, or text that is one and loses no digits as a number. */
export function readNumber(problems: Problems, node: Node, what: string): number | undefined {
  if (node.kind === 'scalar' && (typeof node.value === 'number' || DECIMAL.test(node.text))) {
    const number = typeof node.value === 'number' ? node.value : Number(node.text);
    if (isExact(node.text, number)) return number + 0;
    error(problems, node.at, `${what}, ${node.text}, loses digits as a JSON number`);
    return;
  }
  error(problems, node.at, `${what} must be a number, not ${describe(node)}`);
}

/** Reads an integer of at least 0. */
export function readCount(problems: Problems, node: Node, what: string): number | undefined {
  const number = readNumber(problems, node, what);
  if (number === undefined || (Number.isSafeInteger(number) && number >= 0)) return number;
  error(problems, node.at, `${what} must be an integer of at least 0, not ${describe(node)}`);
}

/** Reads a duration in milliseconds. */
export function readDuration(problems: Problems, node: Node, what: string): number | undefined {
  const ms = node.kind === 'scalar' && node.value !== null ? parseDuration(node.text) : undefined;
  if (ms !== undefined) return ms;
  error(
    problems,
    node.at,
    `${what} must be a duration above 0 and below 25 days, not ${describe(node)}`,
    'Write 30 or 30s (seconds), 1m30s, or 500ms.',
  );
}

/** Reads how long something waits, in milliseconds; 0 when it does not wait. */
export function readWait(problems: Problems, node: Node, what: string): number | undefined {
  const isText = node.kind === 'scalar' && node.value !== null;
  const ms = isText ? parseDuration(node.text, { orZero: true }) : undefined;
  if (ms !== undefined) return ms;
  error(
    problems,
    node.at,
    `${what} must be a duration of at least 0 and below 25 days, not ${describe(node)}`,
    'Write 30 or 30s (seconds), 1m30s or 500ms; 0 or 0s does not wait.',
  );
}

/** Reads a size in bytes. */
export function readSize(problems: Problems, node: Node, what: string): number | undefined {
  const bytes = node.kind === 'scalar' && node.value !== null ? parseSize(node.text) : undefined;
  if (bytes !== undefined) return bytes;
  error(
    problems,
    node.at,
    `${what} must be a size above 0, not ${describe(node)}`,
    'Write 10MiB, 512KiB or a number of bytes.',
  );
}

/** Reads a list of texts, or one text as a list of one. */
export function readTexts(problems: Problems, node: Node, what: string): string[] {
  if (node.kind === 'map') {
    error(problems, node.at, `${what} must be a list of texts, not a map`);
    return [];
  }
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => readText(problems, item, `Each item of ${what}`) ?? []);
}

/** Reads a map of texts. A key without a value has the empty text. */
export function readTextMap(problems: Problems, node: Node, what: string): Record<string, string> {
  if (node.kind !== 'map') {
    error(problems, node.at, `${what} must be a map of name → text, not ${describe(node)}`);
    return {};
  }
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }) => {
      const text = isNull(value) ? '' : readText(problems, value, `${key} of ${what}`);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

const VARIABLE = /^[^=\0\s]+$/;

/**
 * Parses environment variables: a map, a list of names to pass on, or a list of `NAME=value`. Null keeps the
 * caller's variable.
 */
export function readVariables(
  problems: Problems,
  node: Node | undefined,
  what: string,
): Record<string, string | null> {
  if (!node) return {};
  if (node.kind === 'scalar') {
    error(problems, node.at, `${what} must be a map or a list, not ${describe(node)}`, 'Write NAME: value');
    return {};
  }
  const entries: [string, string | null][] = [];
  if (node.kind === 'map') {
    for (const { key, keyAt, value } of node.entries) {
      if (!checkName(problems, keyAt, key)) continue;
      const text = isNull(value) ? null : readText(problems, value, `${key} of ${what}`);
      if (text === undefined) continue;
      checkReferences(problems, value, text ?? '');
      entries.push([key, text]);
    }
    return Object.fromEntries(entries);
  }
  for (const item of node.items) {
    if (item.kind === 'map') {
      // `- NAME: value` in a list is a map of one entry.
      entries.push(...Object.entries(readVariables(problems, item, what)));
      continue;
    }
    const text = readText(problems, item, `Each item of ${what}`);
    if (text === undefined) continue;
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    if (!checkName(problems, item.at, name)) continue;
    checkReferences(problems, item, text);
    entries.push([name, equals === -1 ? null : text.slice(equals + 1)]);
  }
  return Object.fromEntries(entries);
}

/** Reports every `${…}` that is not a reference to a variable. */
function checkReferences(problems: Problems, { at }: Node, text: string): void {
  for (const { offset, length } of unknownReferences(text))
    warn(
      problems,
      at,
      `\`${text.slice(offset, offset + length)}\` is not a reference to a variable, so it is kept as text`,
      REFERENCES,
    );
}

function checkName(problems: Problems, at: Node['at'], name: string): boolean {
  if (VARIABLE.test(name)) return true;
  error(
    problems,
    at,
    `${JSON.stringify(name)} is not a valid name of a variable`,
    'Remove = and spaces from the name.',
  );
  return false;
}

/** Reads any value as JSON data. Reports a number that loses digits in JSON. */
export function readJson(problems: Problems, node: Node): unknown {
  spend(problems, node.at);
  switch (node.kind) {
    case 'list':
      return node.items.map((item) => readJson(problems, item));
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, readJson(problems, value)]));
    case 'scalar':
      if (typeof node.value !== 'number') return node.value;
      if (isExact(node.text, node.value)) return node.value + 0;
      error(
        problems,
        node.at,
        `JSON cannot represent the number ${node.text} exactly`,
        `To use it as text, quote it: "${node.text}"`,
      );
      return null;
  }
}

/** Returns true when a number is exactly its source text; a hexadecimal or octal one must be a safe integer. */
function isExact(text: string, number: number): boolean {
  if (!Number.isFinite(number)) return false;
  if (!DECIMAL.test(text)) return Number.isSafeInteger(number);
  const plain = text
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|[eE])/, '')
    .replace(/^(-?)0+(?=\d)/, '$1');
  return !losesDigits(plain);
}
