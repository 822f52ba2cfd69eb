import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';
import { GantzError } from '../errors.ts';

/** The largest body that is read, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** A body that is longer than what is read. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/** The whole body of a request as text; bytes that are no UTF-8 are INVALID_JSON. */
export async function readText(incoming: IncomingMessage): Promise<string> {
  const bytes = await readBytes(incoming);
  if (!isUtf8(bytes)) throw new GantzError('INVALID_JSON', 'The body is not UTF-8 text');
  return bytes.toString('utf8');
}

async function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  try {
    const length = incoming.headers['content-length'];
    return await getRawBody(incoming, { limit: MAX_BODY_BYTES, ...(length !== undefined && { length }) });
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? error.type : undefined;
    if (type === 'entity.too.large') throw new BodyTooLong(`longer than ${MAX_BODY_BYTES} bytes`);
    throw new GantzError('CANCELLED', 'The client went away before its request was whole', { cause: error });
  }
}
