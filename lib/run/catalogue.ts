import { GantzError } from '../errors.ts';
import type { Manifest, Tool } from '../manifest/manifest.ts';
import { nearest } from '../nearest.ts';

const indexes = new WeakMap<readonly Tool[], ReadonlyMap<string, Tool>>();

/** The tool of a name, where `-` and `_` count the same unless both spellings exist; UNKNOWN_TOOL with the nearest name. */
export function findTool({ tools, file }: Manifest, name: string): Tool {
  const index = indexOf(tools);
  const tool = index.get(name) ?? index.get(fold(name));
  if (tool) return tool;
  const meant = nearest(
    name,
    tools.map((candidate) => candidate.name),
  );
  throw new GantzError('UNKNOWN_TOOL', `There is no tool ${JSON.stringify(name)} in ${file}`, {
    hint:
      meant === undefined ? 'gantz tools lists them.' : `Did you mean ${meant}? gantz tools lists them all.`,
  });
}

/** Every tool by its name, and by its folded name where nothing else has that. */
function indexOf(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const known = indexes.get(tools);
  if (known) return known;
  const index = new Map<string, Tool>();
  for (const tool of tools) if (!index.has(fold(tool.name))) index.set(fold(tool.name), tool);
  for (const tool of tools) index.set(tool.name, tool);
  indexes.set(tools, index);
  return index;
}

function fold(name: string): string {
  return name.replaceAll('-', '_');
}
