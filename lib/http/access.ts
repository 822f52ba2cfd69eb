import type { IncomingHttpHeaders } from 'node:http';
import { isSameOrigin, nameOfHost } from './address.ts';
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

/** Returns a check that refuses a request unless its Host is a name of this server. */
export function checkHost({ isOwnName }: AccessOptions): AccessCheck {
  // Most requests have the same Host as the one before, which is not checked again.
  let passed: string | undefined;
  return ({ host = '' }) => {
    if (host === passed) return undefined;
    const name = nameOfHost(host);
    if (name !== undefined && isOwnName(name)) {
      passed = host;
      return undefined;
    }
    return refusal(403, 'FORBIDDEN', 'The Host header does not name this server', {
      hint: 'Use its address, or start gantz serve with --allow-host NAME.',
    });
  };
}

/**
 * Returns a check that refuses requests of web pages, except pages of the server's own origin and requests with the token.
 * Other programs on the same machine serve pages from other ports, so a loopback name alone proves nothing.
 */
export function checkOrigin({ isAuthorized }: AccessOptions): AccessCheck {
  return ({ host = '', origin, authorization, 'sec-fetch-site': site }) => {
    const isFromPage = origin !== undefined || site === 'cross-site' || site === 'same-site';
    if (!isFromPage || isSameOrigin(origin, host) || isAuthorized?.(authorization)) return undefined;
    return refusal(403, 'FORBIDDEN', 'Web pages of another origin may not call this server without a token', {
      hint: 'Start gantz serve with --auth, and send Authorization: Bearer <token>.',
    });
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
