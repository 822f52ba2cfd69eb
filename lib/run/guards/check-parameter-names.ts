import { nearest } from '../../contract/nearest.ts';
import type { Tool } from '../../contract/manifest.ts';
import { error, type Problems } from '../../manifest/yaml/problems.ts';
import type { Place } from '../../manifest/yaml/source.ts';
import { needsRedis } from '../kinds.ts';

/** Reports names that are no parameters of the tool. `what` is the key that holds them. */
export function checkParameterNames(
  problems: Problems,
  at: Place,
  names: readonly string[],
  { name: tool, inputSchema }: Tool,
  what: string,
): void {
  const known = Object.keys(inputSchema.properties);
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    error(
      problems,
      at,
      `${what} names ${JSON.stringify(name)}, which is no parameter of ${tool}`,
      meant === undefined ? `The parameters are ${known.join(', ') || '(none)'}.` : `Did you mean ${meant}?`,
    );
  }
}

/**
 * Returns why a default that names parameters is not for a tool: it is a bundled one without such a parameter. Its author cannot switch
 * the guard off.
 */
export function lacksParameter(names: readonly string[], tool: Tool): string | undefined {
  const absent = names.find((name) => !Object.hasOwn(tool.inputSchema.properties, name));
  return absent !== undefined && needsRedis(tool) ? `it has no parameter ${absent}` : undefined;
}
