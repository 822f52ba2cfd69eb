import { choose, parseTemplate, renderValue, valueAt } from '../template.ts';
import { renderJsonText } from './json-text.ts';
import { refuseValue } from './refuse-value.ts';
import { renderText, type Source } from './source.ts';
import { escapeUrlText, wellFormed } from './url.ts';

/** What is sent, and the media type that says what it is. */
export type Body = { text: string; type: string };

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const TEXT_TYPE = 'text/plain;charset=UTF-8';
// Stands for a member or an element that is left out.
const OMITTED = Symbol('omitted');

/**
 * The body of a request: text with every value escaped for the given Content-Type, anything else as JSON (or as a form,
 * if that is the type). Undefined when there is none.
 */
export function renderBody(body: unknown, contentType: string | undefined, source: Source): Body | undefined {
  if (body === undefined || body === null) return undefined;
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (typeof body === 'string') {
    const rendered = renderTextBody(body, { type, boundary: boundaryOf(contentType) }, source);
    return rendered && { text: rendered.text, type: contentType ?? rendered.type };
  }
  if (type === FORM_TYPE && typeof body === 'object' && !Array.isArray(body)) {
    return { text: form(Object.entries(body), source), type: contentType ?? FORM_TYPE };
  }
  const filled = fill(body, source);
  return filled === OMITTED ? undefined : { text: JSON.stringify(filled), type: contentType ?? JSON_TYPE };
}

/** Whether a media type, without its parameters, is JSON. */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(type);
}

function renderTextBody(
  body: string,
  { type, boundary }: { type: string | undefined; boundary: string | undefined },
  source: Source,
): Body | undefined {
  const whole = wholeValue(body, source);
  if (whole === OMITTED) return undefined;
  // A body that is nothing but one text parameter is the author's wish to send that text.
  if (typeof whole === 'string') {
    return { text: wellFormed(whole, ['body']), type: parsesAsJson(whole) ? JSON_TYPE : TEXT_TYPE };
  }
  if (whole !== undefined) return { text: JSON.stringify(whole), type: JSON_TYPE };
  if (isJsonType(type)) return { text: renderJsonText(body, source), type: JSON_TYPE };
  if (type === undefined && /^\s*[[{]/.test(body)) {
    const text = renderJsonText(body, source);
    if (parsesAsJson(text)) return { text, type: JSON_TYPE };
  }
  const text = renderText(body, source, (value, path) => {
    const plain = wellFormed(renderValue(value), path);
    if (type === FORM_TYPE) return escapeUrlText(plain);
    if (type !== undefined && /(?:^|[/+])xml$/.test(type)) return escapeXml(plain);
    if (boundary !== undefined && plain.includes(boundary))
      throw refuseValue(path, 'holds the boundary of the parts');
    return plain;
  });
  return text === undefined ? undefined : { text, type: TEXT_TYPE };
}

/** The value of a text that is wholly one placeholder, OMITTED when it has none; undefined for any other text. */
function wholeValue(text: string, { names, params }: Source): unknown {
  const { segments } = parseTemplate(text, names);
  const [first, ...more] = choose(segments, params);
  if (more.length > 0 || first?.kind === 'literal') return undefined;
  if (!first) return segments.length > 0 ? OMITTED : undefined;
  const value = valueAt(params, first.path);
  return value === undefined ? OMITTED : value;
}

/** A map or list of the manifest with the placeholders inside its texts filled in. */
function fill(body: unknown, source: Source): unknown {
  if (typeof body === 'string') {
    const whole = wholeValue(body, source);
    return whole === undefined ? (renderText(body, source, renderValue) ?? OMITTED) : whole;
  }
  if (Array.isArray(body)) {
    return body.map((element) => fill(element, source)).filter((element) => element !== OMITTED);
  }
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body)
      .map(([name, member]) => [name, fill(member, source)] as const)
      .filter(([, member]) => member !== OMITTED),
  );
}

function form(members: readonly [string, unknown][], source: Source): string {
  return members
    .flatMap(([name, member]) => {
      const filled = fill(member, source);
      if (filled === OMITTED) return [];
      return [`${escapeUrlText(name)}=${escapeUrlText(wellFormed(renderValue(filled), ['body', name]))}`];
    })
    .join('&');
}

function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, bare] =
    /^multipart\/.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '') ?? [];
  return quoted ?? bare;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function parsesAsJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
