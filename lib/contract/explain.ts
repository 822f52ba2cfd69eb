import { toGantzError } from './errors.ts';

/** A failure in the words for a person: its message, and its hint where the message does not hold it already. */
export function explain(thrown: unknown): string {
  const { message, hint } = toGantzError(thrown);
  return hint === undefined || message.includes(hint) ? message : `${message}\n${hint}`;
}
