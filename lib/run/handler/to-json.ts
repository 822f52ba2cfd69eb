import { MAX_DEPTH } from '../../json/depth.ts';

/** A copy of a value as JSON has it, or what in it has no JSON. */
export type Converted = { value: unknown } | { problem: string };

/** Converts what JSON.stringify would, but names what it would lose: functions, BigInts, NaN, Maps, cycles. */
export function toJson(value: unknown): Converted {
  const open = new Set<object>();

  const convert = (given: unknown, path: string): unknown => {
    const refuse = (what: string): never => {
      throw new NotJson(`${path === '' ? 'it' : path} is ${what}`);
    };
    if (ArrayBuffer.isView(given)) refuse('binary data, which needs to become text first');
    const here = hasToJson(given) ? given.toJSON() : given;
    switch (typeof here) {
      case 'string':
      case 'boolean':
        return here;
      case 'number':
        return Number.isFinite(here) ? here + 0 : refuse(String(here));
      case 'object':
        break;
      default:
        return refuse(
          typeof here === 'undefined'
            ? 'undefined'
            : typeof here === 'bigint'
              ? 'a BigInt'
              : `a ${typeof here}`,
        );
    }
    if (here === null) return null;
    if (open.has(here)) refuse('inside itself');
    if (open.size >= MAX_DEPTH) refuse(`nested deeper than ${MAX_DEPTH} levels`);
    const kind = KINDS.find((type) => here instanceof type);
    if (kind) refuse(`of the type ${kind.name}`);
    open.add(here);
    const converted = Array.isArray(here)
      ? Array.from(here, (element: unknown, index) => convert(element ?? null, `${path}[${index}]`))
      : Object.fromEntries(
          Object.entries(here)
            .filter(([, member]) => member !== undefined)
            .map(([name, member]) => [name, convert(member, path === '' ? name : `${path}.${name}`)]),
        );
    open.delete(here);
    return converted;
  };

  try {
    return { value: convert(value, '') };
  } catch (error) {
    // A getter or a toJSON of the value's own may throw anything.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

class NotJson extends Error {}

// Objects whose content JSON.stringify would drop without a word.
const KINDS = [Error, Map, Set, WeakMap, WeakSet, Promise, ArrayBuffer, RegExp] as const;

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}
