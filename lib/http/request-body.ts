import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GantzError } from '../contract/errors.ts';
import { MAX_HELD_BYTES, type Gate } from '../serving/gate.ts';

/** The size limit of a body, in bytes. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Thrown for a body over the size limit. The rest of the body is not read. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong';
}

/**
 * Reads the whole body of a request as text. Throws INVALID_JSON for bytes that are not UTF-8, CANCELLED when the client
 * disconnects before the end, BodyTooLong for more than 16 MiB, and OVERLOADED when the bodies of all requests that are not
 * answered yet would be too large together. The rest of a body that is too long or refused is not read.
 */
export type ReadBody = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<string>;

/** Returns the function that reads bodies, and holds at most `maxHeldBytes` at a time. The gate counts refused requests. */
export function bodyReader(gate: Gate, maxHeldBytes = MAX_HELD_BYTES): ReadBody {
  let held = 0;
  return async (incoming, outgoing) => {
    let taken = 0;
    outgoing.once('close', () => {
      held -= taken;
      taken = 0;
    });
    const bytes = await readBytes(incoming, (count) => {
      if (held + count > maxHeldBytes)
        return gate.refuse('The bodies of the requests in flight are too large');
      held += count;
      taken += count;
      return undefined;
    });
    if (!isUtf8(bytes)) throw new GantzError('INVALID_JSON', 'The body is not UTF-8 text');
    return bytes.toString('utf8');
  };
}

/**
 * Calls `admit` with the length of the body before it is read, or of each chunk when the request has no content-length. A body
 * for which it returns an error is refused.
 */
function readBytes(incoming: IncomingMessage, admit: (bytes: number) => Error | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const declared = Number(incoming.headers['content-length']);
    const isDeclared = !Number.isNaN(declared);
    let length = 0;
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      const refusal = refusalOf(length) ?? (isDeclared ? undefined : admit(chunk.length));
      if (refusal) refuse(refusal);
      else chunks.push(chunk);
    };
    const refuse = (refusal: Error): void => {
      incoming.off('data', take).pause();
      reject(refusal);
    };
    const gone = (cause?: unknown): void => {
      // `close` is emitted after a complete request too.
      if (incoming.complete) return;
      reject(new GantzError('CANCELLED', 'The client disconnected before the end of its request', { cause }));
    };
    const refusal = isDeclared ? (refusalOf(declared) ?? admit(declared)) : undefined;
    if (refusal) {
      refuse(refusal);
      return;
    }
    incoming
      .on('data', take)
      .once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
      .once('error', gone)
      .once('close', gone);
  });
}

function refusalOf(length: number): Error | undefined {
  if (length <= MAX_BODY_BYTES) return undefined;
  return new BodyTooLong(`The body is longer than ${MAX_BODY_BYTES} bytes`);
}
