import type { IncomingHttpHeaders } from 'node:http';
import { nameOfHost, nameOfOrigin } from './address.ts';
import { refusal, type Answer } from './answer.ts';

export type GuardOptions = {
  /** Whether a request may call the server by this name. */
  knows: (name: string) => boolean;
  /** Whether an Authorization header holds the token; absent when none is demanded. */
  isAuthorized?: (header: string | undefined) => boolean;
};

/** What stands in a request's way; undefined when nothing does. */
type Guard = (headers: IncomingHttpHeaders) => Answer | undefined;

/** Lets a request pass when its Host and its Origin are the server's own. */
export function guardNames({ knows }: GuardOptions): Guard {
  // Nearly all requests name the server as the one before did.
  let passed: string | undefined;
  return ({ host = '', origin }) => {
    if (host !== passed) {
      const name = nameOfHost(host);
      if (name === undefined || !knows(name)) {
        return refusal(403, 'FORBIDDEN', 'The Host of this request is not this server', {
          hint: 'Call it by its address; gantz serve --allow-host NAME allows another name.',
        });
      }
      passed = host;
    }
    const page = origin === undefined ? undefined : nameOfOrigin(origin);
    if (origin === undefined || (page !== undefined && knows(page))) return undefined;
    return refusal(403, 'FORBIDDEN', 'Web pages of this Origin may not call this server');
  };
}

/** Lets a request pass when it brings the token. */
export function guardToken({ isAuthorized }: GuardOptions): Guard {
  return ({ authorization }) => {
    if (!isAuthorized || isAuthorized(authorization)) return undefined;
    return refusal(401, 'FORBIDDEN', 'A bearer token is needed', {
      hint: 'Send Authorization: Bearer <token>; gantz serve --auth printed it, or GANTZ_AUTH_TOKEN holds it.',
      headers: { 'www-authenticate': 'Bearer realm="gantz"' },
    });
  };
}
