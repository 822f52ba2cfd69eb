import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** Returns the answer to a request; undefined when the route has sent it. */
type Route = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<Answer | undefined>;

/**
 * The routes of a path by method. GET also answers HEAD. An `open` path needs no token. A `public` path has no data either, so
 * pages of other origins may link to it.
 */
export type Path = { GET: Route; open?: true; public?: true } | { POST: Route } | { any: Route };
