import { MAX_DEPTH } from './depth.ts';

/** A part of a value that JSON cannot represent: its path, and a predicate for a sentence, such as `is a function`. */
export type LossyPart = { path: readonly (string | number)[]; message: string };

/** A copy of a value as JSON represents it, or every part of it that JSON cannot represent. */
export type Converted = { value: unknown } | { problems: readonly [LossyPart, ...LossyPart[]] };

/**
 * Converts a program's value as JSON.stringify does, but reports what JSON.stringify would silently lose or change:
 * - NaN, infinities, BigInts, functions and symbols;
 * - `undefined` as an item of an array, holes included: it would become null. As a member of an object it is left out,
 *   because reading an absent member gives undefined too;
 * - bytes, and objects of a class whose content is not in their own enumerable members: Map, Set, Error, Headers, …
 *   Other objects of a class become their own enumerable members;
 * - cycles, nesting deeper than MAX_DEPTH, and members that throw when they are read.
 * A value with `toJSON` becomes the result of that method; −0 becomes 0.
 */
export function toJson(value: unknown): Converted {
  const walk: Walk = { path: [], open: new Set(), problems: [] };
  const copied = copy(value, walk);
  const [first, ...more] = walk.problems;
  return first ? { problems: [first, ...more] } : { value: copied };
}

type Walk = {
  /** The path of the current value. */
  path: (string | number)[];
  /** The objects that contain the current value. */
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
    // As in JSON.stringify, toJSON is not called on the result of toJSON.
    return typeof instead === 'object' && instead !== null ? copyObject(instead, walk) : copy(instead, walk);
  } catch (error) {
    // A getter or a toJSON may throw anything.
    return report(walk, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Adds a problem. Returns undefined, the copy of a value that cannot be converted. */
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
    // Unlike an assignment, fromEntries defines a member even for `__proto__`.
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

/** Types whose content is never in their members, even when an object has members. */
const OPAQUE = [Error, Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, RegExp, String] as const;

function losesContent(object: object, members: number): boolean {
  return OPAQUE.some((type) => object instanceof type) || (members === 0 && !isPlain(object));
}

/** Returns true for an object literal, also of another realm, and for an object without a prototype. */
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
