import type { IncomingMessage } from 'node:http';
import { GantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import { exchange } from './exchange.ts';
import { headersToSend, type HttpRequest } from './request.ts';

/** The last answer of a request, who gave it, and what a failure from here on leaves open. */
export type Answered = { response: IncomingMessage; url: URL; method: string };

const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Sends a request and follows where it is redirected to. The manifest's headers stay with the first origin. `safe` is
 * whether sending it changes nothing, so that a failure's outcome is `none`.
 */
export async function follow(first: HttpRequest, safe: boolean, signal: AbortSignal): Promise<Answered> {
  let request = first;
  let foreign = false;
  let sent: Outcome = 'none';
  for (let hops = 0; ; hops++) {
    const { method, url, body } = request;
    const headers = headersToSend(request, { foreign });
    let response: IncomingMessage;
    try {
      response = await exchange({ method, url, headers, body: body?.bytes }, signal);
    } catch (error) {
      if (!(error instanceof GantzError)) throw error;
      throw withOutcome(error, safe ? 'none' : sent === 'none' ? error.outcome : sent);
    }
    if (!safe) sent = 'unknown';
    const target = targetOf(response, url, sent);
    if (!target) return { response, url, method };
    response.destroy();
    if (hops === MAX_REDIRECTS) throw refused(`redirects more than ${MAX_REDIRECTS} times`, first.url, sent);
    foreign ||= target.origin !== url.origin;
    request = redirected(request, response.statusCode ?? 0, target, sent);
  }
}

/** Where an answer sends the request next, if it does. */
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
    throw refused('redirects to what is not an http or https URL', from, outcome);
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw refused(
      `redirects from https to http (${target.host}), which would be readable on the way`,
      from,
      outcome,
    );
  }
  // Credentials belong to the manifest, not to an answer.
  target.username = '';
  target.password = '';
  return target;
}

/** The request to send next: 303 asks with GET, 301 and 302 turn a POST into one, 307 and 308 change nothing. */
function redirected(request: HttpRequest, status: number, url: URL, outcome: Outcome): HttpRequest {
  const { method, body, headers } = request;
  const asksAnew =
    status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
  if (asksAnew) {
    const kept = Object.entries(headers).filter(([name]) => name !== 'content-type');
    return { ...request, method: 'GET', url, headers: Object.fromEntries(kept), body: undefined };
  }
  if (body?.private && url.hostname !== request.url.hostname) {
    throw refused(
      `redirects a body that holds variables of the environment to ${url.host}`,
      request.url,
      outcome,
    );
  }
  return { ...request, url };
}

function refused(what: string, { host }: URL, outcome: Outcome): GantzError {
  return new GantzError('UNEXPECTED_ANSWER', `${host} ${what}`, {
    outcome,
    hint: 'Write the address that it should be into the manifest.',
  });
}
