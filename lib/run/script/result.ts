import type { Result } from '../../contract/envelope.ts';
import { CODES, GantzError, type Code, type Detail, type Outcome } from '../../contract/errors.ts';
import { isObject } from '../../json/object.ts';
import { parseJson } from '../../json/parse.ts';
import { resultOf } from '../action-output.ts';
import type { Ended } from './process.ts';

/**
 * Reads the result of a script from its output. A JSON object with a boolean `success` is the envelope itself. Another JSON
 * object, an array and a string in double quotes is the field `result`, unless a number in it would lose digits. Anything else
 * is the text `output`, without its last newline. So a number, true and null are text, which loses no characters (`1.10`).
 * Throws SCRIPT_FAILED for an exit code other than 0, with `failureHint` when it is given, and the failure of an envelope with
 * `success: false`.
 */
export function readResult(ended: Ended, what: string, failureHint?: string): Result {
  const { stdout, exitCode } = ended;
  const output = stdout.endsWith('\n') ? stdout.slice(0, -1) : stdout;
  const value = jsonOf(stdout);
  const envelope = asEnvelope(value);
  if (envelope?.['success'] === false) throw failureOf(envelope, what);
  if (exitCode !== 0) throw exited(ended, output, what, failureHint);
  if (envelope) return without(envelope, ['success']);
  return resultOf(value === undefined ? { text: output } : { json: value, text: output });
}

const OUTCOMES = new Set<unknown>(['none', 'applied', 'unknown']);

function jsonOf(text: string): unknown {
  // PowerShell and .NET programs write a byte order mark first.
  const json = text.replace(/^\uFEFF/, '');
  if (!/^\s*[[{"]/.test(json)) return undefined;
  const parsed = parseJson(json);
  return 'value' in parsed ? parsed.value : undefined;
}

function asEnvelope(value: unknown): Record<string, unknown> | undefined {
  return isObject(value) && typeof value['success'] === 'boolean' ? value : undefined;
}

/**
 * Converts an envelope with `success: false` that a tool wrote to an error. A code that gantz does not define becomes the field
 * `code` of an error with the code `fallback`.
 */
export function failureOf(
  envelope: Record<string, unknown>,
  what: string,
  fallback: Code = 'SCRIPT_FAILED',
): GantzError {
  const { error, code, outcome, retryable, hint, details, ...rest } = without(envelope, ['success']);
  const known: Code = isCode(code) ? code : fallback;
  return new GantzError(known, messageOf(error) ?? `${what} failed`, {
    outcome: isOutcome(outcome) ? outcome : 'unknown',
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(typeof hint === 'string' && { hint }),
    ...(isDetails(details) && { details }),
    fields: {
      ...(typeof code === 'string' && code !== '' && !isCode(code) && { code }),
      ...(details !== undefined && !isDetails(details) && { details }),
      ...rest,
    },
  });
}

function without(object: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function messageOf(error: unknown): string | undefined {
  if (error === undefined || error === null || error === '') return undefined;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

function isCode(code: unknown): code is Code {
  return typeof code === 'string' && Object.hasOwn(CODES, code);
}

function isOutcome(outcome: unknown): outcome is Outcome {
  return OUTCOMES.has(outcome);
}

function isDetails(details: unknown): details is Detail[] {
  return (
    Array.isArray(details) &&
    details.every(
      (detail: unknown) =>
        typeof detail === 'object' && detail !== null && 'path' in detail && 'message' in detail,
    )
  );
}

function exited(
  { stderr, exitCode, signal }: Ended,
  output: string,
  what: string,
  failureHint?: string,
): GantzError {
  const how = exitCode === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`;
  const lastLine = stderr.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const hint =
    failureHint ??
    (exitCode === 127
      ? 'Exit code 127 means that a command was not found: check its name and PATH.'
      : exitCode === 126
        ? 'Exit code 126 means that a file could not be run: make it executable with chmod +x.'
        : undefined);
  return new GantzError(
    'SCRIPT_FAILED',
    `${what} ${how}${lastLine === '' ? '' : `: ${lastLine.slice(0, 300)}`}`,
    {
      outcome: 'unknown',
      ...(hint !== undefined && { hint }),
      fields: {
        ...(exitCode === null ? { signal } : { exit_code: exitCode }),
        stderr,
        output,
      },
    },
  );
}
