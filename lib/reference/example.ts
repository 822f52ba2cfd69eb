import type { JsonSchema, ObjectSchema, Tool } from '../contract/manifest.ts';
import { operationOf } from '../run/bundled/bundled-kind.ts';

/** Returns an example call as a shell command: `gantz cache get '{"key":"greeting"}'`. */
export function exampleCall({ name, inputSchema, action }: Tool): string {
  // A bundled tool is called by its group and its operation.
  const bundled = operationOf(action);
  const words = bundled ? `${bundled.group} ${bundled.operation}` : `call ${name}`;
  return `gantz ${words} ${exampleArgument(inputSchema)}`;
}

/** Returns example parameters as JSON, quoted as one word for a shell. */
export function exampleArgument(schema: ObjectSchema): string {
  return `'${JSON.stringify(exampleOf(schema)).replaceAll("'", `'\\''`)}'`;
}

/** Returns example values for the required parameters and for those that have `examples`. */
function exampleOf({ properties, required }: ObjectSchema): Record<string, unknown> {
  const names = Object.keys(properties).filter(
    (name) => required.includes(name) || firstExample(properties[name] ?? {}) !== undefined,
  );
  return Object.fromEntries(names.map((name) => [name, exampleValue(name, properties[name] ?? {})]));
}

function firstExample({ examples }: JsonSchema): unknown {
  return Array.isArray(examples) ? (examples[0] as unknown) : undefined;
}

function exampleValue(name: string, schema: JsonSchema): unknown {
  const declared = firstExample(schema) ?? schema['const'] ?? schema['default'];
  if (declared !== undefined) return declared;
  if (Array.isArray(schema['enum'])) return schema['enum'][0] as unknown;
  const type: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  switch (type) {
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number'
        ? Math.max(schema['minimum'], Math.min(10, Number(schema['maximum'] ?? 10)))
        : 10;
    case 'boolean':
      return true;
    case 'array':
      return ['a', 'b'];
    case 'object':
      return { name: 'Ada' };
    case 'null':
      return null;
    default:
      return name === 'key' ? 'greeting' : name === 'value' || name === 'message' ? 'hello' : name;
  }
}
