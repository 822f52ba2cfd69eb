import { choose, parseTemplate, renderValue, valueAt } from '../template.ts';
import { renderJsonText } from './json-text.ts';
import { refuseValue } from './refuse-value.ts';
import { renderText, type TemplateInput } from './template-input.ts';
import { escapeUrlText, wellFormed } from './url.ts';

/** The text of a request body, and its media type. */
export type Body = { text: string; type: string };

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const TEXT_TYPE = 'text/plain;charset=UTF-8';
// Marks a member or an element whose parameter is omitted.
const OMITTED = Symbol('omitted');

/**
 * Renders the body of a request. In a text, every value is escaped for the given Content-Type. A map is sent as a form
 * when that is the type. Any other value is sent as JSON. Returns undefined when there is no body. Throws
 * INVALID_PARAMETERS for a value that the body cannot hold.
 */
export function renderBody(
  body: unknown,
  contentType: string | undefined,
  input: TemplateInput,
): Body | undefined {
  if (body === undefined || body === null) return undefined;
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (typeof body === 'string') {
    const rendered = renderTextBody(body, { type, boundary: boundaryOf(contentType) }, input);
    return rendered && { text: rendered.text, type: contentType ?? rendered.type };
  }
  if (type === FORM_TYPE && typeof body === 'object' && !Array.isArray(body)) {
    return { text: form(Object.entries(body), input), type: contentType ?? FORM_TYPE };
  }
  const filled = fill(body, input);
  return filled === OMITTED ? undefined : { text: JSON.stringify(filled), type: contentType ?? JSON_TYPE };
}

/** Returns true for a media type of JSON, such as `application/problem+json`. The type has no parameters. */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^(?:application|text)\/(?:[\w.-]+\+)?json$/.test(type);
}

function renderTextBody(
  body: string,
  { type, boundary }: { type: string | undefined; boundary: string | undefined },
  input: TemplateInput,
): Body | undefined {
  const whole = wholeValue(body, input);
  if (whole === OMITTED) return undefined;
  // A body of one placeholder sends the text of its parameter, without any escaping.
  if (typeof whole === 'string') {
    return { text: wellFormed(whole, ['body']), type: parsesAsJson(whole) ? JSON_TYPE : TEXT_TYPE };
  }
  if (whole !== undefined) return { text: JSON.stringify(whole), type: JSON_TYPE };
  if (isJsonType(type)) return { text: renderJsonText(body, input), type: JSON_TYPE };
  if (type === undefined && /^\s*[[{]/.test(body)) {
    const text = renderJsonText(body, input);
    if (parsesAsJson(text)) return { text, type: JSON_TYPE };
  }
  const text = renderText(body, input, (value, path) => {
    const plain = wellFormed(renderValue(value), path);
    if (type === FORM_TYPE) return escapeUrlText(plain);
    if (type !== undefined && /(?:^|[/+])xml$/.test(type)) return escapeXml(plain);
    if (boundary !== undefined && plain.includes(boundary))
      throw refuseValue(path, 'contains the boundary that separates the parts of the body');
    return plain;
  });
  return text === undefined ? undefined : { text, type: TEXT_TYPE };
}

/** Returns the value of a text that is one placeholder, or OMITTED when it has no value. Returns undefined for any other text. */
function wholeValue(text: string, { names, params }: TemplateInput): unknown {
  const { segments } = parseTemplate(text, names);
  const [first, ...more] = choose(segments, params);
  if (more.length > 0 || first?.kind === 'literal') return undefined;
  if (!first) return segments.length > 0 ? OMITTED : undefined;
  const value = valueAt(params, first.path);
  return value === undefined ? OMITTED : value;
}

/** Returns a map or list of the manifest with its placeholders replaced by their values. */
function fill(body: unknown, input: TemplateInput): unknown {
  if (typeof body === 'string') {
    const whole = wholeValue(body, input);
    return whole === undefined ? (renderText(body, input, renderValue) ?? OMITTED) : whole;
  }
  if (Array.isArray(body)) {
    return body.map((element) => fill(element, input)).filter((element) => element !== OMITTED);
  }
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body)
      .map(([name, member]) => [name, fill(member, input)] as const)
      .filter(([, member]) => member !== OMITTED),
  );
}

function form(members: readonly [string, unknown][], input: TemplateInput): string {
  return members
    .flatMap(([name, member]) => {
      const filled = fill(member, input);
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
