import { GantzError } from '../contract/errors.ts';
import { shorten } from '../json/parse.ts';

/**
 * The second part of a key, and whether `gantz export` copies the keys that have it. Not copied are names of channels, which
 * are no keys, and state that is worthless after a while or elsewhere: locks, leases, claims and idempotency records.
 */
const EXPORTED = {
  cache: true,
  /** The leases of cached values, and their stale copies. */
  lease: false,
  list: true,
  hash: true,
  set: true,
  sorted_set: true,
  session: true,
  /** The sessions of each owner. */
  session_owner: true,
  stream: true,
  queue: true,
  rate: true,
  lock: false,
  channel: false,
  subscription: false,
  wake: false,
  /** What guards keep: cached answers, counts and leases. */
  guard: false,
  /** What calls with an idempotency key keep. */
  idempotency: false,
  /** Structures that `gantz import` has not finished. */
  import: false,
} as const satisfies Record<string, boolean>;

/** The second part of a key. Each group of tools has its own space, and no operation uses keys of another group. */
export type Space = keyof typeof EXPORTED;

/** Returns true for a space whose keys `gantz export` copies; false for any other text. */
export function isExported(space: string): space is Space {
  return Object.hasOwn(EXPORTED, space) && EXPORTED[space as Space];
}

/** The namespace when GANTZ_NAMESPACE is not set. */
const DEFAULT_NAMESPACE = 'mcp';

const NAMESPACE = /^[A-Za-z0-9_.-]+$/;

/**
 * Returns the namespace of `GANTZ_NAMESPACE`, `mcp` when it is not set. Throws USAGE unless it is `[A-Za-z0-9_.-]+`.
 */
export function parseNamespace(text: string | undefined): string {
  if (text === undefined || text === '') return DEFAULT_NAMESPACE;
  if (isNamespace(text)) return text;
  throw new GantzError('USAGE', `GANTZ_NAMESPACE ${JSON.stringify(text)} is not a namespace`, {
    hint: 'Use letters, digits, "_", "." and "-".',
  });
}

/** Returns true for the text of a namespace. */
export function isNamespace(text: string): boolean {
  return NAMESPACE.test(text);
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

/**
 * Returns `{<letter>:<name>}`, with which the names of all keys of one structure begin, so that they are in one cluster slot.
 * `%` and `}` in the name are written as %25 and %7D: the tag is never empty and no name ends it.
 */
export function structureTag(letter: string, name: string): string {
  return `{${letter}:${name.replaceAll('%', '%25').replaceAll('}', '%7D')}}`;
}

/** Returns the name of a structure from its tag without braces and letter. */
export function nameOfTag(tag: string): string {
  return tag.replaceAll('%7D', '}').replaceAll('%25', '%');
}
