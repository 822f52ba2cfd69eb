import { foldName } from '../contract/names.ts';
import { GantzError } from '../contract/errors.ts';
import type { Manifest, Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import { compilePolicy, type PolicyOptions } from './policy.ts';

/** The tools of a manifest that a caller may see and call. */
export type Catalogue = {
  readonly manifest: Manifest;
  /** The tools that the policy allows, in the order of the manifest. */
  readonly tools: readonly Tool[];
  /** The tools that may be called though `tools` lists others, which search them. Absent when `tools` are those that may be called. */
  readonly undisclosed?: readonly Tool[];
  /**
   * Returns the tool with this name. `-` and `_` are equal, unless tools with both spellings exist. Throws UNKNOWN_TOOL,
   * with the nearest allowed name as the hint, and FORBIDDEN when the policy does not allow the tool.
   */
  find(name: string): Tool;
};

/** Returns the catalogue of a manifest under the options of a policy. Throws USAGE when the toolset is unknown. */
export function compileCatalogue(manifest: Manifest, options: PolicyOptions = {}): Catalogue {
  const policy = compilePolicy(manifest, options);
  const tools = policy ? manifest.tools.filter((tool) => policy.allows(tool)) : manifest.tools;
  let index: ReadonlyMap<string, Tool> | undefined;
  return {
    manifest,
    tools,
    find(name) {
      index ??= indexOf(manifest.tools);
      const tool = index.get(name) ?? index.get(foldName(name));
      if (!tool) throw unknownTool(name, manifest.name, tools);
      if (policy && !policy.allows(tool)) throw policy.forbidden(tool);
      return tool;
    },
  };
}

/** Returns the part of a catalogue that a toolset of its manifest allows: nothing when the manifest has no such toolset. */
export function narrowTo(toolset: string, catalogue: Catalogue): Catalogue {
  const { manifest, tools } = catalogue;
  const policy = compilePolicy(manifest, hasToolset(manifest, toolset) ? { toolset } : { tools: '' });
  const allowed = tools.filter((tool) => !policy || policy.allows(tool));
  return {
    manifest,
    tools: allowed,
    find(name) {
      const tool = findAmong(allowed, name, catalogue);
      if (!policy || policy.allows(tool)) return tool;
      throw policy.forbidden(tool);
    },
  };
}

/** Returns what `find` returns. The hint of its failure names only a tool of `tools`. */
function findAmong(tools: readonly Tool[], name: string, catalogue: Catalogue): Tool {
  try {
    return catalogue.find(name);
  } catch (thrown) {
    const isUnknown = thrown instanceof GantzError && thrown.code === 'UNKNOWN_TOOL';
    throw isUnknown ? unknownTool(name, catalogue.manifest.name, tools) : thrown;
  }
}

/** Returns true when the manifest has this toolset. */
export function hasToolset({ toolsets }: Manifest, name: string): boolean {
  return Object.hasOwn(toolsets, name);
}

/** Maps names to tools: the exact name of every tool, and its folded name unless that is the name of another tool. */
function indexOf(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  const index = new Map<string, Tool>();
  for (const tool of tools) if (!index.has(foldName(tool.name))) index.set(foldName(tool.name), tool);
  for (const tool of tools) index.set(tool.name, tool);
  return index;
}

/** Names the manifest and not its path, because clients of a server see this message. */
function unknownTool(name: string, manifest: string, tools: readonly Tool[]): GantzError {
  const meant = nearest(
    name,
    tools.map((tool) => tool.name),
  );
  return new GantzError('UNKNOWN_TOOL', `There is no tool ${JSON.stringify(name)} in ${manifest}`, {
    hint:
      meant === undefined ? 'gantz tools lists them.' : `Did you mean ${meant}? gantz tools lists them all.`,
  });
}
