import { Deadline } from '../../deadline.ts';
import type { Define } from '../command.ts';
import { loadManifestOf, openRunnerOf } from '../../run/open.ts';
import { answer } from '../../contract/print.ts';

const TIMEOUT_MS = 10_000;

/** `gantz ping`: which server the Redis tools of the manifest use, its version, where it is, and the round trip. */
export const define: Define = (command, context) => {
  command.action(async () => {
    const { process, options, signal, startedAt } = context;
    const runner = openRunnerOf(context, await loadManifestOf(context), 'one-shot');
    const { timeoutMs } = options;
    const deadline = new Deadline({
      budgetMs: timeoutMs ?? TIMEOUT_MS,
      startedAt,
      fixed: timeoutMs !== undefined,
    });
    try {
      const { server, version, where, roundTripMs } = await runner
        .redis()
        .info({ deadline, signal, readOnly: true });
      answer(process, { server, version, where, round_trip_ms: roundTripMs });
    } finally {
      await runner.close();
    }
  });
};
