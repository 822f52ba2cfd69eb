import { GantzError } from '../../contract/errors.ts';
import { choose, parseTemplate, renderValue, valueAt, type Piece } from '../template.ts';
import { refuseValue } from './refuse-value.ts';
import { isNothing, renderText, type Source } from './source.ts';

/** Where in a URL a text ends. `origin` is scheme, user, host and port. */
export type Position = 'origin' | 'path' | 'query' | 'fragment';

/** An address to ask, and the same for messages: without user, password, query and anything that came from `${VAR}`. */
export type Address = { url: URL; shown: string };

/** A URL and its `query` map with every value escaped for where it stands. */
export function renderUrl(
  { url: text, query }: { url: string; query: Readonly<Record<string, string>> },
  source: Source,
): Address {
  const { segments } = parseTemplate(text.trim(), source.names);
  const [first] = segments;
  const address =
    segments.length === 1 && first?.kind === 'placeholder'
      ? wholeUrl(first.path, source)
      : urlOfPieces(choose(segments, source.params), text, source);
  const members = Object.entries(query).flatMap(([name, template]) => {
    const value = renderText(template, source, (of, path) => wellFormed(renderValue(of), path));
    return value === undefined ? [] : [`${escapeUrlText(name)}=${escapeUrlText(value)}`];
  });
  const { url } = address;
  if (members.length > 0)
    url.search = [url.search.slice(1), ...members].filter((part) => part !== '').join('&');
  return address;
}

/** Where the end of a text stands in the http or https URL that it begins. */
export function positionAfter(text: string): Position {
  // As URL parsers read it: a backslash is a slash, and any number of them begin the host.
  const rest = /^[a-z][a-z0-9+.-]*:[/\\]*(?![/\\])[^/\\?#]*([/\\?#].*)$/is.exec(text)?.[1];
  if (rest === undefined) return 'origin';
  if (rest.includes('#')) return 'fragment';
  return rest.includes('?') ? 'query' : 'path';
}

/** Text in which nothing is left that means something in a URL or in a form. */
export function escapeUrlText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The text itself, unless it holds half of a surrogate pair, which has no bytes: INVALID_PARAMETERS. */
export function wellFormed(text: string, path: readonly string[]): string {
  if (text.isWellFormed()) return text;
  throw refuseValue(path, 'holds half of a surrogate pair, which cannot be sent');
}

function wholeUrl(path: readonly string[], { params }: Source): Address {
  const value = valueAt(params, path);
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url) throw refuseValue(path, 'is not an http:// or https:// URL');
  return { url, shown: `${url.origin}${url.pathname}` };
}

/** Where a value ended up in a text, and whether there was none. */
type Place = { start: number; end: number; omitted: boolean; path: readonly string[] };

function urlOfPieces(pieces: readonly Piece[], template: string, { params, expand }: Source): Address {
  let built = '';
  let shown = '';
  const places: Place[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'literal') {
      // A URL parser drops tabs and newlines, also between two dots.
      built += expand(piece.text).replace(/[\t\n\r]/g, '');
      shown += piece.text.replace(/\$\{(\w+)[^}]*\}/g, '${$1}');
      continue;
    }
    if (positionAfter(built) === 'origin') throw inOrigin(piece.text, template);
    const value = valueAt(params, piece.path);
    const escaped = escapeUrlText(wellFormed(renderValue(value), piece.path));
    places.push({
      start: built.length,
      end: built.length + escaped.length,
      omitted: isNothing(value),
      path: piece.path,
    });
    built += escaped;
    shown += escaped;
  }
  refuseDotSegments(built, places);
  refuseEmptySteps(built, places);
  const url = parseUrl(dropOmittedMembers(built, places));
  if (!url) {
    throw new GantzError(
      'MANIFEST_INVALID',
      `The url ${show(template)} is not an http:// or https:// address`,
      {
        hint: 'Write it whole, such as https://api.example.com/items/{{id}}, or begin it with a ${VAR} that is set.',
      },
    );
  }
  return { url, shown: show(shown) };
}

function inOrigin(tag: string, template: string): GantzError {
  return new GantzError(
    'MANIFEST_INVALID',
    `${tag} stands in the scheme or host of the url ${show(template)}`,
    {
      hint: 'A parameter may fill the path, the query or the whole url; let a ${VAR} of env choose the host, and put a / after it.',
    },
  );
}

/** `.` and `..` change the path however they are escaped, so no value may make one. */
function refuseDotSegments(built: string, places: readonly Place[]): void {
  const end = built.search(/[?#]/);
  const path = end === -1 ? built : built.slice(0, end);
  for (const { 0: segment, index } of path.matchAll(/[^/\\]+/g)) {
    if (!/^(?:\.|%2e){1,2}$/i.test(segment)) continue;
    const place = places.find((value) => value.start <= index + segment.length && value.end >= index);
    if (place)
      throw refuseValue(place.path, `would make ${JSON.stringify(segment)} a step of the url's path`);
  }
}

/** A step that is given but empty would name another thing: `DELETE /users/` for `/users/{{id}}`. */
function refuseEmptySteps(built: string, places: readonly Place[]): void {
  for (const { start, end, omitted, path } of places) {
    const isStep = /[/\\]/.test(built.charAt(start - 1)) && /^(?:[/\\?#]|$)/.test(built.slice(end, end + 1));
    const inPath = positionAfter(built.slice(0, start)) === 'path';
    if (start === end && !omitted && isStep && inPath)
      throw refuseValue(path, "is empty, and a whole step of the url's path");
  }
}

/** Takes `name={{x}}` out of the query where x is omitted. */
function dropOmittedMembers(built: string, places: readonly Place[]): string {
  const [, before = built, query, after = ''] = /^([^?#]*)\?([^#]*)(#.*)?$/s.exec(built) ?? [];
  if (query === undefined || !places.some(({ omitted }) => omitted)) return built;
  let start = before.length + 1;
  const kept = query.split('&').filter((member) => {
    const end = start + member.length;
    const dropped = member.endsWith('=') && places.some((value) => value.omitted && value.end === end);
    start = end + 1;
    return !dropped;
  });
  return `${before}${kept.length > 0 ? '?' : ''}${kept.join('&')}${after}`;
}

function parseUrl(text: string): URL | undefined {
  // URL.parse is too new, and the error of `new URL` holds the whole text.
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : undefined;
}

/** A URL as the author wrote it, without user, password and query. */
function show(text: string): string {
  return text
    .trim()
    .replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\?#]*@/i, '$1')
    .replace(/[?#].*$/s, '');
}
