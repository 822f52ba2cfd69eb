import { GantzError } from '../errors.ts';

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

/** `<namespace>:<space>:<name>`. A name with half a surrogate pair cannot be told from another in UTF-8: INVALID_PARAMETERS. */
export function keyOf(namespace: string, space: Space, name: string): string {
  if (!name.isWellFormed()) {
    throw new GantzError(
      'INVALID_PARAMETERS',
      `${JSON.stringify(name)} is not well-formed Unicode, so it cannot name a key`,
    );
  }
  return `${namespace}:${space}:${name}`;
}
