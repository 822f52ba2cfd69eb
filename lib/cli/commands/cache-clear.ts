import { GantzError } from '../../contract/errors.ts';
import { printSuccess } from '../../contract/print.ts';
import { deleteKeys } from '../../redis/delete-keys.ts';
import { guardKeyPrefix } from '../../run/guards/on-redis.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

/**
 * `gantz cache-clear <tool>`: deletes the answers that the guard `cache` keeps for a tool. Calls that compute an answer do not store
 * it. Throws UNKNOWN_TOOL, and USAGE for a tool without `cache`.
 */
export const define: Define = (command, context) => {
  command.argument('<tool>', 'the name of a tool with `cache`').action(async (name: string) => {
    const { process, options, signal } = context;
    const catalogue = await loadCatalogue(context);
    const tool = catalogue.find(name);
    const { scope, settings } = tool.guards ?? {};
    if (scope === undefined || !settings || !Object.hasOwn(settings, 'cache'))
      throw new GantzError('USAGE', `The tool ${name} has no \`cache\``);
    if (options.readOnly)
      throw new GantzError('FORBIDDEN', 'gantz cache-clear writes, which --read-only does not allow');
    const runner = openRunnerFor(context, catalogue, 'one-shot');
    try {
      const removed = await runner
        .redis()
        .use({ deadline: commandDeadline(context), signal }, (redis) =>
          deleteKeys(redis, guardKeyPrefix(redis, { scope, guard: { key: 'cache' } }, name)),
        );
      printSuccess(process, { tool: name, removed });
    } finally {
      await runner.close();
    }
  });
};
