import type { IncomingMessage } from 'node:http';
import { GantzError } from '../contract/errors.ts';

const NAME = 'idempotency-key';

/**
 * Returns the text of the Idempotency-Key header, undefined without one. It is a string of RFC 9651, as the IETF draft of the header
 * says, or the text itself, as most clients send it. Throws USAGE for an empty, a repeated and a malformed header.
 */
export function idempotencyKeyIn({ headers, rawHeaders }: IncomingMessage): string | undefined {
  if (headers[NAME] === undefined) return undefined;
  // node:http joins repeated headers with a comma, which a key may contain.
  const [text = '', ...others] = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === NAME,
  );
  if (others.length > 0) throw wrong('is given more than once');
  if (text === '' || text === '""') throw wrong('is empty');
  if (!/^[\x20-\x7e]*$/.test(text)) throw wrong('has characters that are not ASCII');
  if (!text.startsWith('"')) return text;
  if (!/^"(?:[^"\\]|\\["\\])*"$/.test(text)) throw wrong('begins with a quote and is no quoted string');
  return text.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}

function wrong(reason: string): GantzError {
  return new GantzError('USAGE', `The header Idempotency-Key ${reason}`, {
    hint: 'Write one key of 1 to 255 ASCII characters: Idempotency-Key: "8e03978e-40d5-43dd-bc93-6894a57f9324".',
  });
}
