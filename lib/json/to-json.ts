import { MAX_DEPTH } from './depth.ts';

/** What in a value has no JSON: where, and a predicate for a sentence such as `is a function`. */
export type LossyPart = { path: readonly (string | number)[]; message: string };

/** A copy of a value as JSON has it, or every part of it that JSON cannot carry. */
export type Converted = { value: unknown } | { problems: readonly [LossyPart, ...LossyPart[]] };

/**
 * Converts a program's value as JSON.stringify does, but reports what that would lose or change without an error:
 * - NaN, infinities, BigInts, functions and symbols;
 * - `undefined` as an item of an array, holes included: it would become null, which is another value. As a member of an
 *   object it is left out, because an absent member reads as undefined, too;
 * - bytes, and objects of a class whose content is not in their own enumerable members: Map, Set, Error, Headers, …
 *   Other objects of a class give their own enumerable members;
 * - objects inside themselves, nesting deeper than MAX_DEPTH, and what throws when it is read.
 * What has `toJSON` is what that returns; −0 becomes 0.
 */
export function toJson(value: unknown): Converted {
  const walk: Walk = { path: [], open: new Set(), problems: [] };
  const copied = copy(value, walk);
  const [first, ...more] = walk.problems;
  return first ? { problems: [first, ...more] } : { value: copied };
}

type Walk = {
  /** The steps to the present value. */
  path: (string | number)[];
  /** The objects around it. */
  open: Set<object>;
  problems: LossyPart[];
};

function copy(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value + 0 : report(walk, `is ${value}`);
    case 'undefined':
      return report(walk, 'is undefined');
    case 'bigint':
      return report(walk, 'is a BigInt');
    case 'function':
    case 'symbol':
      return report(walk, `is a ${typeof value}`);
    case 'object':
      break;
  }
  if (value === null) return null;
  try {
    if (ArrayBuffer.isView(value)) return report(walk, 'is binary data, which must become text first');
    if (!hasToJson(value)) return copyObject(value, walk);
    const instead = value.toJSON();
    // As in JSON.stringify, a toJSON of what it returns is not called.
    return typeof instead === 'object' && instead !== null ? copyObject(instead, walk) : copy(instead, walk);
  } catch (error) {
    // A getter or a toJSON may throw anything.
    return report(walk, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Gives undefined, for the place of what has no copy. */
function report({ path, problems }: Walk, message: string): unknown {
  problems.push({ path: [...path], message });
  return undefined;
}

function copyObject(object: object, walk: Walk): unknown {
  const { open } = walk;
  if (open.has(object)) return report(walk, 'is inside itself');
  if (open.size >= MAX_DEPTH) return report(walk, `is nested deeper than ${MAX_DEPTH} levels`);
  open.add(object);
  try {
    // Array.from visits the holes of a sparse array, which map would skip.
    if (Array.isArray(object))
      return Array.from(object, (item: unknown, index) => copyPart(item, index, walk));
    const members = Object.entries(object);
    if (losesContent(object, members.length)) return report(walk, `is of the type ${classOf(object)}`);
    // fromEntries defines even `__proto__` as a plain member, which an assignment would not.
    return Object.fromEntries(
      members
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, copyPart(member, name, walk)]),
    );
  } finally {
    open.delete(object);
  }
}

function copyPart(value: unknown, step: string | number, walk: Walk): unknown {
  walk.path.push(step);
  const copied = copy(value, walk);
  walk.path.pop();
  return copied;
}

/** Types whose content is elsewhere, even where somebody added a member. */
const OPAQUE = [Error, Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, RegExp, String] as const;

function losesContent(object: object, members: number): boolean {
  return OPAQUE.some((type) => object instanceof type) || (members === 0 && !isPlain(object));
}

/** Whether an object is a literal, of this realm or another, or has no prototype at all. */
function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function classOf(object: object): string {
  return OPAQUE.find((type) => object instanceof type)?.name ?? object.constructor.name;
}

function hasToJson(object: object): object is { toJSON(): unknown } {
  return 'toJSON' in object && typeof object.toJSON === 'function';
}
