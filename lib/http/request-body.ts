import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GantzError } from '../contract/errors.ts';

/** The size limit of a body, in bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Thrown for a body over the size limit. The rest of the body is not read. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/**
 * Reads the whole body of a request as text. Throws INVALID_JSON for bytes that are not UTF-8, CANCELLED when the client
 * disconnects before the end, and BodyTooLong for more than 16 MiB.
 */
export async function readText(incoming: IncomingMessage): Promise<string> {
  const bytes = await readBytes(incoming);
  if (!isUtf8(bytes)) throw new GantzError('INVALID_JSON', 'The body is not UTF-8 text');
  return bytes.toString('utf8');
}

function readBytes(incoming: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const tooLong = (): void => {
      incoming.off('data', take).pause();
      reject(new BodyTooLong(`The body is longer than ${MAX_BODY_BYTES} bytes`));
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > MAX_BODY_BYTES) tooLong();
      else chunks.push(chunk);
    };
    const gone = (cause?: unknown): void => {
      // `close` is emitted after a complete request too.
      if (incoming.complete) return;
      reject(new GantzError('CANCELLED', 'The client disconnected before the end of its request', { cause }));
    };
    if (Number(incoming.headers['content-length']) > MAX_BODY_BYTES) {
      tooLong();
      return;
    }
    incoming
      .on('data', take)
      .once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
      .once('error', gone)
      .once('close', gone);
  });
}
