import { GantzError } from '../../contract/errors.ts';
import { pointerOf } from '../../json/pointer.ts';

/** INVALID_PARAMETERS for a value that cannot stand where the manifest puts it; `path` is the parameter and its fields. */
export function refuseValue(path: readonly string[], message: string): GantzError {
  return new GantzError('INVALID_PARAMETERS', `The parameter ${path.join('.')} ${message}`, {
    details: [{ path: pointerOf(path), message }],
  });
}
