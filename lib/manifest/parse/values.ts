import { losesDigits } from '../../json/number.ts';
import { parseDuration } from '../../duration.ts';
import { error, spend, type Findings } from '../yaml/problems.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';

/** Text; numbers and booleans count as what is written, so that `version: 1.10` keeps its zero. */
export function readText(findings: Findings, node: Node, what: string): string | undefined {
  if (node.kind === 'scalar' && node.value !== null) return node.text;
  error(findings, node.at, `${what} must be text, not ${describe(node)}`);
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
};

/** true or false; also `yes`, `no`, `on` and `off`, which older YAML took for them. */
export function readBoolean(findings: Findings, node: Node, what: string): boolean | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
  const word = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.toLowerCase() : '';
  if (Object.hasOwn(BOOLEANS, word)) return BOOLEANS[word];
  error(findings, node.at, `${what} must be true or false, not ${describe(node)}`);
}

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** A number; text that stands for one counts when that loses nothing. */
export function readNumber(findings: Findings, node: Node, what: string): number | undefined {
  if (node.kind === 'scalar' && (typeof node.value === 'number' || DECIMAL.test(node.text))) {
    const number = typeof node.value === 'number' ? node.value : Number(node.text);
    if (isExact(node.text, number)) return number + 0;
    error(findings, node.at, `${what} is ${node.text}, which no JSON number holds without losing digits`);
    return;
  }
  error(findings, node.at, `${what} must be a number, not ${describe(node)}`);
}

/** An integer from 0. */
export function readCount(findings: Findings, node: Node, what: string): number | undefined {
  const number = readNumber(findings, node, what);
  if (number === undefined || (Number.isSafeInteger(number) && number >= 0)) return number;
  error(findings, node.at, `${what} must be an integer from 0, not ${describe(node)}`);
}

/** A duration in milliseconds. */
export function readDuration(findings: Findings, node: Node, what: string): number | undefined {
  const ms = node.kind === 'scalar' && node.value !== null ? parseDuration(node.text) : undefined;
  if (ms !== undefined) return ms;
  error(
    findings,
    node.at,
    `${what} must be a duration above 0 and below 25 days, not ${describe(node)}`,
    'Write 30 or 30s (seconds), 1m30s, or 500ms.',
  );
}

/** A list of texts; one text counts as a list of one. */
export function readTexts(findings: Findings, node: Node, what: string): string[] {
  if (node.kind === 'map') {
    error(findings, node.at, `${what} must be a list of texts, not a map`);
    return [];
  }
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => readText(findings, item, `Each item of ${what}`) ?? []);
}

/** A map of texts; nothing after a key is the empty text. */
export function readTextMap(findings: Findings, node: Node, what: string): Record<string, string> {
  if (node.kind !== 'map') {
    error(findings, node.at, `${what} must be a map of name → text, not ${describe(node)}`);
    return {};
  }
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }) => {
      const text = isNull(value) ? '' : readText(findings, value, `${what}.${key}`);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

/** Any value as JSON data; a number that JSON cannot hold as it is written is an error. */
export function readJson(findings: Findings, node: Node): unknown {
  spend(findings, node.at);
  switch (node.kind) {
    case 'list':
      return node.items.map((item) => readJson(findings, item));
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, readJson(findings, value)]));
    case 'scalar':
      if (typeof node.value !== 'number') return node.value;
      if (isExact(node.text, node.value)) return node.value + 0;
      error(
        findings,
        node.at,
        `JSON has no number that is ${node.text}`,
        `Quote it to keep it as text: "${node.text}"`,
      );
      return null;
  }
}

/** Whether a number says what is written; hexadecimal and octal ones do while they are integers that a double holds. */
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
