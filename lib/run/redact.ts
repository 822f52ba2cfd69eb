import type { Tool } from '../contract/manifest.ts';

/**
 * Returns the parameters of a call for a person or a log. The values of secret parameters are replaced, and those of parameters
 * that the tool does not have: one of them may be a secret under a misspelled name.
 */
export function redact(
  { inputSchema: { properties }, secrets = [] }: Tool,
  params: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (!Object.hasOwn(properties, name)) return [name, '[unknown parameter]'];
      return [name, secrets.includes(name) ? '[secret]' : value];
    }),
  );
}
