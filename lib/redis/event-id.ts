import { GantzError } from '../contract/errors.ts';
import { shorten } from '../json/parse.ts';

/**
 * The id of an event of a stream, `<ms>-<n>`: n is the number of events that were ever appended to the stream, this one
 * included. Entries of other programs can have any n.
 */
type EventId = { ms: bigint; n: bigint };

const FORM = /^(\d{1,20})-(\d{1,20})$/;
/** The parts of an id are less than this. */
const END = 2n ** 64n - 1n;

/** Checks a parameter that is the id of an event, and returns it. Throws INVALID_PARAMETERS. `path` is its JSON Pointer. */
export function checkEventId(text: string, path: string): string {
  const [, ms, n] = FORM.exec(text) ?? [];
  if (ms !== undefined && n !== undefined && BigInt(ms) < END && BigInt(n) < END) return text;
  throw new GantzError('INVALID_PARAMETERS', `${JSON.stringify(shorten(text))} is not the id of an event`, {
    hint: 'Pass an id or a last_id that a stream tool returned, such as "1767225600000-1".',
    details: [{ path, message: 'is not <ms>-<n>' }],
  });
}

/** Returns true when the first event comes after the second one. */
export function isAfter(first: string, second: string): boolean {
  const [one, other] = [parse(first), parse(second)];
  return one.ms === other.ms ? one.n > other.n : one.ms > other.ms;
}

/**
 * Returns the number of events between `after` and the events of `ids`, which follow it: they were removed from the stream.
 * Returns null when the ids do not count: `after` is not the id of an event, the stream was made anew, or it has entries of
 * other programs.
 */
export function countLost(after: string, ids: readonly string[]): number | null {
  const begin = parse(after);
  if (ids.length > 0 && isBetweenEvents(begin)) return null;
  let { n } = begin;
  let lost = 0n;
  for (const id of ids) {
    const next = parse(id).n;
    if (next <= n) return null;
    lost += next - n - 1n;
    n = next;
  }
  return toCount(lost);
}

/** A stream as XINFO describes it; `last` is the newest event that it ever had. */
export type StreamState = { length: number; first: string; last: string };

/** Returns how many events of a stream come after an id, null when the ids do not count. */
export function countAfter(id: string, { length, first, last }: StreamState): number | null {
  if (length === 0 || !isAfter(last, id)) return 0;
  if (isAfter(first, id)) return length;
  const [one, begin, end] = [parse(id), parse(first), parse(last)];
  if (isBetweenEvents(one) || end.n - begin.n + 1n !== BigInt(length)) return null;
  return toCount(end.n - one.n);
}

/** Returns true for an id that is a time and not an event, such as 1767225600000-0. */
function isBetweenEvents({ ms, n }: EventId): boolean {
  return n === 0n && ms !== 0n;
}

function toCount(count: bigint): number | null {
  return count >= 0n && count <= Number.MAX_SAFE_INTEGER ? Number(count) : null;
}

/** Parses an id, `0` included. */
function parse(text: string): EventId {
  const [, ms = '0', n = '0'] = FORM.exec(text) ?? [];
  return { ms: BigInt(ms), n: BigInt(n) };
}
