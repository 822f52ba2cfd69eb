import { GantzError } from '../../contract/errors.ts';
import { choose, parseTemplate, renderValue, valueAt, type Piece } from '../template.ts';
import { encodeMembers, type ArrayForm } from './members.ts';
import { refuseValue } from './refuse-value.ts';
import { renderJsonTemplate } from './json-text.ts';
import { isNothing, renderText, wholeValue, type TemplateInput } from './template-input.ts';
import { escapeUrlText, wellFormed } from './url-text.ts';

/** A part of a URL. `origin` is scheme, user, host and port. */
export type Position = 'origin' | 'path' | 'query' | 'fragment';

/**
 * The URL of a request. `shown` is its form for messages, without user, password and query, and without the values of
 * `${VAR}`. `redacted` is its form for traces, which has no value of a parameter either.
 */
export type Address = { url: URL; shown: string; redacted: () => string };

/** Stands for a value in the URL of a trace. */
export const REDACTED = 'REDACTED';

/**
 * Renders a URL and its `query` map. Every value is escaped for its position. Throws MANIFEST_INVALID for a URL that
 * cannot be requested, and INVALID_PARAMETERS for a value that its position cannot hold.
 */
export function renderUrl(
  { url: text, query, arrays }: { url: string; query: Readonly<Record<string, string>>; arrays?: ArrayForm },
  input: TemplateInput,
): Address {
  const { segments } = parseTemplate(text.trim(), input.names);
  const [first] = segments;
  const address =
    segments.length === 1 && first?.kind === 'placeholder'
      ? wholeUrl(first.path, input)
      : urlOfPieces(choose(segments, input.params), { template: text, arrays }, input);
  const members = Object.entries(query).flatMap(([name, template]) =>
    encodeMembers(escapeUrlText(name), queryValue(template, input), arrays),
  );
  const { url, redacted } = address;
  if (members.length === 0) return address;
  url.search = [url.search.slice(1), ...members].filter((part) => part !== '').join('&');
  const names = Object.keys(query).map((name) => `${escapeUrlText(name)}=${REDACTED}`);
  return { ...address, redacted: () => `${redacted()}?${names.join('&')}` };
}

/** Returns the part of a URL in which a text ends. The text is the beginning of an http or https URL. */
export function positionAfter(text: string): Position {
  // URL parsers treat a backslash as a slash, and accept any number of them before the host.
  const rest = /^[a-z][a-z0-9+.-]*:[/\\]*(?![/\\])[^/\\?#]*([/\\?#].*)$/is.exec(text)?.[1];
  if (rest === undefined) return 'origin';
  if (rest.includes('#')) return 'fragment';
  return rest.includes('?') ? 'query' : 'path';
}

/** Returns the array of a text that is one placeholder of an array, or else the rendered text. */
function queryValue(template: string, input: TemplateInput): unknown {
  const whole = wholeValue(template, input);
  if (Array.isArray(whole)) return whole;
  const json = renderJsonTemplate(template, input);
  return json ?? renderText(template, input, (value, path) => wellFormed(renderValue(value), path));
}

function wholeUrl(path: readonly string[], { params }: TemplateInput): Address {
  const value = valueAt(params, path);
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url) throw refuseValue(path, 'is not an http:// or https:// URL');
  const { origin, pathname } = url;
  return { url, shown: `${origin}${pathname}`, redacted: () => `${origin}/${REDACTED}` };
}

/** The position of a value in a rendered text. `omitted` is true when the parameter has no value. */
type InsertedValue = { start: number; end: number; omitted: boolean; path: readonly string[] };

function urlOfPieces(
  pieces: readonly Piece[],
  { template, arrays }: { template: string; arrays: ArrayForm | undefined },
  { params, expand }: TemplateInput,
): Address {
  let built = '';
  let shown = '';
  let redacted = '';
  const insertedValues: InsertedValue[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'literal') {
      // A URL parser removes tabs and newlines, also between two dots.
      built += expand(piece.text).replace(/[\t\n\r]/g, '');
      shown += piece.text;
      redacted += piece.text;
      continue;
    }
    if (positionAfter(built) === 'origin') throw inOrigin(piece.text, template);
    const value = valueAt(params, piece.path);
    const member = Array.isArray(value) ? memberNameAt(built, pieces[index + 1]) : undefined;
    const escaped =
      member === undefined
        ? escapeUrlText(wellFormed(renderValue(value), piece.path))
        : encodeMembers(member, value, arrays)
            .join('&')
            .slice(member.length + 1);
    insertedValues.push({
      start: built.length,
      end: built.length + escaped.length,
      omitted: isNothing(value) || (member !== undefined && escaped === '' && isEmptyArray(value)),
      path: piece.path,
    });
    built += escaped;
    shown += escaped;
    redacted += REDACTED;
  }
  refuseDotSegments(built, insertedValues);
  refuseEmptySegments(built, insertedValues);
  const url = parseUrl(dropOmittedMembers(built, insertedValues));
  if (!url) {
    throw new GantzError('MANIFEST_INVALID', `The url ${show(template)} is not an http:// or https:// URL`, {
      hint: 'Write a complete URL, such as https://api.example.com/items/{{id}}, or begin it with a ${VAR} that is set.',
    });
  }
  return {
    url,
    shown: showResolved(shown, url, expand),
    redacted: () => showResolved(redacted, url, expand),
  };
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

/** Returns the name of the query member whose whole value comes next; undefined when it is only a part of a value. */
function memberNameAt(built: string, next: Piece | undefined): string | undefined {
  const ends = next === undefined || (next.kind === 'literal' && /^[&#]/.test(next.text));
  return ends && positionAfter(built) === 'query' ? /[?&]([^&=]*)=$/.exec(built)?.[1] : undefined;
}

function isEmptyArray(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/**
 * Returns the URL of a request for messages: its origin, and the path of the manifest in which each variable is only its
 * name. A path that comes from the variable at the beginning is `…`, because it may contain a secret.
 */
function showResolved(written: string, { origin }: URL, expand: (text: string) => string): string {
  const begin = variableAt(written.trimStart());
  const named = show(nameVariables(written));
  const rest =
    begin === ''
      ? named.replace(/^[a-z][a-z0-9+.-]*:[/\\]*[^/\\]*/i, '')
      : named.slice(named.indexOf('}') + 1).replace(/^[^/\\]*/, '');
  const hidden = begin !== '' && /^[a-z][a-z0-9+.-]*:[/\\]*[^/\\?#]+[/\\]+[^/\\?#]/i.test(expand(begin));
  return `${origin}${hidden ? '/…' : ''}${rest}`;
}

/** Returns the `${…}` at the beginning of a text with the variables nested in it, or an empty text. */
function variableAt(text: string): string {
  if (!text.startsWith('${')) return '';
  let depth = 0;
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(0, at + 1);
  }
  return '';
}

/** Replaces each variable by its name in braces, without its default or message. */
function nameVariables(text: string): string {
  let named = '';
  for (let at = 0; at < text.length;) {
    const variable = variableAt(text.slice(at));
    named += variable === '' ? (text[at] ?? '') : `\${${/^\w*/.exec(variable.slice(2))?.[0] ?? ''}}`;
    at += variable.length || 1;
  }
  return named;
}

/** Returns a URL of the manifest without user, password and query. */
function show(text: string): string {
  return text
    .trim()
    .replace(/^([a-z][a-z0-9+.-]*:[/\\]*)[^/\\?#]*@/i, '$1')
    .replace(/[?#].*$/s, '');
}
