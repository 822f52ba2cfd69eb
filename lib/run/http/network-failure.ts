import { GantzError } from '../../contract/errors.ts';
import { isCertificateError, TRUST_HINT } from '../../contract/certificate.ts';

/** Converts an error of a connection to a GantzError. `server` names the other end in its message. */
export function networkFailure(
  error: Error & { code?: string; syscall?: string },
  server: string,
): GantzError {
  const { code = '', syscall } = error;
  if (syscall === 'getaddrinfo') {
    return unreachable(
      `Cannot connect to ${server}: ${REASONS[code] ?? `the name lookup failed (${code})`}`,
      error,
    );
  }
  if (syscall === 'connect' || NOT_CONNECTED.test(code)) {
    return unreachable(`Cannot connect to ${server}: ${REASONS[code] ?? code}`, error);
  }
  if (isCertificateError(code)) {
    return new GantzError('UPSTREAM_UNAVAILABLE', `The certificate of ${server} is not trusted (${code})`, {
      retryable: false,
      hint: TRUST_HINT,
      cause: error,
    });
  }
  if (code === 'EPROTO' || /^ERR_SSL_/.test(code)) {
    return unreachable(`The TLS handshake with ${server} failed (${code})`, error);
  }
  if (/^(?:HPE_|Z_DATA_ERROR|ERR_.*(?:BROTLI|_PADDING))/.test(code)) {
    return new GantzError('UNEXPECTED_ANSWER', `${server} sent an invalid HTTP response (${code})`, {
      outcome: 'unknown',
      cause: error,
    });
  }
  return new GantzError(
    'UPSTREAM_UNAVAILABLE',
    `The connection to ${server} was lost (${code || error.message})`,
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
