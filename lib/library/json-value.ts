import { GantzError, type Detail } from '../errors.ts';
import { MAX_DEPTH } from '../json/depth.ts';

/**
 * A copy of a program's value as JSON has it: what has `toJSON` is what that gives, undefined members are left out, −0 is 0.
 * What JSON has no word for (NaN, bigint, functions, Map, …) is INVALID_PARAMETERS, where JSON.stringify would lose it
 * without a word.
 */
export function toJsonValue(value: unknown, what: string): unknown {
  const problems: Detail[] = [];
  const copied = copy(value, '', 0, problems);
  const [first] = problems;
  if (!first) return copied;
  const where = first.path ? `${first.path.slice(1)} ` : '';
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  throw new GantzError('INVALID_PARAMETERS', `${what}: ${where}${first.message}${more}`, {
    details: problems,
    hint: 'Parameters are JSON values: plain objects, arrays, strings, finite numbers, booleans and null.',
  });
}

function copy(value: unknown, path: string, depth: number, problems: Detail[]): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value + 0;
      problems.push({ path, message: `must be a finite number, not ${value}` });
      return undefined;
    case 'object':
      return value === null ? null : copyObject(value, path, depth, problems);
    default:
      problems.push({ path, message: `must be a JSON value, not ${typeof value}` });
      return undefined;
  }
}

function copyObject(value: object, path: string, depth: number, problems: Detail[]): unknown {
  if (depth >= MAX_DEPTH) {
    problems.push({ path: '', message: `nests deeper than ${MAX_DEPTH} levels, or holds itself` });
    return undefined;
  }
  if (Array.isArray(value)) {
    // Array.from sees the holes of a sparse array, where map would skip them.
    return Array.from(value, (item: unknown, index) => copy(item, `${path}/${index}`, depth + 1, problems));
  }
  if (hasToJson(value)) return copy(value.toJSON(), path, depth + 1, problems);
  if (!isPlain(value)) {
    problems.push({ path, message: `must be a plain object, not a ${value.constructor.name}` });
    return undefined;
  }
  // fromEntries defines even `__proto__` as a plain member, where an assignment would not.
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [
        name,
        copy(member, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1, problems),
      ]),
  );
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Whether an object is a literal, of this realm or another, or has no prototype at all. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
