import { parseJson } from '../../json/parse.ts';
import { isBinaryType, isJsonType } from './media-type.ts';

/**
 * The content of a response: a JSON value, text, or other bytes. `lossy` is a number of a JSON text that would lose
 * digits. `json` is true when the text was read as JSON.
 */
export type Content =
  | { kind: 'json'; value: unknown; text: string }
  | { kind: 'text'; text: string; lossy?: string; json: boolean }
  | { kind: 'bytes'; base64: string; type: string };

/** Reads the body of a response by its Content-Type. A text that begins as an object or array is read as JSON with any type. */
export function readContent(bytes: Buffer, contentType = ''): Content {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const text =
    bytes.length > 0 && isBinaryType(type)
      ? undefined
      : decode(bytes, /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1]);
  if (text === undefined) {
    return { kind: 'bytes', base64: bytes.toString('base64'), type: type || 'application/octet-stream' };
  }
  // A single number or word is JSON only when the Content-Type is JSON: a version such as 1.10 is text.
  const json = isJsonType(type) || /^\s*[[{]/.test(text);
  if (!json || text === '') return { kind: 'text', text, json };
  const parsed = parseJson(text);
  if ('value' in parsed) return { kind: 'json', value: parsed.value, text };
  return parsed.problem === 'digits'
    ? { kind: 'text', text, json: true, lossy: parsed.literal }
    : { kind: 'text', text, json: false };
}

/** Decodes bytes in the given charset. Returns undefined when they are not text. */
function decode(bytes: Buffer, charset = 'utf-8'): string | undefined {
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
