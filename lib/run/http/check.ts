import type { HttpAction } from '../../manifest/manifest.ts';
import { parseTemplate, type Segment, type TemplateProblem } from '../template.ts';
import { parsePath } from './extract.ts';
import { CONNECTION_HEADERS, isToken } from './headers.ts';
import { positionAfter } from './url.ts';

/** A finding about one text of an `http` action: `url`, `headers.Accept`, `query.q`, `body` or `body.items[0]`. */
export type HttpProblem = TemplateProblem & { field: string };

/** What is wrong or doubtful about an `http` action, as far as can be told before it is called; `names` are the parameters. */
export function checkHttp(action: HttpAction, names: Iterable<string>): HttpProblem[] {
  const known = [...names];
  const texts: [string, string][] = [
    ['method', action.method],
    ['url', action.url],
    ...Object.entries(action.headers).map(([name, text]): [string, string] => [`headers.${name}`, text]),
    ...Object.entries(action.query).map(([name, text]): [string, string] => [`query.${name}`, text]),
    ...textsOf(action.body, 'body'),
  ];
  return [
    ...texts.flatMap(([field, text]) =>
      parseTemplate(text, known).problems.map((problem) => ({ ...problem, field })),
    ),
    ...checkMethod(action),
    ...checkUrl(action.url, known),
    ...checkHeaders(action, known),
    ...checkExtract(action),
  ];
}

/** Every text inside a body, with its place. */
function textsOf(body: unknown, field: string): [string, string][] {
  if (typeof body === 'string') return [[field, body]];
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, member]) =>
    textsOf(member, Array.isArray(body) ? `${field}[${name}]` : `${field}.${name}`),
  );
}

function whole(
  field: string,
  text: string,
  problem: Omit<TemplateProblem, 'offset' | 'length'>,
): HttpProblem {
  return { ...problem, field, offset: 0, length: text.length };
}

function checkMethod({ method }: HttpAction): HttpProblem[] {
  if (method.includes('{{') || method.includes('${')) return [];
  if (isToken(method) && method.toUpperCase() !== 'CONNECT') return [];
  return [
    whole('method', method, {
      severity: 'error',
      message: `${JSON.stringify(method)} is not a method that can be sent`,
    }),
  ];
}

function checkUrl(text: string, names: readonly string[]): HttpProblem[] {
  const { segments, mentions } = parseTemplate(text, names);
  const [first] = parseTemplate(text.trim(), names).segments;
  if (first?.kind === 'placeholder' && first.text === text.trim()) {
    return [
      whole('url', text, {
        severity: 'warning',
        message: `The caller chooses the whole url with ${first.text}, any host of your network too`,
        hint: 'Write the host into the manifest, and let parameters fill its path and query.',
      }),
    ];
  }
  const problems: HttpProblem[] = [];
  const end = walk(segments, '', (tag, before) => {
    if (positionAfter(stand(before)) !== 'origin') return;
    const dependsOnVariable = /^\s*\$\{.*\}$/.test(before);
    problems.push({
      severity: dependsOnVariable ? 'warning' : 'error',
      message: dependsOnVariable
        ? `${tag.text} extends the host of the url unless ${before.trim()} ends with a /`
        : `${tag.text} stands in the scheme or host of the url`,
      hint: 'A parameter may fill the path, the query or the whole url; let a ${VAR} of env choose the host, and put a / after it.',
      field: 'url',
      offset: tag.offset,
      length: tag.text.length,
    });
  });
  const address = stand(end);
  const isAddress = URL.canParse(address) && /^https?:/i.test(address);
  if (problems.length === 0 && mentions.size === 0 && !isAddress && !/^\s*\$\{/.test(text)) {
    problems.push(
      whole('url', text, {
        severity: 'error',
        message: `${JSON.stringify(text)} is not an http:// or https:// address`,
      }),
    );
  }
  return problems;
}

type Tag = { text: string; offset: number };

/** Visits every placeholder of both branches with the text before it, a placeholder counting as `x`; gives the whole text. */
function walk(
  segments: readonly Segment[],
  before: string,
  visit: (tag: Tag, before: string) => void,
): string {
  let text = before;
  for (const segment of segments) {
    if (segment.kind === 'literal') text += segment.text;
    else if (segment.kind === 'placeholder') {
      visit(segment, text);
      text += 'x';
    } else {
      const otherwise = walk(segment.otherwise, text, visit);
      const then = walk(segment.then, text, visit);
      // The shorter way is the one that may still stand in the host.
      text = positionAfter(stand(otherwise)) === 'origin' ? otherwise : then;
    }
  }
  return text;
}

/** A url with something in the place of its variables; one that it begins with is scheme and host. */
function stand(url: string): string {
  return url
    .trimStart()
    .replace(/^\$\{[^}]*\}/, 'http://host')
    .replace(/\$\{[^}]*\}/g, 'x')
    .replace(/[\t\n\r]/g, '');
}

function checkHeaders({ headers }: HttpAction, names: readonly string[]): HttpProblem[] {
  return Object.entries(headers).flatMap(([name, text]): HttpProblem[] => {
    const field = `headers.${name}`;
    const lower = name.toLowerCase();
    if (!isToken(name)) {
      return [
        whole(field, text, {
          severity: 'error',
          message: `${JSON.stringify(name)} is not the name of an HTTP header`,
        }),
      ];
    }
    if (CONNECTION_HEADERS.has(lower)) {
      return [
        whole(field, text, {
          severity: 'warning',
          message: `The header ${name} is made by gantz; this one is not sent`,
        }),
      ];
    }
    const { mentions } = parseTemplate(text, names);
    if (lower === 'host' && mentions.size > 0) {
      return [
        whole(field, text, {
          severity: 'error',
          message: 'A parameter cannot stand in the header Host, which chooses the server',
        }),
      ];
    }
    if (lower === 'content-type' && /^\s*multipart\//i.test(text)) {
      return [
        whole(field, text, {
          severity: 'warning',
          message:
            'Values are put into a multipart body as they are, so that one may change what its part is called',
          hint: 'Send a map or list as JSON, or use application/x-www-form-urlencoded.',
        }),
      ];
    }
    return [];
  });
}

function checkExtract({ extractJson }: HttpAction): HttpProblem[] {
  if (extractJson === undefined || parsePath(extractJson)) return [];
  return [
    whole('extract_json', extractJson, {
      severity: 'error',
      message: `extract_json cannot be ${JSON.stringify(extractJson)}`,
      hint: "Write a path such as data.items[0].name, $.data or data['a name'].",
    }),
  ];
}
