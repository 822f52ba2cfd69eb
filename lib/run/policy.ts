import type { GlobalOptions } from '../contract/context.ts';
import { GantzError } from '../contract/errors.ts';
import type { Manifest, Tool } from '../contract/manifest.ts';
import { wildcard } from '../manifest/wildcard.ts';
import { nearest } from '../contract/nearest.ts';

/** Decides which tools a caller may see and call. */
export type Policy = {
  allows(tool: Tool): boolean;
  /** Returns the error (FORBIDDEN) for a call of a tool that is not allowed. */
  forbidden(tool: Tool): GantzError;
};

/** The options that decide which tools are allowed. Without any of them, all are. */
export type PolicyOptions = Pick<GlobalOptions, 'tools' | 'toolset' | 'readOnly'>;

/** Returns true when these options select the tools. */
export function isRestricted({ tools, toolset, readOnly = false }: PolicyOptions): boolean {
  return tools !== undefined || toolset !== undefined || readOnly;
}

/** Returns the policy of these options, or undefined when they allow all tools. Throws USAGE when the toolset is unknown. */
export function compilePolicy(
  manifest: Manifest,
  { tools, toolset, readOnly }: PolicyOptions,
): Policy | undefined {
  const rules: { option: string; allows: (tool: Tool) => boolean }[] = [];
  if (tools !== undefined) {
    const patterns = tools.split(',').map((pattern) => wildcard(pattern.trim()));
    rules.push({
      option: `--tools ${tools}`,
      allows: ({ name }) => patterns.some((matches) => matches(name)),
    });
  }
  if (toolset !== undefined) {
    const patterns = toolsetOf(manifest, toolset).map((pattern) => wildcard(pattern));
    rules.push({
      option: `--toolset ${toolset}`,
      allows: ({ name }) => patterns.some((matches) => matches(name)),
    });
  }
  if (readOnly)
    rules.push({ option: '--read-only', allows: ({ annotations }) => annotations.readOnlyHint === true });
  if (rules.length === 0) return undefined;
  return {
    allows: (tool) => rules.every((rule) => rule.allows(tool)),
    forbidden: (tool) => {
      const by = rules.find((rule) => !rule.allows(tool))?.option ?? 'the policy';
      return new GantzError('FORBIDDEN', `Tool ${tool.name} is not allowed by ${by}`, {
        hint: 'gantz tools with the same options lists what is allowed.',
      });
    },
  };
}

function toolsetOf({ toolsets }: Manifest, name: string): string[] {
  const found = Object.hasOwn(toolsets, name) ? toolsets[name] : undefined;
  if (found) return found;
  const names = Object.keys(toolsets);
  const meant = nearest(name, names);
  throw new GantzError('USAGE', `There is no toolset ${JSON.stringify(name)}`, {
    hint: names.length
      ? `${meant ? `Did you mean ${meant}? ` : ''}The toolsets are ${names.join(', ')}.`
      : 'The manifest defines no toolsets.',
  });
}
