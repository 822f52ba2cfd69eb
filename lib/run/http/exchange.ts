import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { isCertificateError, TRUST_HINT } from '../../contract/certificate.ts';
import type { Headers } from './headers.ts';

export type Sending = { method: string; url: URL; headers: Headers; body: Buffer | undefined };

/**
 * Sends one request and gives the answer once its headers are there; its body may still be on the way. Aborting ends
 * both, with the signal's reason. A failure's outcome is `none` when nothing can have been sent, else `unknown`.
 */
export async function exchange(
  { method, url, headers, body }: Sending,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const open = url.protocol === 'https:' ? requestSecure : requestPlain;
  signal.throwIfAborted();
  return await new Promise((resolve, reject) => {
    // A connection of its own: one that was kept may die just as it is used again, and a POST cannot be repeated.
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

/** What went wrong with a connection, as a failure to reach `url`'s host. */
export function networkFailure(error: Error & { code?: string; syscall?: string }, url: URL): GantzError {
  const { code = '', syscall } = error;
  if (syscall === 'getaddrinfo') {
    return unreachable(`There is no host ${url.hostname}${code === 'ENOTFOUND' ? '' : ` (${code})`}`, error);
  }
  if (syscall === 'connect' || NOT_CONNECTED.test(code)) {
    return unreachable(`Nothing answers at ${url.host}: ${REASONS[code] ?? code}`, error);
  }
  if (isCertificateError(code)) {
    return new GantzError('UPSTREAM_UNAVAILABLE', `The certificate of ${url.host} is not trusted (${code})`, {
      retryable: false,
      hint: TRUST_HINT,
      cause: error,
    });
  }
  if (code === 'EPROTO' || /^ERR_SSL_/.test(code)) {
    return unreachable(`${url.host} does not speak TLS as it should (${code})`, error);
  }
  if (/^(?:HPE_|Z_DATA_ERROR|ERR_.*(?:BROTLI|_PADDING))/.test(code)) {
    return new GantzError('UNEXPECTED_ANSWER', `${url.host} answered with something broken (${code})`, {
      outcome: 'unknown',
      cause: error,
    });
  }
  return new GantzError(
    'UPSTREAM_UNAVAILABLE',
    `The connection to ${url.host} broke off (${code || error.message})`,
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
  ETIMEDOUT: 'no answer to the attempt to connect',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be looked up now',
};

function unreachable(message: string, cause: Error): GantzError {
  return new GantzError('UPSTREAM_UNAVAILABLE', message, { cause });
}

/** The reason of an abort as a GantzError that says whether the request can have been sent by then. */
function interrupted(reason: unknown, { socket }: ClientRequest): Error {
  const { connecting, secureConnecting } = (socket ?? {}) as Partial<
    TLSSocket & { secureConnecting: boolean }
  >;
  const waiting = connecting === true || secureConnecting === true;
  return withOutcome(toGantzError(reason), waiting ? 'none' : 'unknown');
}
