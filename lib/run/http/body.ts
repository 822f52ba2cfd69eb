import { renderValue } from '../template.ts';
import { parsesAsJson, renderJsonTemplate, renderJsonText } from './json-text.ts';
import { isJsonLinesType, isJsonType } from './media-type.ts';
import { encodeMembers, type ArrayForm } from './members.ts';
import { refuseValue } from './refuse-value.ts';
import { OMITTED, renderText, wholeValue, type TemplateInput } from './template-input.ts';
import { escapeUrlText, wellFormed } from './url-text.ts';

/** The text of a request body, and its media type. */
export type Body = { text: string; type: string };

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const TEXT_TYPE = 'text/plain;charset=UTF-8';

/**
 * Renders the body of a request. In a text, every value is escaped for the given Content-Type. A map is sent as a form
 * when that is the type. Any other value is sent as JSON. Returns undefined when there is no body. Throws
 * INVALID_PARAMETERS for a value that the body cannot hold.
 */
export function renderBody(
  body: unknown,
  { contentType, arrays }: { contentType?: string | undefined; arrays?: ArrayForm | undefined },
  input: TemplateInput,
): Body | undefined {
  if (body === undefined || body === null) return undefined;
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (typeof body === 'string') {
    const rendered = renderTextBody(body, { type, boundary: boundaryOf(contentType) }, input);
    return rendered && { text: rendered.text, type: contentType ?? rendered.type };
  }
  if (type === FORM_TYPE && typeof body === 'object' && !Array.isArray(body)) {
    return { text: form(Object.entries(body), arrays, input), type: contentType ?? FORM_TYPE };
  }
  const filled = fill(body, input);
  return filled === OMITTED ? undefined : { text: JSON.stringify(filled), type: contentType ?? JSON_TYPE };
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
  if (isJsonType(type) || isJsonLinesType(type))
    return { text: renderJsonText(body, input), type: JSON_TYPE };
  if (type === undefined && /^\s*[[{]/.test(body)) {
    const text = renderJsonText(body, input);
    if (parsesAsJson(text)) return { text, type: JSON_TYPE };
  }
  const isMarkup = type === FORM_TYPE || isXmlType(type) || boundary !== undefined;
  const json = isMarkup ? undefined : renderJsonTemplate(body, input);
  if (json !== undefined) return { text: json, type: JSON_TYPE };
  const text = renderText(body, input, (value, path) => {
    const plain = wellFormed(renderValue(value), path);
    if (type === FORM_TYPE) return escapeUrlText(plain);
    if (isXmlType(type)) return escapeXml(plain);
    if (boundary !== undefined && plain.includes(boundary))
      throw refuseValue(path, 'contains the boundary that separates the parts of the body');
    return plain;
  });
  return text === undefined ? undefined : { text, type: TEXT_TYPE };
}

/** Returns a map or list of the manifest with its placeholders replaced by their values. */
function fill(body: unknown, input: TemplateInput): unknown {
  if (typeof body === 'string') {
    const whole = wholeValue(body, input);
    if (whole !== undefined) return whole;
    return renderJsonTemplate(body, input) ?? renderText(body, input, renderValue) ?? OMITTED;
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

function form(
  members: readonly [string, unknown][],
  arrays: ArrayForm | undefined,
  input: TemplateInput,
): string {
  return members
    .flatMap(([name, member]) => {
      const filled = fill(member, input);
      return filled === OMITTED ? [] : encodeMembers(escapeUrlText(name), filled, arrays);
    })
    .join('&');
}

function isXmlType(type: string | undefined): boolean {
  return type !== undefined && /(?:^|[/+])xml$/.test(type);
}

function boundaryOf(contentType: string | undefined): string | undefined {
  const [, quoted, bare] =
    /^multipart\/.*;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '') ?? [];
  return quoted ?? bare;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
