import { GantzError } from '../../errors.ts';

/** INVALID_PARAMETERS for a value that cannot stand where the manifest puts it; `path` is the parameter and its fields. */
export function refuseValue(path: readonly string[], message: string): GantzError {
  const pointer = path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return new GantzError('INVALID_PARAMETERS', `The parameter ${path.join('.')} ${message}`, {
    details: [{ path: pointer, message }],
  });
}
