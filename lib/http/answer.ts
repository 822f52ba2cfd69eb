import type { ServerResponse } from 'node:http';
import { failure, renderEnvelope, type Envelope } from '../contract/envelope.ts';
import { CODES, GantzError, toGantzError, type Code } from '../contract/errors.ts';
import { BodyTooLong } from './request-body.ts';

/** A response that is not sent yet. */
export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string };

type Headers = Record<string, string>;

/** When a client may try again after OVERLOADED, in seconds. */
const RETRY_AFTER_S = '1';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };

/** Returns an answer with a JSON value as its body. */
export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, headers: JSON_TYPE, body: JSON.stringify(value) };
}

/** Returns an answer with an envelope: `{"result": …}`. */
export function envelopeAnswer(status: number, envelope: Envelope, headers?: Headers): Answer {
  const body = `{"result":${renderEnvelope(envelope)}}`;
  return { status, headers: headers ? { ...JSON_TYPE, ...headers } : JSON_TYPE, body };
}

/** Returns the answer to a request that is refused before a tool is called. */
export function refusal(
  status: number,
  code: Code,
  message: string,
  { hint, headers }: { hint?: string; headers?: Headers } = {},
): Answer {
  const error = new GantzError(code, message, hint === undefined ? {} : { hint });
  return envelopeAnswer(status, failure(error), headers);
}

/** Returns the answer to a request whose handling threw. */
export function failureAnswer(thrown: unknown): Answer {
  if (thrown instanceof BodyTooLong) return refusal(413, 'USAGE', thrown.message);
  const error = toGantzError(thrown);
  const headers = error.code === 'OVERLOADED' ? { 'retry-after': RETRY_AFTER_S } : undefined;
  return envelopeAnswer(CODES[error.code].http, failure(error), headers);
}

/** Sends an answer with its content-length; without it, Bun sends the body in chunks. */
export function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
