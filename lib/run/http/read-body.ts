import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { GantzError } from '../../contract/errors.ts';
import { networkFailure } from './network-failure.ts';
import type { FinalResponse } from './follow.ts';

/**
 * Reads and decompresses the body of a response, up to `limit` bytes. `cut` is true when the body is longer. Throws
 * UNEXPECTED_ANSWER for an unknown or broken compression, and the reason of the signal when it is aborted.
 */
export async function readBody(
  { response, url, method }: FinalResponse,
  limit: number,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; cut: boolean }> {
  const onAbort = (): void => void response.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    signal.throwIfAborted();
    for await (const chunk of decoded(response, method)) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > limit) return { bytes: Buffer.concat(chunks).subarray(0, limit), cut: true };
    }
    return { bytes: Buffer.concat(chunks), cut: false };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof GantzError || !(error instanceof Error)
      ? error
      : networkFailure(error, url.origin);
  } finally {
    signal.removeEventListener('abort', onAbort);
    response.destroy();
  }
}

function decoded(response: IncomingMessage, method: string): Readable {
  const { statusCode, headers } = response;
  const codings = (headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0 || method === 'HEAD' || statusCode === 204 || statusCode === 304) return response;
  const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  };
  let stream: Readable = response;
  for (const coding of codings.reverse()) {
    const decoder = Object.hasOwn(decoders, coding) ? decoders[coding]?.() : undefined;
    if (!decoder) {
      throw new GantzError(
        'UNEXPECTED_ANSWER',
        `The response has the unsupported Content-Encoding ${coding}`,
        {
          outcome: 'unknown',
          hint: 'Remove Accept-Encoding from the headers of the manifest.',
        },
      );
    }
    // An error of any stream ends the last one, which is the one that is read.
    stream = pipeline(stream, decoder, () => undefined);
  }
  return stream;
}
