import { GantzError } from '../contract/errors.ts';
import { shorten } from '../json/parse.ts';

/** The second part of a key. Each group of tools has its own space, and no operation uses keys of another group. */
export type Space = 'cache' | 'list' | 'hash' | 'set' | 'session' | 'channel' | 'subscription' | 'rate';

const NAMESPACE = /^[A-Za-z0-9_.-]+$/;

/**
 * Returns the namespace of `GANTZ_NAMESPACE`, `mcp` when it is not set. Throws USAGE unless it is `[A-Za-z0-9_.-]+`.
 */
export function parseNamespace(text: string | undefined): string {
  if (text === undefined || text === '') return 'mcp';
  if (NAMESPACE.test(text)) return text;
  throw new GantzError('USAGE', `GANTZ_NAMESPACE ${JSON.stringify(text)} is not a namespace`, {
    hint: 'Use letters, digits, "_", "." and "-".',
  });
}

/** Returns `<namespace>:<space>:<name>`. Throws INVALID_PARAMETERS when the name is not well-formed Unicode. */
export function keyOf(namespace: string, space: Space, name: string): string {
  return `${namespace}:${space}:${checkName(name, 'a key')}`;
}

/**
 * Returns the name. Throws INVALID_PARAMETERS when it is not well-formed Unicode: in UTF-8 all lone surrogates become
 * the same character, so two such names would be one. `what` says in the message what the name is for.
 */
export function checkName(name: string, what: string): string {
  if (name.isWellFormed()) return name;
  throw new GantzError(
    'INVALID_PARAMETERS',
    `${JSON.stringify(shorten(name))} is not well-formed Unicode, so it cannot name ${what}`,
  );
}
