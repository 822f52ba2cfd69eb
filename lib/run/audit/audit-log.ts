import { reasonOf } from '../../contract/system-error.ts';
import { escapeControls } from '../../contract/terminal.ts';
import { isObject } from '../../json/object.ts';
import { redact } from '../redact.ts';
import { appendLine } from './append-line.ts';
import type { LogFile } from './log-file.ts';
import { notesOf, type EndedCall, type Recorder } from './record-calls.ts';

/** A longer line has no parameters, in bytes. */
const MAX_LINE_BYTES = 64 * 1024;

/**
 * Returns the recorder that appends a line for each call to a log. A log that cannot be written does not stop the calls; a notice
 * says it once.
 */
export function auditLog(file: LogFile, notice: (text: string) => void): Recorder {
  let isReported = false;
  return (call) => {
    try {
      appendLine(file, lineOf(call));
    } catch (error) {
      if (isReported) return;
      isReported = true;
      notice(`Problem with the audit log ${file.path}: ${reasonOf(error)}. Calls run all the same.`);
    }
  };
}

function lineOf(call: EndedCall): string {
  const line = render(call, true);
  return Buffer.byteLength(line) <= MAX_LINE_BYTES ? line : render(call, false);
}

function render(call: EndedCall, withParameters: boolean): string {
  const { at, durationMs, tool, input } = call;
  const { origin, idempotencyKey } = call.settings;
  const gantz = notesOf(call);
  const parameters = isObject(input) ? redact(tool, input) : {};
  const entry = {
    time: at.toISOString(),
    interface: origin?.interface ?? 'library',
    // Any client can send the header of the console, so these lines are marked and not left out.
    ...(origin?.view && { view: true }),
    tool: tool.name,
    ...(withParameters ? { parameters } : { parameters_omitted: true }),
    // A name would come from the environment in some runtimes.
    caller: { uid: process.getuid?.(), pid: process.pid, ...origin?.client?.() },
    success: 'result' in call,
    ...('failure' in call && { code: call.failure.code, outcome: call.failure.outcome }),
    duration_ms: Math.round(durationMs * 10) / 10,
    ...(gantz !== undefined && { gantz }),
    ...(idempotencyKey !== undefined && { idempotency_key: true }),
  };
  // A terminal that shows the file would obey DEL and C1, which JSON does not escape.
  return `${escapeControls(JSON.stringify(entry))}\n`;
}
