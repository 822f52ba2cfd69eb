import type { Result } from '../../contract/envelope.ts';
import { toGantzError, type GantzError } from '../../contract/errors.ts';
import type { Tool } from '../../contract/manifest.ts';
import type { CallSettings, Runner } from '../runner.ts';

/** A call that has ended. */
export type EndedCall = {
  /** When it began. */
  readonly at: Date;
  readonly durationMs: number;
  readonly tool: Tool;
  /** The parameters as the caller gave them, secrets included. */
  readonly input: unknown;
  readonly settings: CallSettings;
} & ({ readonly result: Result } | { readonly failure: GantzError });

/** Receives each call when it has ended, before its answer is given. It must not throw. */
export type Recorder = (call: EndedCall) => void;

/** Returns a runner that gives each of its calls to the recorders. */
export function recordCalls(runner: Runner, recorders: readonly Recorder[]): Runner {
  return {
    ...runner,
    async call(tool, input, settings = {}) {
      const at = new Date();
      const startedAt = performance.now();
      const record = (ended: { result: Result } | { failure: GantzError }): void => {
        const durationMs = performance.now() - startedAt;
        for (const recorder of recorders) recorder({ at, durationMs, tool, input, settings, ...ended });
      };
      try {
        const result = await runner.call(tool, input, settings);
        record({ result });
        return result;
      } catch (thrown) {
        record({ failure: toGantzError(thrown) });
        throw thrown;
      }
    },
  };
}

/** Returns what gantz did besides running the tool: the field `gantz` of the answer. */
export function notesOf(call: EndedCall): unknown {
  return 'result' in call ? call.result['gantz'] : call.failure.fields?.['gantz'];
}
