import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns how long a response asks to wait before another request, in milliseconds (RFC 9110, section 10.2.3); undefined without a
 * valid Retry-After. A date counts from the `Date` of the response, so that the clock of this machine does not matter.
 */
export function retryAfterMsOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse accepts other texts too, such as -1.
  const until = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(until)) return undefined;
  const now = Date.parse(headers.date ?? '');
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}
