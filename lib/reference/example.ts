import type { JsonSchema, ObjectSchema, Tool } from '../manifest/manifest.ts';
import { operationOf } from '../run/bundled/bundled-kind.ts';

/** The shell line of an example call: `gantz cache get '{"key":"greeting"}'`. */
export function exampleCall({ name, inputSchema, action }: Tool): string {
  // A bundled tool is called by its group and its operation.
  const bundled = operationOf(action);
  const words = bundled ? `${bundled.group} ${bundled.operation}` : `call ${name}`;
  return `gantz ${words} ${exampleArgument(inputSchema)}`;
}

/** Example parameters as one word of a shell. */
export function exampleArgument(schema: ObjectSchema): string {
  return `'${JSON.stringify(exampleOf(schema)).replaceAll("'", `'\\''`)}'`;
}

/** An example of the parameters of a tool: the required ones, or what `examples` and `default` say. */
function exampleOf({ properties, required }: ObjectSchema): Record<string, unknown> {
  const names = Object.keys(properties).filter(
    (name) => required.includes(name) || exampleIn(properties[name] ?? {}) !== undefined,
  );
  return Object.fromEntries(names.map((name) => [name, exampleValue(name, properties[name] ?? {})]));
}

function exampleIn({ examples }: JsonSchema): unknown {
  return Array.isArray(examples) ? (examples[0] as unknown) : undefined;
}

function exampleValue(name: string, schema: JsonSchema): unknown {
  const given = exampleIn(schema) ?? schema['const'] ?? schema['default'];
  if (given !== undefined) return given;
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
