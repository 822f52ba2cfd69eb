import type { IncomingMessage } from 'node:http';
import { GantzError, toGantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import type { Span } from '../../contract/span.ts';
import { exchange } from './exchange.ts';
import { proxyFor } from './proxy.ts';
import { headersToSend, type HttpRequest } from './request.ts';
import { beginRequest, factsOf } from './request-span.ts';

/** The response of a request after all redirects, and the URL and method of the last request. */
export type FinalResponse = { response: IncomingMessage; url: URL; method: string };

const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows its redirects. The headers of the manifest are not sent to another origin. `safe` is true
 * when the request changes nothing; a failure then has the outcome `none`. `environment` names the proxies. Each
 * request is a span below `span`. Throws as `exchange`, and UNEXPECTED_ANSWER for
 * a redirect that is refused.
 */
export async function follow(
  first: HttpRequest,
  { safe, environment, span }: { safe: boolean; environment: Environment; span: Span | undefined },
  signal: AbortSignal,
): Promise<FinalResponse> {
  let request = first;
  let otherOrigin = false;
  let sent: Outcome = 'none';
  for (let hops = 0; ; hops++) {
    const { method, url, body } = request;
    const child = span && beginRequest(span, request, hops);
    const headers = headersToSend(request, { otherOrigin, trace: child?.headers() });
    let response: IncomingMessage;
    try {
      response = await exchange(
        { method, url, headers, body: body?.bytes, proxy: proxyFor(url, environment) },
        signal,
      );
    } catch (error) {
      child?.end({ 'error.type': toGantzError(error).code });
      if (!(error instanceof GantzError)) throw error;
      throw withOutcome(error, safe ? 'none' : sent === 'none' ? error.outcome : sent);
    }
    child?.end(factsOf(response));
    if (!safe) sent = 'unknown';
    const target = targetOf(response, url, sent);
    if (!target) return { response, url, method };
    response.destroy();
    if (hops === MAX_REDIRECTS) throw refused(`redirected more than ${MAX_REDIRECTS} times`, first.url, sent);
    otherOrigin ||= target.origin !== url.origin;
    request = redirected(request, response.statusCode ?? 0, target, sent);
  }
}

/** Returns the target of a redirect; undefined for any other response. */
function targetOf(
  { statusCode = 0, headers }: IncomingMessage,
  from: URL,
  outcome: Outcome,
): URL | undefined {
  const { location } = headers;
  if (!REDIRECTS.has(statusCode) || location === undefined) return undefined;
  const text = Buffer.from(location, 'latin1').toString();
  const target = URL.canParse(text, from.href) ? new URL(text, from) : undefined;
  if (!target || !/^https?:$/.test(target.protocol)) {
    throw refused('redirected to a URL that is not http or https', from, outcome);
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw refused(`redirected from https to ${target.origin}, which is not encrypted`, from, outcome);
  }
  // Credentials come from the manifest, never from a response.
  target.username = '';
  target.password = '';
  return target;
}

/** Returns the next request. 303 changes the method to GET, 301 and 302 change POST to GET, 307 and 308 change nothing. */
function redirected(request: HttpRequest, status: number, url: URL, outcome: Outcome): HttpRequest {
  const { method, body, headers } = request;
  const becomesGet =
    status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
  if (becomesGet) {
    const kept = Object.entries(headers).filter(([name]) => name !== 'content-type');
    return { ...request, method: 'GET', url, headers: Object.fromEntries(kept), body: undefined };
  }
  if (body && url.origin !== request.url.origin) {
    throw refused(`redirected a request with a body to another origin, ${url.origin}`, request.url, outcome);
  }
  return { ...request, url };
}

function refused(what: string, { origin }: URL, outcome: Outcome): GantzError {
  return new GantzError('UNEXPECTED_ANSWER', `${origin} ${what}`, {
    outcome,
    hint: 'Write the final URL in the manifest.',
  });
}
