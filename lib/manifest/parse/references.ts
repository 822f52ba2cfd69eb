import { isObject } from '../../json/object.ts';
import { unescapeStep } from '../../json/pointer.ts';
import { error, type Problems } from '../yaml/problems.ts';
import type { ObjectSchema } from '../../contract/manifest.ts';
import type { Node, Scalar } from '../yaml/node.ts';

/** Reports every `$ref` that has no target, or that refers to itself for the same value. */
export function checkReferences(problems: Problems, node: Node, schema: ObjectSchema): void {
  const targets = new Map<string, Target>();
  for (const { text, at } of referencesIn(node)) {
    const target = targets.get(text) ?? targetOf(schema, text);
    targets.set(text, target);
    if (target === 'itself') error(problems, at, `${text} refers to itself`);
    if (target === 'nothing') {
      error(
        problems,
        at,
        `${text} refers to no schema of this tool`,
        'A reference starts at the object of all parameters: #/properties/<parameter>/…',
      );
    }
  }
}

type Target = 'schema' | 'itself' | 'nothing';

function targetOf(schema: ObjectSchema, reference: string): Target {
  const target = follow(schema, reference);
  if (target === undefined) return 'nothing';
  const seen = new Set<object>();
  const queue = [target];
  for (let next = queue.pop(); next; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const further = textOf(next['$ref']);
    if (further === reference) return 'itself';
    const reached = further === undefined ? undefined : follow(schema, further);
    if (reached) queue.push(reached);
    queue.push(...appliedInPlace(next));
  }
  return 'schema';
}

type Schema = Readonly<Record<string, unknown>>;

/** Returns the schemas inside of one that apply to the same value. */
function appliedInPlace(schema: Schema): Schema[] {
  const { allOf, anyOf, oneOf, not, if: condition, then, else: otherwise, dependentSchemas } = schema;
  const dependent = isObject(dependentSchemas) ? Object.values(dependentSchemas) : [];
  return [allOf, anyOf, oneOf, not, condition, then, otherwise, dependent].flat().filter(isObject);
}

/** Returns every `$ref` of a schema, without those inside data (`default`, `enum`, …). */
function referencesIn(root: Node): Scalar[] {
  const seen = new Set<Node>();
  const queue = [root];
  const found: Scalar[] = [];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'list') queue.push(...node.items);
    if (node.kind !== 'map') continue;
    for (const { key, value } of node.entries) {
      if (key === '$ref' && value.kind === 'scalar' && value.value !== null) found.push(value);
      if (!['default', 'const', 'enum', 'examples'].includes(key)) queue.push(value);
    }
  }
  return found;
}

function follow(schema: ObjectSchema, reference: string): Schema | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let target: unknown = schema;
  for (const step of reference.split('/').slice(1)) {
    const name = unescape(step);
    if (name === undefined || typeof target !== 'object' || target === null || !Object.hasOwn(target, name)) {
      return undefined;
    }
    target = (target as Record<string, unknown>)[name];
  }
  return isObject(target) ? target : undefined;
}

function unescape(step: string): string | undefined {
  try {
    return unescapeStep(decodeURIComponent(step));
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
