import { parseJson } from '../../json/parse.ts';
import { isJsonType } from './body.ts';

/** What an answer holds: a JSON value, or text, or bytes that are neither. `lossy` names a number too long for JSON here. */
export type Content =
  | { kind: 'json'; value: unknown; text: string }
  | { kind: 'text'; text: string; lossy?: string; json: boolean }
  | { kind: 'bytes'; base64: string; type: string };

/** Reads the bytes of an answer by its Content-Type, and by what they are where that says too little. */
export function readContent(bytes: Buffer, contentType = ''): Content {
  const text = decode(bytes, /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1]);
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (text === undefined) return { kind: 'bytes', base64: bytes.toString('base64'), type };
  // A number or a word alone is JSON only where the server says so: a version such as 1.10 is text.
  const json = isJsonType(type) || /^\s*[[{]/.test(text);
  if (!json || text === '') return { kind: 'text', text, json };
  const parsed = parseJson(text);
  if ('value' in parsed) return { kind: 'json', value: parsed.value, text };
  return parsed.problem === 'digits'
    ? { kind: 'text', text, json: true, lossy: parsed.literal }
    : { kind: 'text', text, json: false };
}

/** The text of bytes that are text. */
function decode(bytes: Buffer, charset = 'utf-8'): string | undefined {
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
