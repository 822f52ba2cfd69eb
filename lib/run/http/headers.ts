import { GantzError } from '../../contract/errors.ts';
import { renderValue } from '../template.ts';
import { renderJsonTemplate } from './json-text.ts';
import { refuseValue } from './refuse-value.ts';
import { renderText, type TemplateInput } from './template-input.ts';
import { wellFormed } from './url-text.ts';

/** Headers by their names in lower case. A value is a Latin-1 string that holds the bytes of its UTF-8, which Node sends as they are. */
export type HeaderFields = Record<string, string>;

/** The headers that describe the connection or the length of the body. The program sets them; those of a manifest are not sent. */
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

/** Returns true for a text that can be the name of a header or of a method (RFC 9110, token). */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(text);
}

/**
 * Renders the headers of a manifest. A header whose parameters are all omitted is not sent. Throws MANIFEST_INVALID for a
 * wrong header, and INVALID_PARAMETERS for a value that a header cannot hold.
 */
export function renderHeaders(
  templates: Readonly<Record<string, string>>,
  input: TemplateInput,
): HeaderFields {
  const headers: HeaderFields = {};
  for (const [written, template] of Object.entries(templates)) {
    const name = written.toLowerCase();
    if (!isToken(name)) {
      throw new GantzError('MANIFEST_INVALID', `${JSON.stringify(written)} is not a valid header name`);
    }
    if (CONNECTION_HEADERS.has(name)) continue;
    const json = name === 'host' ? undefined : renderJsonTemplate(template, input);
    const text = (
      json ??
      renderText(template, input, (value, path) => {
        if (name === 'host') throw placeholderInHost();
        return headerText(value, path);
      })
    )?.trim();
    if (text === undefined) continue;
    if (CONTROL.test(text)) {
      throw new GantzError(
        'MANIFEST_INVALID',
        `The header ${written} contains a line break or a control character`,
        {
          hint: 'Check the values of its environment variables.',
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
    throw refuseValue(path, 'contains a line break or a control character, which a header cannot hold');
  return text;
}

function placeholderInHost(): GantzError {
  return new GantzError(
    'MANIFEST_INVALID',
    'A parameter cannot be in the header Host, because that header selects the server',
  );
}

// Tabs are allowed in a header.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
