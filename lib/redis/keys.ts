import { GantzError } from '../errors.ts';
import { shorten } from '../json/parse.ts';

/** The sibling spaces of keys; no operation of one reaches into another. */
export type Space = 'cache' | 'list' | 'hash' | 'set' | 'session' | 'channel' | 'subscription' | 'rate';

const NAMESPACE = /^[A-Za-z0-9_.-]+$/;

/** Checks a namespace (`GANTZ_NAMESPACE`, default `mcp`); USAGE when it is not of `[A-Za-z0-9_.-]+`. */
export function parseNamespace(text: string | undefined): string {
  if (text === undefined || text === '') return 'mcp';
  if (NAMESPACE.test(text)) return text;
  throw new GantzError('USAGE', `GANTZ_NAMESPACE ${JSON.stringify(text)} is not a namespace`, {
    hint: 'Use letters, digits, "_", "." and "-".',
  });
}

/** `<namespace>:<space>:<name>`; INVALID_PARAMETERS when the name is not well-formed. */
export function keyOf(namespace: string, space: Space, name: string): string {
  return `${namespace}:${space}:${checkName(name, 'a key')}`;
}

/** The name of `what`, checked: with half a surrogate pair it could not be told from another in UTF-8. */
export function checkName(name: string, what: string): string {
  if (name.isWellFormed()) return name;
  throw new GantzError(
    'INVALID_PARAMETERS',
    `${JSON.stringify(shorten(name))} is not well-formed Unicode, so it cannot name ${what}`,
  );
}
