import { GantzError, type Detail } from '../contract/errors.ts';

/** INVALID_PARAMETERS for the parameters of a tool: the message gives the first problem, `details` all of them. */
export function invalidParameters(tool: string, details: readonly Detail[], hint: string): GantzError {
  const [first] = details;
  const where = first?.path ? `${first.path.slice(1)} ` : '';
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return new GantzError(
    'INVALID_PARAMETERS',
    `${tool}: ${where}${first?.message ?? 'parameters are wrong'}${more}`,
    { details, hint },
  );
}
