import { printSuccess } from '../../contract/print.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

/** `gantz ping`: prints the Redis server that the tools of the manifest use, its version, its address, and the round-trip time. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { process, signal } = context;
    const runner = openRunnerFor(context, await loadCatalogue(context), 'one-shot');
    try {
      const { server, version, where, roundTripMs } = await runner
        .redis()
        .info({ deadline: commandDeadline(context), signal, readOnly: true });
      printSuccess(process, { server, version, where, round_trip_ms: roundTripMs });
    } finally {
      await runner.close();
    }
  });
};
