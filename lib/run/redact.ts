import type { Tool } from '../contract/manifest.ts';

/**
 * Returns the parameters of a call for a person or a log. The values of secret parameters are replaced, and those of parameters
 * that the tool does not have: one of them may be a secret under a misspelled name.
 */
export function redact(
  { inputSchema: { properties } }: Tool,
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (!schema) return [name, '[unknown parameter]'];
      return [name, schema['secret'] === true ? '[secret]' : value];
    }),
  );
}
