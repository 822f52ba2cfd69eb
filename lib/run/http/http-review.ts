import type { ProblemInText, Tool } from '../../contract/manifest.ts';
import { parseTemplate, type Segment } from '../template.ts';
import { parsePath } from './extract.ts';
import { CONNECTION_HEADERS, isToken } from './headers.ts';
import type { HttpAction } from './http-action.ts';
import { reviewVariables } from '../variables-review.ts';
import { positionAfter } from './url.ts';

/** Finds the problems of an `http` action without sending it. */
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
    ...Object.entries(headers).flatMap(([name, text]) => reviewHeader(name, text, names)),
    ...reviewExtract(action),
  ];
}

/** Every text inside a body. */
function textsOf(body: unknown): string[] {
  if (typeof body === 'string') return [body];
  return typeof body === 'object' && body !== null ? Object.values(body).flatMap(textsOf) : [];
}

function reviewMethod(method: string): ProblemInText[] {
  if (method.includes('{{') || method.includes('${')) return [];
  if (isToken(method) && method.toUpperCase() !== 'CONNECT') return [];
  return [
    {
      severity: 'error',
      message: `${JSON.stringify(method)} is not a method that can be sent`,
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
        message: `The caller chooses the whole url with ${first.text}, any host of your network too`,
        hint: 'Write the host into the manifest, and let parameters fill its path and query.',
        text,
      },
    ];
  }
  const problems: ProblemInText[] = [];
  const end = walk(segments, '', (tag, before) => {
    if (positionAfter(stand(before)) !== 'origin') return;
    const dependsOnVariable = /^\$\{.*\}$/.test(before);
    problems.push({
      severity: dependsOnVariable ? 'warning' : 'error',
      message: dependsOnVariable
        ? `${tag} extends the host of the url unless ${before} ends with a /`
        : `${tag} stands in the scheme or host of the url`,
      hint: 'A parameter may fill the path, the query or the whole url; let a ${VAR} of env choose the host, and put a / after it.',
      text: tag,
    });
  });
  const address = stand(end);
  const isAddress = URL.canParse(address) && /^https?:/i.test(address);
  if (problems.length === 0 && mentions.size === 0 && !isAddress && !text.trimStart().startsWith('${')) {
    problems.push({
      severity: 'error',
      message: `${JSON.stringify(text)} is not an http:// or https:// address`,
      text,
    });
  }
  return problems;
}

/** Visits every placeholder of all branches with the text before it, where a placeholder counts as `x`. Returns the whole text. */
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
      // What follows is checked after the branch that ends inside the host, if one does.
      text = positionAfter(stand(otherwise)) === 'origin' ? otherwise : then;
    }
  }
  return text;
}

/** A url with text in place of its variables; a variable at its beginning counts as scheme and host. */
function stand(url: string): string {
  return url
    .replace(/^\$\{[^}]*\}/, 'http://host')
    .replace(/\$\{[^}]*\}/g, 'x')
    .replace(/[\t\n\r]/g, '');
}

function reviewHeader(name: string, text: string, names: readonly string[]): ProblemInText[] {
  const lower = name.toLowerCase();
  if (!isToken(name)) {
    return [
      { severity: 'error', message: `${JSON.stringify(name)} is not the name of an HTTP header`, text: name },
    ];
  }
  if (CONNECTION_HEADERS.has(lower)) {
    return [
      {
        severity: 'warning',
        message: `The header ${name} is made by gantz; this one is not sent`,
        text: name,
      },
    ];
  }
  if (lower === 'host' && parseTemplate(text, names).mentions.size > 0) {
    return [
      {
        severity: 'error',
        message: 'A parameter cannot stand in the header Host, which chooses the server',
        text,
      },
    ];
  }
  if (lower === 'content-type' && /^\s*multipart\//i.test(text)) {
    return [
      {
        severity: 'warning',
        message: 'Values stand in a multipart body as they are, so that one may change the name of its part',
        hint: 'Send a map or list as JSON, or use application/x-www-form-urlencoded.',
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
      message: `extract_json cannot be ${JSON.stringify(extractJson)}`,
      hint: "Write a path such as data.items[0].name, $.data or data['a name'].",
      text: extractJson,
    },
  ];
}
