import type { IncomingHttpHeaders } from 'node:http';
import { nameOfHost, nameOfOrigin } from './address.ts';
import { refusal, type Answer } from './answer.ts';

export type AccessOptions = {
  /** Returns true for a name that a request may call the server by. */
  isOwnName: (name: string) => boolean;
  /** Returns true for an Authorization header that holds the token; absent when no token is demanded. */
  isAuthorized?: (header: string | undefined) => boolean;
};

/** Returns the answer that refuses a request; undefined when it may pass. */
type AccessCheck = (headers: IncomingHttpHeaders) => Answer | undefined;

/** Refuses a request unless its Host and its Origin are names of this server. */
export function checkNames({ isOwnName }: AccessOptions): AccessCheck {
  // Nearly all requests name the server as the one before did: that name is checked once.
  let passed: string | undefined;
  return ({ host = '', origin }) => {
    if (host !== passed) {
      const name = nameOfHost(host);
      if (name === undefined || !isOwnName(name)) {
        return refusal(403, 'FORBIDDEN', 'The Host of this request is not this server', {
          hint: 'Call it by its address; gantz serve --allow-host NAME allows another name.',
        });
      }
      passed = host;
    }
    const page = origin === undefined ? undefined : nameOfOrigin(origin);
    if (origin === undefined || (page !== undefined && isOwnName(page))) return undefined;
    return refusal(403, 'FORBIDDEN', 'Web pages of this Origin may not call this server');
  };
}

/** Refuses a request without the token. */
export function checkToken({ isAuthorized }: AccessOptions): AccessCheck {
  return ({ authorization }) => {
    if (!isAuthorized || isAuthorized(authorization)) return undefined;
    return refusal(401, 'FORBIDDEN', 'A bearer token is needed', {
      hint: 'Send Authorization: Bearer <token>; gantz serve --auth printed it, or GANTZ_AUTH_TOKEN holds it.',
      headers: { 'www-authenticate': 'Bearer realm="gantz"' },
    });
  };
}
