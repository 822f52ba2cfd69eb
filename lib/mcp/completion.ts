import { GantzError } from '../contract/errors.ts';

/** The argument of a prompt or the variable of a template that is typed, and the start of its value. */
export type Argument = { name: string; value: string };

/** The member `completion` of an answer to completion/complete. */
export type Completion = { values: string[]; hasMore: boolean };

/** The most values of a completion, by the specification. */
const MOST_VALUES = 100;

/** Returns the values that begin with what is typed. `hasMore`: these are not all. */
export function toCompletion(
  values: readonly string[],
  { value: start }: Argument,
  hasMore = false,
): Completion {
  const found = values.filter((value) => value.startsWith(start));
  return { values: found.slice(0, MOST_VALUES), hasMore: hasMore || found.length > MOST_VALUES };
}

/** Returns the failure for a name that the prompt or the template does not have. */
export function unknownArgument({ name }: Argument): GantzError {
  return new GantzError('INVALID_PARAMETERS', `There is no argument ${JSON.stringify(name.slice(0, 200))}`);
}
