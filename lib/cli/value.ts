import type { Result } from '../contract/envelope.ts';
import type { Process } from '../contract/process.ts';
import type { CommandLineOptions } from './options.ts';

/** The exit status of a result that is "not found" or "not allowed". */
const NEGATIVE = 10;

/** The fields that are false in such a result. */
const ANSWERS = ['found', 'allowed', 'exists', 'is_member', 'acquired'];

/** The fields that hold the value of a result. */
const VALUES = ['value', 'output', 'result'];

/**
 * Prints the value of a result for `--raw`, or nothing for `--check`, and sets the exit status: 10 when the result is "not
 * found" or "not allowed", and 0 otherwise. Text is printed as it is, without a line break at its end.
 */
export function printValue(
  process: Process,
  { gantz: _, ...result }: Result,
  { raw }: CommandLineOptions,
): void {
  process.exitCode = ANSWERS.some((field) => result[field] === false) ? NEGATIVE : 0;
  if (!raw || result['found'] === false) return;
  const value = valueOf(result);
  process.stdout.write(typeof value === 'string' ? value : `${JSON.stringify(value)}\n`);
}

/** Returns the field `value`, `output` or `result`, or the only other field besides `found`, or else the whole result. */
function valueOf(result: Result): unknown {
  const name = VALUES.find((field) => Object.hasOwn(result, field));
  if (name !== undefined) return result[name];
  const fields = Object.keys(result).filter((field) => field !== 'found');
  return fields.length === 1 ? result[fields[0] ?? ''] : result;
}
