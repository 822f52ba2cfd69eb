import type { ServerResponse } from 'node:http';
import { failure, renderEnvelope, type Envelope } from '../contract/envelope.ts';
import { CODES, GantzError, toGantzError, type Code } from '../contract/errors.ts';
import type { Quota } from '../run/guards/guard.ts';
import { BodyTooLong } from './request-body.ts';

/** A response that is not sent yet. */
export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string | Uint8Array };

type Headers = Record<string, string>;

/** The fields of a call that the guard rate_limit has refused. */
type RateLimited = {
  retry_after_ms?: number;
  rate_limit?: { name?: string; limit?: number; window_seconds?: number };
};

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

/** Returns the answer to a request whose handling threw. `headers` are those that the failure has no values for. */
export function failureAnswer(thrown: unknown, headers: Headers = {}): Answer {
  if (thrown instanceof BodyTooLong) return refusal(413, 'USAGE', thrown.message);
  const error = toGantzError(thrown);
  return envelopeAnswer(CODES[error.code].http, failure(error), {
    ...headers,
    ...retryAfter(error),
    ...refusedQuota(error),
  });
}

/** Returns Retry-After for a failure that says when the call may be repeated. */
function retryAfter({ code, fields }: GantzError): Headers {
  const ms = fields?.['retry_after_ms'];
  if (typeof ms === 'number') return { 'retry-after': inSeconds(ms) };
  return code === 'OVERLOADED' ? { 'retry-after': RETRY_AFTER_S } : {};
}

/** Returns the RateLimit fields of a call that the guard rate_limit has refused. */
function refusedQuota({ code, fields }: GantzError): Headers {
  const { rate_limit: policy, retry_after_ms: ms } = (fields ?? {}) as RateLimited;
  const { name = '', limit, window_seconds: windowSeconds } = policy ?? {};
  // A script may write such a failure too.
  if (code !== 'RATE_LIMITED' || ![ms, limit, windowSeconds].every(Number.isInteger)) return {};
  return quotaFields(
    { name, limit: Number(limit), windowSeconds: Number(windowSeconds), remaining: 0 },
    inSeconds(Number(ms)),
  );
}

/**
 * Returns the RateLimit fields of draft-ietf-httpapi-ratelimit-headers-10. `resetS` is the time in seconds until more is left, which is
 * optional.
 */
export function quotaFields(
  { name: text, limit, windowSeconds, remaining }: Quota,
  resetS?: string,
): Headers {
  // A string of a structured field has only ASCII (RFC 9651).
  const name = `"${encodeURIComponent(text)}"`;
  return {
    'ratelimit-policy': `${name};q=${limit};w=${windowSeconds}`,
    ratelimit: `${name};r=${remaining}${resetS === undefined ? '' : `;t=${resetS}`}`,
  };
}

/** Returns milliseconds as whole seconds, rounded up. */
function inSeconds(ms: number): string {
  return String(Math.max(0, Math.ceil(ms / 1000)));
}

/** Sends an answer with its content-length; without it, Bun sends the body in chunks. */
export function send(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
