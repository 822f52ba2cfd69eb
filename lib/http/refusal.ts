import { failure, renderEnvelope, type Envelope } from '../envelope.ts';
import { GantzError, type Code } from '../errors.ts';

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** The answer with an envelope: `{"result": …}`. */
export function answer(status: number, envelope: Envelope, headers?: Record<string, string>): Response {
  const body = `{"result":${renderEnvelope(envelope)}}`;
  // Said here, since one of the runtimes would send it in chunks.
  const length = String(Buffer.byteLength(body));
  return new Response(body, { status, headers: { ...HEADERS, 'content-length': length, ...headers } });
}

/** The answer to a request that is refused before any tool is asked. */
export function refuse(
  status: number,
  code: Code,
  message: string,
  { hint, headers }: { hint?: string; headers?: Record<string, string> } = {},
): Response {
  const error = new GantzError(code, message, hint === undefined ? {} : { hint });
  return answer(status, failure(error), headers);
}
