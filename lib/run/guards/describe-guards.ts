import type { Tool } from '../../contract/manifest.ts';
import { GUARDS } from './guards.ts';

/** Returns the guards of a tool in their order, each with a sentence about what it does, or why a default is not for the tool. */
export function describeGuards(tool: Tool): [key: string, sentence: string][] {
  const { guards, exempt = {} } = tool;
  const { settings = {} } = guards ?? {};
  return Object.entries(GUARDS).flatMap(([key, guard]) => {
    if (Object.hasOwn(settings, key)) return [[key, guard.describe(settings[key], tool)]];
    const reason = exempt[key];
    return reason === undefined ? [] : [[key, `not for this tool: ${reason}`]];
  });
}
