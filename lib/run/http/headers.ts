import { GantzError } from '../../contract/errors.ts';
import { renderValue } from '../template.ts';
import { refuseValue } from './refuse-value.ts';
import { renderText, type Source } from './source.ts';
import { wellFormed } from './url.ts';

/** Header names in lower case, values as the bytes of their UTF-8 in a Latin-1 string, which is what node sends. */
export type Headers = Record<string, string>;

/** The headers that describe the connection or the length of what is sent; they are made, never taken from a manifest. */
export const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Whether a text may be the name of a header or of a method. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(text);
}

/** The headers of a manifest with their values put in; one that is nothing but omitted parameters is left out. */
export function renderHeaders(templates: Readonly<Record<string, string>>, source: Source): Headers {
  const headers: Headers = {};
  for (const [written, template] of Object.entries(templates)) {
    const name = written.toLowerCase();
    if (!isToken(name)) {
      throw new GantzError(
        'MANIFEST_INVALID',
        `${JSON.stringify(written)} is not the name of an HTTP header`,
      );
    }
    if (CONNECTION_HEADERS.has(name)) continue;
    const text = renderText(template, source, (value, path) => {
      if (name === 'host') throw placeholderInHost();
      return headerText(value, path);
    })?.trim();
    if (text === undefined) continue;
    if (CONTROL.test(text)) {
      throw new GantzError(
        'MANIFEST_INVALID',
        `The header ${written} holds a line break or a control character`,
        {
          hint: 'Look at the environment variables that it is made of.',
        },
      );
    }
    headers[name] = Buffer.from(text).toString('latin1');
  }
  return headers;
}

function headerText(value: unknown, path: readonly string[]): string {
  const text = wellFormed(renderValue(value), path);
  if (CONTROL.test(text))
    throw refuseValue(path, 'holds a line break or a control character, which no header can');
  return text;
}

function placeholderInHost(): GantzError {
  return new GantzError(
    'MANIFEST_INVALID',
    'A parameter cannot stand in the header Host, which chooses the server',
  );
}

// Tabs are allowed in a header.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
