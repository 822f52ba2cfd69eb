import type { ProblemInText, Tool } from '../../contract/manifest.ts';
import { parseTemplate, type Segment } from '../template.ts';
import { reviewEscaping, textsOf } from './escaping-review.ts';
import { parsePath } from './extract.ts';
import { CONNECTION_HEADERS, isToken } from './headers.ts';
import type { HttpAction } from './http-action.ts';
import { reviewVariables } from '../variables-review.ts';
import { positionAfter } from './url.ts';

/** Returns the problems of an `http` action. It sends no request. */
export function reviewHttp({ inputSchema }: Tool, action: HttpAction): ProblemInText[] {
  const names = Object.keys(inputSchema.properties);
  const { method, url, headers, query, body } = action;
  const texts = [method, url, ...Object.values(headers), ...Object.values(query), ...textsOf(body)];
  return [
    ...texts.flatMap((text) => parseTemplate(text, names).problems),
    ...[url, ...Object.values(headers), ...Object.values(query)].flatMap((text) =>
      reviewVariables(text, names),
    ),
    ...reviewMethod(method),
    ...reviewUrl(url, names),
    ...reviewCredentials(action, names),
    ...Object.entries(headers).flatMap(([name, text]) => reviewHeader(name, text, names)),
    ...reviewEscaping(action, inputSchema.properties),
    ...reviewExtract(action),
  ];
}

function reviewMethod(method: string): ProblemInText[] {
  if (method.includes('{{') || method.includes('${')) return [];
  if (isToken(method) && method.toUpperCase() !== 'CONNECT') return [];
  return [
    {
      severity: 'error',
      message: `${JSON.stringify(method)} is not an HTTP method`,
      text: method,
    },
  ];
}

function reviewUrl(text: string, names: readonly string[]): ProblemInText[] {
  const { segments, mentions } = parseTemplate(text.trim(), names);
  const [first] = segments;
  if (first?.kind === 'placeholder' && segments.length === 1) {
    return [
      {
        severity: 'warning',
        message: `The caller chooses the whole url with ${first.text}, and so can reach any host of your network`,
        hint: 'Write the host in the manifest, and use parameters in the path and the query.',
        text,
      },
    ];
  }
  const problems: ProblemInText[] = [];
  const end = walk(segments, '', (tag, before) => {
    if (/[?&][^?&#]*(?:\{|%7b)[^?&#]*(?:"|%22)[^?&#]*$/i.test(before)) problems.push(inJsonOfUrl(tag));
    if (positionAfter(replaceVariables(before)) !== 'origin') return;
    const dependsOnVariable = /^\$\{.*\}$/.test(before);
    problems.push({
      severity: dependsOnVariable ? 'warning' : 'error',
      message: dependsOnVariable
        ? `${tag} becomes part of the host unless ${before} ends with a /`
        : `${tag} is in the scheme or host of the url`,
      hint: 'A parameter may be in the path or the query, or be the whole url. Use a ${VAR} of env for the host, with a / after it.',
      text: tag,
    });
  });
  const address = replaceVariables(end);
  const isAddress = URL.canParse(address) && /^https?:/i.test(address);
  if (problems.length === 0 && mentions.size === 0 && !isAddress && !text.trimStart().startsWith('${')) {
    problems.push({
      severity: 'error',
      message: `${JSON.stringify(text)} is not an http:// or https:// URL`,
      text,
    });
  }
  return problems;
}

function inJsonOfUrl(tag: string): ProblemInText {
  return {
    severity: 'warning',
    message: `${tag} is not escaped for the JSON text in the url, so a value can change its meaning`,
    hint: 'Write the JSON text in `query`: values are escaped there.',
    text: tag,
  };
}

const CREDENTIAL_HEADER = /^(?:cookie|.*authorization|.*(?:token|secret|api-?key).*)$/i;

/** Reports the credentials of the manifest that a caller who chooses the whole url can send to any server. */
function reviewCredentials(
  { url, headers, query, body }: HttpAction,
  names: readonly string[],
): ProblemInText[] {
  const { segments } = parseTemplate(url.trim(), names);
  const [first] = segments;
  if (first?.kind !== 'placeholder' || segments.length > 1) return [];
  const warning = (what: string, text: string): ProblemInText => ({
    severity: 'warning',
    message: `The caller chooses the whole url with ${first.text}, so ${what} can be sent to any server`,
    hint: 'Write the host in the manifest, or take the credentials from a parameter of the caller.',
    text,
  });
  const isSecret = (name: string, text: string): boolean =>
    text.includes('${') || (CREDENTIAL_HEADER.test(name) && parseTemplate(text, names).mentions.size === 0);
  return [
    ...Object.entries(headers)
      .filter(([name, text]) => isSecret(name, text))
      .map(([name, text]) => warning(`the header ${name}`, text)),
    ...[...Object.values(query), ...textsOf(body)]
      .filter((text) => text.includes('${'))
      .map((text) => warning('a variable of the environment', text)),
  ];
}

/**
 * Calls `visit` for every placeholder of all branches, with the text before it. In that text a placeholder is `x`.
 * Returns the whole text.
 */
function walk(
  segments: readonly Segment[],
  before: string,
  visit: (tag: string, before: string) => void,
): string {
  let text = before;
  for (const segment of segments) {
    if (segment.kind === 'literal') text += segment.text;
    else if (segment.kind === 'placeholder') {
      visit(segment.text, text);
      text += 'x';
    } else {
      const then = walk(segment.then, text, visit);
      const otherwise = walk(segment.otherwise, text, visit);
      // If one branch ends inside the host, the text after the condition is checked as part of the host.
      text = positionAfter(replaceVariables(otherwise)) === 'origin' ? otherwise : then;
    }
  }
  return text;
}

/** Replaces the variables of a url by text. A variable at its beginning is replaced by a scheme and a host. */
function replaceVariables(url: string): string {
  return url
    .replace(/^\$\{[^}]*\}/, 'http://host')
    .replace(/\$\{[^}]*\}/g, 'x')
    .replace(/[\t\n\r]/g, '');
}

function reviewHeader(name: string, text: string, names: readonly string[]): ProblemInText[] {
  const lower = name.toLowerCase();
  if (!isToken(name)) {
    return [{ severity: 'error', message: `${JSON.stringify(name)} is not a valid header name`, text: name }];
  }
  if (CONNECTION_HEADERS.has(lower)) {
    return [
      {
        severity: 'warning',
        message: `The header ${name} is set by gantz; the one of the manifest is not sent`,
        text: name,
      },
    ];
  }
  if (lower === 'host' && parseTemplate(text, names).mentions.size > 0) {
    return [
      {
        severity: 'error',
        message: 'A parameter cannot be in the header Host, because that header selects the server',
        text,
      },
    ];
  }
  if (lower === 'content-type' && /^\s*multipart\//i.test(text)) {
    return [
      {
        severity: 'warning',
        message: 'Values are not escaped in a multipart body, so a value can change the headers of its part',
        hint: 'Send a map or a list as JSON, or use application/x-www-form-urlencoded.',
        text,
      },
    ];
  }
  return [];
}

function reviewExtract({ extractJson }: HttpAction): ProblemInText[] {
  if (extractJson === undefined || parsePath(extractJson)) return [];
  return [
    {
      severity: 'error',
      message: `extract_json is not a path: ${JSON.stringify(extractJson)}`,
      hint: "Write a path such as data.items[0].name, $.data or data['a name'].",
      text: extractJson,
    },
  ];
}
