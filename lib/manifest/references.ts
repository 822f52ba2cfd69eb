import { error, type Findings } from './findings.ts';
import type { ObjectSchema } from './manifest.ts';
import type { Node } from './node.ts';

/** Refuses every `$ref` that leads nowhere, or back to itself without ever saying anything. */
export function checkReferences(findings: Findings, node: Node, schema: ObjectSchema): void {
  for (const { key, value } of entriesOf(node)) {
    if (key !== '$ref' || value.kind !== 'scalar' || value.value === null) continue;
    const seen = new Set<string>();
    for (let reference: string | undefined = value.text; reference !== undefined;) {
      if (seen.has(reference)) {
        error(findings, value.at, `${value.text} refers to itself`);
        break;
      }
      seen.add(reference);
      const target = follow(schema, reference);
      if (target === undefined) {
        error(
          findings,
          value.at,
          `${reference} leads to no schema of this tool`,
          'A reference begins at the object of all parameters: #/properties/<parameter>/…',
        );
        break;
      }
      reference = refOf(target);
    }
  }
}

type Found = { key: string; value: Node };

function* entriesOf(root: Node): Generator<Found> {
  const seen = new Set<Node>();
  const queue = [root];
  for (let node = queue.pop(); node; node = queue.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'list') queue.push(...node.items);
    if (node.kind !== 'map') continue;
    for (const { key, value } of node.entries) {
      yield { key, value };
      // What stands there is data, not schema.
      if (!['default', 'const', 'enum', 'examples'].includes(key)) queue.push(value);
    }
  }
}

function refOf(schema: object): string | undefined {
  const reference: unknown = '$ref' in schema ? schema.$ref : undefined;
  return typeof reference === 'string' ? reference : undefined;
}

function follow(schema: ObjectSchema, reference: string): object | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let target: unknown = schema;
  for (const step of reference.split('/').slice(1)) {
    const name = unescape(step);
    if (name === undefined || typeof target !== 'object' || target === null || !Object.hasOwn(target, name))
      return undefined;
    target = (target as Record<string, unknown>)[name];
  }
  return typeof target === 'object' && target !== null && !Array.isArray(target) ? target : undefined;
}

function unescape(step: string): string | undefined {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined;
  }
}
