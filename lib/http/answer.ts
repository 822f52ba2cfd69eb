import type { ServerResponse } from 'node:http';
import { failure, renderEnvelope, type Envelope } from '../envelope.ts';
import { CODES, GantzError, toGantzError, type Code } from '../errors.ts';
import { BodyTooLong } from './request-body.ts';

/** An answer before it is sent. */
export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string };

type Headers = Record<string, string>;

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** An answer with a JSON value. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify(value) };
}

/** The answer with an envelope: `{"result": …}`. */
export function envelopeAnswer(status: number, envelope: Envelope, headers?: Headers): Answer {
  const body = `{"result":${renderEnvelope(envelope)}}`;
  return { status, headers: headers ? { ...JSON_TYPE, ...headers } : JSON_TYPE, body };
}

/** The answer to a request that is refused before any tool runs. */
export function refusal(
  status: number,
  code: Code,
  message: string,
  { hint, headers }: { hint?: string; headers?: Headers } = {},
): Answer {
  const error = new GantzError(code, message, hint === undefined ? {} : { hint });
  return envelopeAnswer(status, failure(error), headers);
}

/** The answer to a request that failed. */
export function failureAnswer(thrown: unknown): Answer {
  if (thrown instanceof BodyTooLong) {
    // The rest of it is not read.
    return refusal(413, 'USAGE', thrown.message, { headers: { connection: 'close' } });
  }
  const error = toGantzError(thrown);
  return envelopeAnswer(CODES[error.code].http, failure(error));
}

/** Sends an answer in one piece. It sets the length, because without one a runtime sends chunks. */
export function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
