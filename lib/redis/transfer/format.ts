import { isUtf8 } from 'node:buffer';
import { GantzError } from '../../contract/errors.ts';
import type { Word } from '../commands.ts';

// An export is NDJSON: a header, the parts of each structure one after the other, and a last line. docs/redis.md describes it.

/** The first line of an export has these values. */
export const FORMAT = 'gantz-export';
export const VERSION = 1;

/** Bytes of Redis: text, or base64 when they are not UTF-8 or long. */
export type Bytes = string | { base64: string };

/** The types of Redis that are copied. */
export const TYPES = ['string', 'list', 'hash', 'set', 'zset', 'stream'] as const;
export type Type = (typeof TYPES)[number];

/** The first line. `time_ms` is the time of the server, in Unix milliseconds. */
export type Header = { format: typeof FORMAT; version: number; namespace: string; time_ms: number };

/**
 * One element of a structure, by its type:
 * list and set: the element; hash: [field, value]; zset: [member, score]; string: a piece of the text;
 * stream: ['entry', id, field, value, …], ['state', last id, entries added or null, greatest deleted id or null],
 * ['group', name, last id, entries read or null], ['consumer', group, name], or
 * ['pending', group, id, consumer, time of the delivery in Unix milliseconds, number of deliveries].
 */
export type Item = Bytes | readonly (Bytes | number | null)[];

/** A structure, or a part of it when it has `part`. `more` means that the next line is the next part of it. */
export type Part = {
  space: string;
  /** The key without `<namespace>:<space>:`. */
  name: Bytes;
  type: Type;
  expires_at_ms?: number;
  /** Counts from 1. */
  part?: number;
  more?: true;
  /** The structure was deleted or has expired while it was read: it must not be imported. */
  gone?: true;
  /** The text of a string; otherwise an array of items. */
  value: Bytes | readonly Item[];
};

/** The last line: how many structures of each type the export has. */
export type End = { end: true; keys: number; types: Partial<Record<Type, number>> };

/** Longer text is written as base64. As JSON, it could need six times its length. */
const LONGEST_TEXT = 1024 * 1024;
/** Base64 of more bytes does not fit into a string of JavaScript. */
const LONGEST_BYTES = 128 * 1024 * 1024;
/** A line of an export is not longer. */
export const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Throws OUTPUT_TOO_LARGE for more than 128 MiB. */
export function encodeBytes(bytes: Buffer): Bytes {
  if (bytes.length <= LONGEST_TEXT && isUtf8(bytes)) return bytes.toString('utf8');
  if (bytes.length <= LONGEST_BYTES) return { base64: bytes.toString('base64') };
  throw new GantzError(
    'OUTPUT_TOO_LARGE',
    `An element of a structure has ${bytes.length} bytes; the limit is ${LONGEST_BYTES}`,
  );
}

/** Returns the bytes, as text where they are text. */
export function decodeBytes(bytes: Bytes): Word {
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes.base64, 'base64');
}

/** Returns about how many characters items have in a line. */
export function sizeOfAll(items: readonly Item[]): number {
  let size = 0;
  for (const item of items) size += sizeOf(item);
  return size;
}

/** Returns about how many characters an item has in a line. */
export function sizeOf(item: Item | number | null): number {
  if (typeof item === 'string') return item.length + 3;
  if (typeof item !== 'object' || item === null) return 8;
  if ('base64' in item) return item.base64.length + 14;
  let size = 2;
  for (const one of item) size += sizeOf(one);
  return size;
}
