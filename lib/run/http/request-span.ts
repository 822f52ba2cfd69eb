import type { IncomingMessage } from 'node:http';
import type { Attributes, Span } from '../../contract/span.ts';
import type { HttpRequest } from './request.ts';
import { REDACTED } from './url.ts';

/** The methods that have names in the semantic conventions. */
const METHODS: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** Begins the span of a request, after a number of redirects. A URL to which a server redirects is part of its answer. */
export function beginRequest(span: Span, { method, url, redacted }: HttpRequest, redirects: number): Span {
  const isKnown = METHODS.has(method);
  return span.child(isKnown ? method : 'HTTP', {
    'http.request.method': isKnown ? method : '_OTHER',
    'url.full': redirects === 0 ? redacted() : `${url.origin}/${REDACTED}`,
    'server.address': url.hostname.replace(/^\[|\]$/g, ''),
    'server.port': Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
    'http.request.resend_count': redirects === 0 ? undefined : redirects,
  });
}

/** Returns what a response adds to the span of its request. */
export function factsOf({ statusCode = 0, httpVersion }: IncomingMessage): Attributes {
  return {
    'http.response.status_code': statusCode,
    'network.protocol.version': httpVersion,
    'error.type': statusCode >= 400 ? String(statusCode) : undefined,
  };
}
