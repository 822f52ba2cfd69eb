import type { ConsoleFile } from '../../../scripts/build/console.ts';

/**
 * Returns the files of the console by their paths. In a checkout it builds them; in the programs the build replaces this module by
 * one that reads the built files (scripts/build/console.ts).
 */
export async function loadConsoleFiles(): Promise<Readonly<Record<string, ConsoleFile>>> {
  const { buildConsole } = await import('../../../scripts/build/console.ts');
  return (await buildConsole()).files;
}
