import { isObject } from '../json/object.ts';
import { pointerOf } from '../json/pointer.ts';
import { shorten } from '../json/parse.ts';
import type { Check, Errors } from './prebuilt.ts';

/** Throws when the caller no longer waits. `what` is the subject of the failure's message. */
export type Checkpoint = (what: string) => void;

/** A match that the engine of the platform must not or cannot make. */
type Match = { pattern: string; text: string };

/** The results of matches that a repeated run of a check has, by pattern and text, and the matches that it still needs. */
type Results = { known: Map<string, boolean>; open: Map<string, Match> };

const QUANTIFIER = /[*+?{|]/;

/**
 * The engines give up on long texts when a pattern has a group: that of Node throws a RangeError, that of the executable says
 * after about a million iterations that the text does not match. Shorter texts do not need so many, because a pattern that is
 * not ambiguous has at most 64 attempts for each character.
 */
const LONG_TEXT = 10_000;
const GROUP = /\(/;

/** The results of the current run. Checks are synchronous, so there is one run at a time. The first one has none. */
let results: Results | undefined;

/** Thrown by the first run of a check when it needs a result. */
const NO_RESULT = new Error('The result of a match is not known');

/**
 * Returns the ambiguous patterns of a schema; undefined when the engine of the platform is right about all patterns and fast.
 * The analysis is loaded only for a pattern with repetitions or alternatives.
 */
export async function findAmbiguous(schema: object): Promise<readonly string[] | undefined> {
  const patterns = [...new Set(patternsIn(schema))].filter((pattern) => QUANTIFIER.test(pattern));
  if (patterns.length === 0) return undefined;
  const { isAmbiguous } = await import('../regexp/ambiguity.ts');
  const ambiguous = patterns.filter(isAmbiguous);
  return ambiguous.length > 0 || patterns.some((pattern) => GROUP.test(pattern)) ? ambiguous : undefined;
}

function patternsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(patternsIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([keyword, member]) => {
    if (keyword === 'pattern' && typeof member === 'string') return [member];
    const names = keyword === 'patternProperties' && isObject(member) ? Object.keys(member) : [];
    return [...names, ...patternsIn(member)];
  });
}

/** Returns the function with which a compiled check makes its regular expressions. */
export function patternsWith(
  ambiguous: readonly string[],
): (pattern: string, flags: string) => Pick<RegExp, 'test'> {
  return (pattern, flags) => {
    const native = new RegExp(pattern, flags);
    if (!ambiguous.includes(pattern) && !GROUP.test(pattern)) return native;
    const test = (text: string): boolean =>
      ambiguous.includes(pattern)
        ? resultOf(pattern, text)
        : text.length < LONG_TEXT
          ? native.test(text)
          : testLong(native, pattern, text);
    // ajv tells engines apart by their text.
    const engine = { test, toString: () => String(native) };
    return engine;
  };
}

function testLong(native: RegExp, pattern: string, text: string): boolean {
  try {
    if (native.test(text)) return true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return resultOf(pattern, text);
}

/** Returns true when a pattern matches anywhere in a text. `checkpoint` ends a long match by throwing. */
export async function testPattern(pattern: string, text: string, checkpoint: Checkpoint): Promise<boolean> {
  const ambiguous = await findAmbiguous({ pattern });
  if (!ambiguous) return new RegExp(pattern, 'u').test(text);
  const { matchPattern } = await import('../regexp/match.ts');
  return await matchPattern(pattern, text, () => checkpoint(describeMatch(pattern)));
}

/** Returns whether a pattern matches anywhere in a text, for a check that is running. An unknown result is noted, and the returned value has no meaning. */
export function resultOf(pattern: string, text: string): boolean {
  if (!results) throw NO_RESULT;
  const key = `${pattern}\n${text}`;
  const result = results.known.get(key);
  if (result === undefined) results.open.set(key, { pattern, text });
  return result ?? false;
}

/**
 * Runs a check. Returns the errors; undefined for valid data. It returns a promise only when there are such matches. They are
 * made by a matcher that pauses every few milliseconds and then calls `checkpoint`.
 */
export function runCheck(
  check: Check,
  data: unknown,
  checkpoint?: Checkpoint,
): Errors | undefined | Promise<Errors | undefined> {
  try {
    return check(data) ? undefined : (check.errors ?? []);
  } catch (error) {
    if (error !== NO_RESULT) throw error;
    return runWithResults(check, data, checkpoint);
  }
}

/** Runs a check on copies until it has all results: a wrong result may add the defaults of the wrong schema. */
async function runWithResults(
  check: Check,
  data: unknown,
  checkpoint: Checkpoint = () => undefined,
): Promise<Errors | undefined> {
  const { matchPattern } = await import('../regexp/match.ts');
  const current: Results = { known: new Map(), open: new Map() };
  for (;;) {
    runOnce(check, structuredClone(data), current);
    if (current.open.size === 0) return runOnce(check, data, current);
    for (const [key, { pattern, text }] of current.open) {
      const throwWhenOver = (): void => checkpoint(describeMatch(pattern, placeOf(data, text)));
      current.known.set(key, await matchPattern(pattern, text, throwWhenOver));
    }
    current.open.clear();
  }
}

function runOnce(check: Check, data: unknown, current: Results): Errors | undefined {
  results = current;
  try {
    return check(data) ? undefined : (check.errors ?? []);
  } finally {
    results = undefined;
  }
}

function describeMatch(pattern: string, place = 'a text'): string {
  return `the match of ${place} with the pattern ${shorten(pattern)}`;
}

/** Returns the path of a text in the data: the JSON Pointer without its first slash. */
function placeOf(data: unknown, text: string, path: readonly string[] = []): string | undefined {
  if (data === text) return pointerOf(path).slice(1);
  if (typeof data !== 'object' || data === null) return undefined;
  for (const [name, member] of Object.entries(data)) {
    if (name === text) return pointerOf([...path, name]).slice(1);
    const place = placeOf(member, text, [...path, name]);
    if (place !== undefined) return place;
  }
  return undefined;
}
