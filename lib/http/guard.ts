import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { nameOfHost, nameOfOrigin } from './address.ts';
import { refuse } from './refusal.ts';

export type GuardOptions = {
  /** Whether a request may call the server by this name. */
  knows: (name: string) => boolean;
  /** Whether an Authorization header holds the token; absent when none is demanded. */
  isAuthorized?: (header: string | undefined) => boolean;
};

/** What hono hands on: the request as node:http has it, whose headers need no copy. */
export type Guarded = { Bindings: HttpBindings };

/** Lets a request pass when its Host and its Origin are the server's own. */
export function guardNames({ knows }: GuardOptions): MiddlewareHandler<Guarded> {
  return async ({ env }, next) => {
    const { headers } = env.incoming;
    const host = nameOfHost(headers.host ?? '');
    if (host === undefined || !knows(host)) {
      return refuse(403, 'FORBIDDEN', 'The Host of this request is not this server', {
        hint: 'Call it by its address; gantz serve --allow-host NAME allows another name.',
      });
    }
    const { origin } = headers;
    const page = origin === undefined ? host : nameOfOrigin(origin);
    if (page === undefined || !knows(page)) {
      return refuse(403, 'FORBIDDEN', 'Web pages of this Origin may not call this server');
    }
    await next();
    return undefined;
  };
}

/** Lets a request pass when it brings the token. */
export function guardToken({ isAuthorized }: GuardOptions): MiddlewareHandler<Guarded> {
  return async ({ env }, next) => {
    if (!isAuthorized || isAuthorized(env.incoming.headers.authorization)) {
      await next();
      return undefined;
    }
    return refuse(401, 'FORBIDDEN', 'A bearer token is needed', {
      hint: 'Send Authorization: Bearer <token>; gantz serve --auth printed it, or GANTZ_AUTH_TOKEN holds it.',
      headers: { 'www-authenticate': 'Bearer realm="gantz"' },
    });
  };
}
