import { toGantzError } from './errors.ts';

/** A failure as text for a person: its message, and its hint when the message does not contain it. */
export function explain(thrown: unknown): string {
  const { message, hint } = toGantzError(thrown);
  return hint === undefined || message.includes(hint) ? message : `${message}\n${hint}`;
}
