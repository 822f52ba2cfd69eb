import type { JsonSchema, ProblemInText } from '../../contract/manifest.ts';
import { typesOf } from '../../parameters/convert.ts';
import { parseTemplate, type Segment } from '../template.ts';
import type { HttpAction } from './http-action.ts';
import { isJsonLinesType, isJsonType } from './media-type.ts';

// Stands for the value of a placeholder while a text is examined.
const MARK = 'gantzvalue';
const MARKED_VALUE = new RegExp(`(?<=[:,[\\s])${MARK}(?=[\\s,\\]}])`, 'g');
const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Returns a warning for each text of a request that is built by hand in a language in which values are not escaped:
 * GraphQL, JSON inside JSON or inside a form, and a body without the Content-Type that its text needs. Numbers and
 * booleans need no escaping.
 */
export function reviewEscaping(
  { headers, query, body }: HttpAction,
  properties: Readonly<Record<string, JsonSchema>>,
): ProblemInText[] {
  const names = Object.keys(properties).filter((name) => mayNeedEscaping(properties[name] ?? {}));
  const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const type = header?.split(';')[0]?.trim().toLowerCase();
  const marked = (text: string): string => mark(parseTemplate(text, names).segments);
  const nested = [...Object.values(query), ...(typeof body === 'string' ? [] : textsOf(body))];
  const problems = nested.flatMap((text) => (isGraphql(marked(text)) ? [inGraphql(text)] : []));
  if (typeof body !== 'string') return problems;
  const text = marked(body);
  if (!text.includes(MARK) || text.trim() === MARK) return problems;
  return [...problems, ...reviewBodyText(body, text, type)];
}

/** Returns every text inside a body. */
export function textsOf(body: unknown): string[] {
  if (typeof body === 'string') return [body];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(textsOf) : [];
}

function reviewBodyText(body: string, text: string, type: string | undefined): ProblemInText[] {
  if (type === 'application/graphql' || (type === undefined && isGraphql(text))) return [inGraphql(body)];
  if (type === FORM_TYPE) {
    const json = text
      .split('&')
      .some((member) => /=\s*(?:[{[]|%7b|%5b)/i.test(member) && member.includes(MARK));
    return json
      ? [
          inLanguage(
            body,
            'JSON inside a form',
            'Write `body` as a map: the JSON text of a member is escaped there.',
          ),
        ]
      : [];
  }
  const json = parseMarked(text);
  if (json !== undefined) {
    return textsOf(json).flatMap((inner) => {
      if (!inner.includes(MARK)) return [];
      if (isGraphql(inner)) return [inGraphql(body)];
      return parseMarked(inner) === undefined
        ? []
        : [
            inLanguage(
              body,
              'JSON inside JSON',
              'Write `body` as a map: the JSON text of a member is escaped there.',
            ),
          ];
    });
  }
  if (isJsonType(type) || isJsonLinesType(type) || type !== undefined) return [];
  const language = languageOf(text);
  if (!language) return [];
  const [name, needed] = language;
  return [inLanguage(body, name, `Set the header Content-Type to ${needed}, or write \`body\` as a map.`)];
}

/** Returns the language of a body that has no Content-Type, and the Content-Type that it needs. */
function languageOf(text: string): [name: string, type: string] | undefined {
  if (/^\s*</.test(text)) return ['XML', 'application/xml'];
  if (/^\s*[\w.~%[\]-]+=\S*$/.test(text)) return ['a form', FORM_TYPE];
  return /^\s*[[{]/.test(text) ? ['JSON', 'application/json'] : undefined;
}

/** Returns the text with a mark for each placeholder. Of a condition it contains both branches. */
function mark(segments: readonly Segment[]): string {
  return segments
    .map((segment) => {
      if (segment.kind === 'literal') return segment.text;
      return segment.kind === 'placeholder' ? MARK : mark(segment.then) + mark(segment.otherwise);
    })
    .join('');
}

function isGraphql(text: string): boolean {
  return (
    text.includes(MARK) &&
    /^\s*(?:(?:query|mutation|subscription|fragment)\b[^{}]*\{|\{\s*\w)[^]*\}\s*$/.test(text) &&
    parseMarked(text) === undefined
  );
}

/** Parses a marked text of a JSON object or array. Returns undefined for any other text. */
function parseMarked(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text.replace(MARKED_VALUE, 'null'));
  } catch {
    return undefined;
  }
}

function mayNeedEscaping(schema: JsonSchema): boolean {
  const types = typesOf(schema);
  return types.length === 0 || types.some((type) => !/^(?:integer|number|boolean|null)$/.test(type));
}

function inGraphql(text: string): ProblemInText {
  return inLanguage(
    text,
    'GraphQL',
    'Pass them as variables: body: { query: "…", variables: { id: "{{id}}" } }.',
  );
}

function inLanguage(text: string, language: string, hint: string): ProblemInText {
  return {
    severity: 'warning',
    message: `Values are not escaped in this text of ${language}, so a value can change its meaning`,
    hint,
    text,
  };
}
