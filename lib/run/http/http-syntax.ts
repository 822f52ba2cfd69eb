import type { Keys } from '../../manifest/keys.ts';
import { asMap, readFields } from '../../manifest/parse/fields.ts';
import { readDuration, readJson, readText, readTextMap } from '../../manifest/parse/values.ts';
import { objectOf } from '../../manifest/schema.ts';
import type { ParsedAction, Syntax } from '../../manifest/tool-key.ts';
import { isNull, type Node } from '../../manifest/yaml/node.ts';
import { error, type Problems } from '../../manifest/yaml/problems.ts';
import type { HttpAction } from './http-action.ts';

const FIELDS = {
  method: { kind: 'text', about: 'GET (the default), POST, …' },
  url: { kind: 'text', about: 'The URL. Values are escaped for their position in it.' },
  headers: { kind: 'text-map', about: 'The headers of the request.' },
  query: { kind: 'text-map', about: 'Query parameters, added to the URL.' },
  arrays: {
    kind: 'own',
    schema: { enum: ['repeat', 'comma'] },
    about:
      'The form of an array in the query and in a form: `repeat` (`a=1&a=2`, the default) or `comma` (`a=1,2`).',
  },
  body: { kind: 'any', about: 'The body of the request. Text is sent as it is, a map or a list as JSON.' },
  timeout: {
    kind: 'duration',
    about: 'The time limit of the request: `30` (seconds), `30s`, `1m30s`, `500ms`.',
  },
  extract_json: {
    kind: 'text',
    about: 'The path of the part of the JSON response that is the result: `data.items[0].name`.',
  },
} as const satisfies Keys;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The syntax of the key `http`: a map with `url` and the other parts of a request. */
export const httpSyntax: Syntax<ParsedAction<HttpAction>> = {
  fields: FIELDS,
  parse(problems, node) {
    const map = asMap(problems, node, '`http`', 'Write http: { url: … }');
    if (!map) return undefined;
    const fields = readFields(problems, map, FIELDS, 'http');
    const {
      url: address,
      method: verb,
      headers: head,
      query,
      body,
      arrays,
      extract_json: path,
      timeout,
    } = fields;
    const timeoutMs = timeout && readDuration(problems, timeout, '`timeout`');
    if (!address) {
      error(problems, node.at, '`http` has no `url`');
      return undefined;
    }
    const url = readText(problems, address, '`url`');
    const method = verb ? readText(problems, verb, '`method`') : 'GET';
    const headers = head ? readHeaders(problems, head) : {};
    if (url === undefined || method === undefined) return undefined;
    if (url.trim() === '') {
      error(problems, address.at, '`url` is empty');
      return undefined;
    }
    const isTemplate = /[{$]\{/.test(method);
    if (verb && !isTemplate && !TOKEN.test(method)) {
      error(problems, verb.at, `${JSON.stringify(method)} is not an HTTP method`);
      return undefined;
    }
    const action: HttpAction = {
      kind: 'http',
      method: isTemplate ? method : method.toUpperCase(),
      url: url.trim(),
      headers,
      query: query ? readTextMap(problems, query, '`query`') : {},
    };
    if (body && !isNull(body)) action.body = body.kind === 'scalar' ? body.text : readJson(problems, body);
    if (arrays) {
      const form = readText(problems, arrays, '`arrays`');
      if (form === 'repeat' || form === 'comma') action.arrays = form;
      else if (form !== undefined)
        error(problems, arrays.at, `\`arrays\` must be repeat or comma, not ${JSON.stringify(form)}`);
    }
    const extractJson = path && readText(problems, path, '`extract_json`');
    if (extractJson !== undefined) action.extractJson = extractJson;
    return { action, ...(timeoutMs !== undefined && { timeoutMs }) };
  },
  schema: () => ({ ...objectOf(FIELDS), required: ['url'] }),
};

function readHeaders(problems: Problems, node: Node): Record<string, string> {
  const headers = readTextMap(problems, node, '`headers`');
  for (const { key, keyAt } of node.kind === 'map' ? node.entries : []) {
    if (!TOKEN.test(key)) error(problems, keyAt, `${JSON.stringify(key)} is not a valid header name`);
  }
  return headers;
}
