import type { Tool } from '../../contract/manifest.ts';
import { GUARDS } from './guards.ts';

/** Returns the guards of a tool in their order, each with a sentence about what it does. */
export function describeGuards({ guards }: Tool): [key: string, sentence: string][] {
  const { settings = {} } = guards ?? {};
  return Object.entries(GUARDS)
    .filter(([key]) => Object.hasOwn(settings, key))
    .map(([key, guard]) => [key, guard.describe(settings[key])]);
}
