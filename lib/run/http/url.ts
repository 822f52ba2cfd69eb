import { GantzError } from '../../contract/errors.ts';
import { choose, parseTemplate, renderValue, valueAt, type Piece } from '../template.ts';
import { refuseValue } from './refuse-value.ts';
import { isNothing, renderText, type TemplateInput } from './template-input.ts';

/** A part of a URL. `origin` is scheme, user, host and port. */
export type Position = 'origin' | 'path' | 'query' | 'fragment';

/**
 * The URL of a request. `shown` is its form for messages, without user, password and query, and without the values of
 * `${VAR}`.
 */
export type Address = { url: URL; shown: string };

/**
 * Renders a URL and its `query` map. Every value is escaped for its position. Throws MANIFEST_INVALID for a URL that
 * cannot be requested, and INVALID_PARAMETERS for a value that its position cannot hold.
 */
export function renderUrl(
  { url: text, query }: { url: string; query: Readonly<Record<string, string>> },
  input: TemplateInput,
): Address {
  const { segments } = parseTemplate(text.trim(), input.names);
  const [first] = segments;
  const address =
    segments.length === 1 && first?.kind === 'placeholder'
      ? wholeUrl(first.path, input)
      : urlOfPieces(choose(segments, input.params), text, input);
  const members = Object.entries(query).flatMap(([name, template]) => {
    const value = renderText(template, input, (of, path) => wellFormed(renderValue(of), path));
    return value === undefined ? [] : [`${escapeUrlText(name)}=${escapeUrlText(value)}`];
  });
  const { url } = address;
  if (members.length > 0)
    url.search = [url.search.slice(1), ...members].filter((part) => part !== '').join('&');
  return address;
}

/** Returns the part of a URL in which a text ends. The text is the beginning of an http or https URL. */
export function positionAfter(text: string): Position {
  // URL parsers treat a backslash as a slash, and accept any number of them before the host.
  const rest = /^[a-z][a-z0-9+.-]*:[/\\]*(?![/\\])[^/\\?#]*([/\\?#].*)$/is.exec(text)?.[1];
  if (rest === undefined) return 'origin';
  if (rest.includes('#')) return 'fragment';
  return rest.includes('?') ? 'query' : 'path';
}

/** Escapes every character that has a meaning in a URL or in a form. */
export function escapeUrlText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Returns the text. Throws INVALID_PARAMETERS when it contains half of a surrogate pair, which has no encoding in UTF-8. */
export function wellFormed(text: string, path: readonly string[]): string {
  if (text.isWellFormed()) return text;
  throw refuseValue(path, 'contains half of a surrogate pair, which UTF-8 cannot encode');
}

function wholeUrl(path: readonly string[], { params }: TemplateInput): Address {
  const value = valueAt(params, path);
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url) throw refuseValue(path, 'is not an http:// or https:// URL');
  return { url, shown: `${url.origin}${url.pathname}` };
}

/** The position of a value in a rendered text. `omitted` is true when the parameter has no value. */
type InsertedValue = { start: number; end: number; omitted: boolean; path: readonly string[] };

function urlOfPieces(pieces: readonly Piece[], template: string, { params, expand }: TemplateInput): Address {
  let built = '';
  let shown = '';
  const insertedValues: InsertedValue[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'literal') {
      // A URL parser removes tabs and newlines, also between two dots.
      built += expand(piece.text).replace(/[\t\n\r]/g, '');
      shown += piece.text.replace(/\$\{(\w+)[^}]*\}/g, '${$1}');
      continue;
    }
    if (positionAfter(built) === 'origin') throw inOrigin(piece.text, template);
    const value = valueAt(params, piece.path);
    const escaped = escapeUrlText(wellFormed(renderValue(value), piece.path));
    insertedValues.push({
      start: built.length,
      end: built.length + escaped.length,
      omitted: isNothing(value),
      path: piece.path,
    });
    built += escaped;
    shown += escaped;
  }
  refuseDotSegments(built, insertedValues);
  refuseEmptySegments(built, insertedValues);
  const url = parseUrl(dropOmittedMembers(built, insertedValues));
  if (!url) {
    throw new GantzError('MANIFEST_INVALID', `The url ${show(template)} is not an http:// or https:// URL`, {
      hint: 'Write a complete URL, such as https://api.example.com/items/{{id}}, or begin it with a ${VAR} that is set.',
    });
  }
  return { url, shown: show(shown) };
}

function inOrigin(tag: string, template: string): GantzError {
  return new GantzError('MANIFEST_INVALID', `${tag} is in the scheme or host of the url ${show(template)}`, {
    hint: 'A parameter may be in the path or the query, or be the whole url. Use a ${VAR} of env for the host, with a / after it.',
  });
}

/** Refuses a value that forms a `.` or `..` segment. Both change the path, also when they are escaped. */
function refuseDotSegments(built: string, insertedValues: readonly InsertedValue[]): void {
  const end = built.search(/[?#]/);
  const path = end === -1 ? built : built.slice(0, end);
  for (const { 0: segment, index } of path.matchAll(/[^/\\]+/g)) {
    if (!/^(?:\.|%2e){1,2}$/i.test(segment)) continue;
    const inserted = insertedValues.find(
      (value) => value.start <= index + segment.length && value.end >= index,
    );
    if (inserted)
      throw refuseValue(inserted.path, `would make ${JSON.stringify(segment)} a segment of the url's path`);
  }
}

/** Refuses a segment that is given but empty. It would name another resource: `DELETE /users/` for `/users/{{id}}`. */
function refuseEmptySegments(built: string, insertedValues: readonly InsertedValue[]): void {
  for (const { start, end, omitted, path } of insertedValues) {
    const isSegment =
      /[/\\]/.test(built.charAt(start - 1)) && /^(?:[/\\?#]|$)/.test(built.slice(end, end + 1));
    const inPath = positionAfter(built.slice(0, start)) === 'path';
    if (start === end && !omitted && isSegment && inPath)
      throw refuseValue(path, "is empty, but it is a whole segment of the url's path");
  }
}

/** Removes `name={{x}}` from the query where x is omitted. */
function dropOmittedMembers(built: string, insertedValues: readonly InsertedValue[]): string {
  const [, before = built, query, after = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(built) ?? [];
  if (query === undefined || !insertedValues.some(({ omitted }) => omitted)) return built;
  let start = before.length + 1;
  const kept = query.split('&').filter((member) => {
    const end = start + member.length;
    const dropped =
      member.endsWith('=') && insertedValues.some((value) => value.omitted && value.end === end);
    start = end + 1;
    return !dropped;
  });
  return `${before}${kept.length > 0 ? '?' : ''}${kept.join('&')}${after}`;
}

function parseUrl(text: string): URL | undefined {
  // Node 20 has no URL.parse, and the error of `new URL` contains the whole text.
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : undefined;
}

/** Returns a URL of the manifest without user, password and query. */
function show(text: string): string {
  return text
    .trim()
    .replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\?#]*@/i, '$1')
    .replace(/[?#].*$/s, '');
}
