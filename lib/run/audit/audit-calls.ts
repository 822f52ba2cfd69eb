import type { Result } from '../../contract/envelope.ts';
import { toGantzError, type GantzError } from '../../contract/errors.ts';
import type { Tool } from '../../contract/manifest.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { escapeControls } from '../../contract/terminal.ts';
import { isObject } from '../../json/object.ts';
import { redact } from '../redact.ts';
import type { CallSettings, Runner } from '../runner.ts';
import { appendLine } from './append-line.ts';
import type { LogFile } from './log-file.ts';

/** A longer line has no parameters, in bytes. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Returns a runner that appends a line for each call to a log, when the call has ended. A log that cannot be written does not stop
 * the calls; a notice says it once.
 */
export function auditCalls(runner: Runner, file: LogFile, notice: (text: string) => void): Runner {
  let isReported = false;

  function record(begun: Begun, ended: Ended): void {
    try {
      appendLine(file, lineOf(begun, ended));
    } catch (error) {
      if (isReported) return;
      isReported = true;
      notice(`Problem with the audit log ${file.path}: ${reasonOf(error)}. Calls run all the same.`);
    }
  }

  return {
    ...runner,
    async call(tool, input, settings = {}) {
      const begun = { at: new Date(), startedAt: performance.now(), tool, input, settings };
      try {
        const result = await runner.call(tool, input, settings);
        record(begun, { result });
        return result;
      } catch (thrown) {
        record(begun, { failure: toGantzError(thrown) });
        throw thrown;
      }
    },
  };
}

type Begun = { at: Date; startedAt: number; tool: Tool; input: unknown; settings: CallSettings };
type Ended = { result: Result } | { failure: GantzError };

function lineOf(begun: Begun, ended: Ended): string {
  const line = render(begun, ended, true);
  return Buffer.byteLength(line) <= MAX_LINE_BYTES ? line : render(begun, ended, false);
}

function render(
  { at, startedAt, tool, input, settings: { origin, idempotencyKey } }: Begun,
  ended: Ended,
  withParameters: boolean,
): string {
  const gantz = 'result' in ended ? ended.result['gantz'] : ended.failure.fields?.['gantz'];
  const parameters = isObject(input) ? redact(tool, input) : {};
  const entry = {
    time: at.toISOString(),
    interface: origin?.interface ?? 'library',
    tool: tool.name,
    ...(withParameters ? { parameters } : { parameters_omitted: true }),
    // A name would come from the environment in some runtimes.
    caller: { uid: process.getuid?.(), pid: process.pid, ...origin?.client?.() },
    success: 'result' in ended,
    ...('failure' in ended && { code: ended.failure.code, outcome: ended.failure.outcome }),
    duration_ms: Math.round((performance.now() - startedAt) * 10) / 10,
    ...(gantz !== undefined && { gantz }),
    ...(idempotencyKey !== undefined && { idempotency_key: true }),
  };
  // A terminal that shows the file would obey DEL and C1, which JSON does not escape.
  return `${escapeControls(JSON.stringify(entry))}\n`;
}
