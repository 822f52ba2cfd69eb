import { error, type Findings } from '../yaml/problems.ts';
import { describe, isNull, type Node } from '../yaml/node.ts';
import { readText } from './values.ts';

const NAME = /^[^=\0\s]+$/;

/** Environment variables: a map, a list of names to pass on, or a list of `NAME=value`. Null passes the caller's on. */
export function readVariables(
  findings: Findings,
  node: Node | undefined,
  what: string,
): Record<string, string | null> {
  if (!node) return {};
  if (node.kind === 'scalar') {
    error(findings, node.at, `${what} must be a map or a list, not ${describe(node)}`, 'Write NAME: value');
    return {};
  }
  const entries: [string, string | null][] = [];
  if (node.kind === 'map') {
    for (const { key, keyAt, value } of node.entries) {
      if (!checkName(findings, keyAt, key)) continue;
      const text = isNull(value) ? null : readText(findings, value, `${what}.${key}`);
      if (text !== undefined) entries.push([key, text]);
    }
    return Object.fromEntries(entries);
  }
  for (const item of node.items) {
    if (item.kind === 'map') {
      // `- NAME: value` is one entry of a map where a list was begun; what it means is plain.
      entries.push(...Object.entries(readVariables(findings, item, what)));
      continue;
    }
    const text = readText(findings, item, `Each item of ${what}`);
    if (text === undefined) continue;
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    if (checkName(findings, item.at, name))
      entries.push([name, equals === -1 ? null : text.slice(equals + 1)]);
  }
  return Object.fromEntries(entries);
}

function checkName(findings: Findings, at: Node['at'], name: string): boolean {
  if (NAME.test(name)) return true;
  error(findings, at, `${JSON.stringify(name)} cannot name a variable`, 'A name has no = and no space.');
  return false;
}
