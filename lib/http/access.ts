import type { IncomingHttpHeaders } from 'node:http';
import { nameOfHost, nameOfOrigin } from './address.ts';
import { refusal, type Answer } from './answer.ts';

/** Decides which requests may pass. */
export type AccessOptions = {
  /** Returns true for a host name that requests may use for this server. */
  isOwnName: (name: string) => boolean;
  /** Returns true for an Authorization header with the token; absent when no token is required. */
  isAuthorized?: (header: string | undefined) => boolean;
};

/** Returns the answer that refuses a request, or undefined when the request may pass. */
type AccessCheck = (headers: IncomingHttpHeaders) => Answer | undefined;

/** Returns a check that refuses a request unless its Host and its Origin are names of this server. */
export function checkNames({ isOwnName }: AccessOptions): AccessCheck {
  // Most requests have the same Host as the one before, which is not checked again.
  let passed: string | undefined;
  return ({ host = '', origin }) => {
    if (host !== passed) {
      const name = nameOfHost(host);
      if (name === undefined || !isOwnName(name)) {
        return refusal(403, 'FORBIDDEN', 'The Host header does not name this server', {
          hint: 'Use its address, or start gantz serve with --allow-host NAME.',
        });
      }
      passed = host;
    }
    const page = origin === undefined ? undefined : nameOfOrigin(origin);
    if (origin === undefined || (page !== undefined && isOwnName(page))) return undefined;
    return refusal(403, 'FORBIDDEN', 'Web pages of this Origin may not call this server');
  };
}

/** Returns a check that refuses a request without the token. */
export function checkToken({ isAuthorized }: AccessOptions): AccessCheck {
  return ({ authorization }) => {
    if (!isAuthorized || isAuthorized(authorization)) return undefined;
    return refusal(401, 'FORBIDDEN', 'A bearer token is required', {
      hint: 'Send Authorization: Bearer <token>. gantz serve --auth prints the token, or GANTZ_AUTH_TOKEN contains it.',
      headers: { 'www-authenticate': 'Bearer realm="gantz"' },
    });
  };
}
