import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { isCertificateError, TRUST_HINT } from '../../contract/certificate.ts';
import type { HeaderFields } from './headers.ts';

/** A request as it is sent to one server. */
export type OutgoingRequest = { method: string; url: URL; headers: HeaderFields; body: Buffer | undefined };

/**
 * Sends one request and returns the response when its headers have arrived; its body may still be arriving. An abort of
 * the signal ends both and throws the reason of the signal. Throws UPSTREAM_UNAVAILABLE or UNEXPECTED_ANSWER, with the
 * outcome `none` when nothing can have been sent, else `unknown`.
 */
export async function exchange(
  { method, url, headers, body }: OutgoingRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? requestSecure : requestPlain;
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    // Each request has its own connection. A server may close a kept connection while it is used again, and a POST cannot
    // be repeated.
    const request = open(url, { method, headers, agent: false, maxHeaderSize: 64 * 1024 });
    const onAbort = (): void => {
      reject(interrupted(signal.reason, request));
      request.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('error', (error) => reject(networkFailure(error, url)));
    request.on('response', resolve);
    request.on('close', () => signal.removeEventListener('abort', onAbort));
    request.end(body);
  });
}

/** Converts an error of a connection to the host of `url` to a GantzError. */
export function networkFailure(error: Error & { code?: string; syscall?: string }, url: URL): GantzError {
  const { code = '', syscall } = error;
  if (syscall === 'getaddrinfo') {
    return unreachable(
      `Cannot connect to ${url.origin}: ${REASONS[code] ?? `the name lookup failed (${code})`}`,
      error,
    );
  }
  if (syscall === 'connect' || NOT_CONNECTED.test(code)) {
    return unreachable(`Cannot connect to ${url.origin}: ${REASONS[code] ?? code}`, error);
  }
  if (isCertificateError(code)) {
    return new GantzError(
      'UPSTREAM_UNAVAILABLE',
      `The certificate of ${url.origin} is not trusted (${code})`,
      {
        retryable: false,
        hint: TRUST_HINT,
        cause: error,
      },
    );
  }
  if (code === 'EPROTO' || /^ERR_SSL_/.test(code)) {
    return unreachable(`The TLS handshake with ${url.origin} failed (${code})`, error);
  }
  if (/^(?:HPE_|Z_DATA_ERROR|ERR_.*(?:BROTLI|_PADDING))/.test(code)) {
    return new GantzError('UNEXPECTED_ANSWER', `${url.origin} sent an invalid HTTP response (${code})`, {
      outcome: 'unknown',
      cause: error,
    });
  }
  return new GantzError(
    'UPSTREAM_UNAVAILABLE',
    `The connection to ${url.origin} was lost (${code || error.message})`,
    {
      outcome: 'unknown',
      cause: error,
    },
  );
}

const NOT_CONNECTED = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ConnectionRefused)$/;
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ConnectionRefused: 'connection refused',
  ETIMEDOUT: 'the attempt to connect timed out',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the name lookup failed temporarily',
};

function unreachable(message: string, cause: Error): GantzError {
  return new GantzError('UPSTREAM_UNAVAILABLE', message, { cause });
}

/** Converts the reason of an abort to a GantzError. Its outcome is `none` while the connection was not yet open. */
function interrupted(reason: unknown, { socket }: ClientRequest): Error {
  const { connecting, secureConnecting } = (socket ?? {}) as Partial<
    TLSSocket & { secureConnecting: boolean }
  >;
  const waiting = connecting === true || secureConnecting === true;
  return withOutcome(toGantzError(reason), waiting ? 'none' : 'unknown');
}
