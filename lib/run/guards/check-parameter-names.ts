import { nearest } from '../../contract/nearest.ts';
import type { Tool } from '../../contract/manifest.ts';
import { error, type Problems } from '../../manifest/yaml/problems.ts';
import type { Place } from '../../manifest/yaml/source.ts';

/** Reports names that are no parameters of the tool. `what` is the key that holds them. */
export function checkParameterNames(
  problems: Problems,
  at: Place,
  names: readonly string[],
  { inputSchema }: Tool,
  what: string,
): void {
  const known = Object.keys(inputSchema.properties);
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    error(
      problems,
      at,
      `${what} names ${JSON.stringify(name)}, which is no parameter of this tool`,
      meant === undefined ? `The parameters are ${known.join(', ') || '(none)'}.` : `Did you mean ${meant}?`,
    );
  }
}
