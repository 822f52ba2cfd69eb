import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HttpAction } from '../../../lib/run/http/http-action.ts';
import { reviewHttp } from '../../../lib/run/http/http-review.ts';
import { invocationOf } from '../../helpers/invocation.ts';

const found = (more: Partial<HttpAction>): string[] => {
  const action: HttpAction = {
    kind: 'http',
    method: 'GET',
    url: 'https://h/',
    headers: {},
    query: {},
    ...more,
  };
  const { tool } = invocationOf(action, { names: ['x', 'path', 'id'] });
  return reviewHttp(tool, action).map(({ severity, message }) => `${severity}: ${message}`);
};

describe('reviewHttp', () => {
  it('reports no problem for valid requests', () => {
    for (const url of [
      'https://h/{{x}}?q={{id}}#{{x}}',
      '${BASE}/{{x}}',
      '${BASE:-https://h}/v1{{path}}',
      '${BASE-https://h}/v1{{path}}',
      '${BASE?set it}/v1{{path}}',
      'https://h/${V:+v1/}{{path}}',
      '${A:-${B}}',
      'https://${HOST}:${PORT}/{{x}}',
      'https://h{{ if x }}/{{x}}{{ end }}',
      ' https://h/x ',
    ]) {
      assert.deepEqual(found({ url }), [], url);
    }
    assert.deepEqual(
      found({ headers: { Accept: '*/*', Authorization: '{{x}}' }, body: ['{{x}}'], extractJson: 'a[0]' }),
      [],
    );
  });

  const bad: [string, Partial<HttpAction>, string][] = [
    ['a parameter as host', { url: 'https://{{x}}/' }, 'error: {{x}} is in the scheme or host of the url'],
    [
      'a parameter after the host',
      { url: 'https://h{{x}}/' },
      'error: {{x}} is in the scheme or host of the url',
    ],
    [
      'a parameter in a branch',
      { url: 'https://h{{ if x }}{{x}}{{ end }}/' },
      'error: {{x}} is in the scheme or host of the url',
    ],
    [
      'a host after a branch',
      { url: 'https://h{{ if x }}/a{{ end }}{{id}}' },
      'error: {{id}} is in the scheme or host of the url',
    ],
    [
      'a placeholder that may extend the host',
      { url: '${BASE}{{path}}' },
      'warning: {{path}} becomes part of the host unless ${BASE} ends with a /',
    ],
    [
      'a whole url',
      { url: '{{x}}' },
      'warning: The caller chooses the whole url with {{x}}, and so can reach any host of your network',
    ],
    ['a url without a scheme', { url: 'h/x' }, 'error: "h/x" is not an http:// or https:// URL'],
    ['another scheme', { url: 'ftp://h/x' }, 'error: "ftp://h/x" is not an http:// or https:// URL'],
    [
      'an unknown parameter',
      { body: { a: ['{{idd}}'] } },
      'warning: {{idd}} names no parameter and stays as it is',
    ],
    [
      'an unknown parameter in the query',
      { query: { q: '{{idd}}' } },
      'warning: {{idd}} names no parameter and stays as it is',
    ],
    ['a method that cannot be sent', { method: 'CONNECT' }, 'error: "CONNECT" is not an HTTP method'],
    ['a wrong header name', { headers: { 'a b': '' } }, 'error: "a b" is not a valid header name'],
    [
      'a header that gantz sets',
      { headers: { 'Content-Length': '3' } },
      'warning: The header Content-Length is set by gantz; the one of the manifest is not sent',
    ],
    [
      'a parameter in Host',
      { headers: { Host: '{{x}}' } },
      'error: A parameter cannot be in the header Host, because that header selects the server',
    ],
    ['a wrong path', { extractJson: 'a..b' }, 'error: extract_json is not a path: "a..b"'],
  ];
  const values = (language: string): string =>
    `warning: Values are not escaped in this text of ${language}, so a value can change its meaning`;
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const unescaped: [string, Partial<HttpAction>, string][] = [
    ['GraphQL in a map', { body: { query: 'query { user(id: "{{id}}") { name } }' } }, 'GraphQL'],
    ['short GraphQL in a map', { body: { query: '{ user(id: "{{id}}") { name } }' } }, 'GraphQL'],
    ['GraphQL in JSON text', { body: '{"query":"mutation { add(name: \\"{{x}}\\") }"}' }, 'GraphQL'],
    ['GraphQL in the query', { query: { query: '{ user(id: "{{id}}") { name } }' } }, 'GraphQL'],
    ['GraphQL alone', { body: '{ user(id: "{{id}}") { name } }' }, 'GraphQL'],
    [
      'application/graphql',
      { headers: { 'Content-Type': 'application/graphql' }, body: 'query { a(b: "{{x}}") }' },
      'GraphQL',
    ],
    ['JSON in JSON text', { body: '{"payload":"{\\"a\\":\\"{{x}}\\"}"}' }, 'JSON inside JSON'],
    ['JSON in form text', { headers: form, body: 'a=1&payload={"text":"{{x}}"}' }, 'JSON inside a form'],
    ['a form without its type', { body: 'a={{x}}&b=1' }, 'a form'],
    ['XML without its type', { body: '<a>{{x}}</a>' }, 'XML'],
    ['JSON that is not valid', { body: '{"a": "{{x}}",}' }, 'JSON'],
  ];
  for (const [what, action, language] of unescaped)
    it(`warns about ${what}`, () => assert.deepEqual(found(action), [values(language)]));

  it('does not warn about text that is escaped', () => {
    for (const action of [
      { body: { query: 'query q($id: ID!) { user(id: $id) { name } }', variables: { id: '{{id}}' } } },
      { body: '{"a":"{{x}}","b":{{id}},"c":[{{x}}]}' },
      { body: { payload: '{"text":"{{x}}"}' } },
      { headers: form, body: 'a={{x}}&b={{id}}' },
      { headers: { 'content-type': 'application/xml' }, body: '<a>{{x}}</a>' },
      { body: 'Hello {{x}}' },
      { body: '{{x}}' },
      { query: { filter: '{"a":"{{x}}"}' } },
    ])
      assert.deepEqual(found(action), [], JSON.stringify(action));
  });

  it('does not warn about numbers and booleans in GraphQL', () => {
    const action = { kind: 'http', method: 'POST', url: 'https://h/', headers: {}, query: {} } as const;
    const { tool } = invocationOf({ ...action, body: { query: '{ user(id: {{n}}) { name } }' } });
    const inputSchema = { ...tool.inputSchema, properties: { n: { type: 'integer' } } };
    assert.deepEqual(reviewHttp({ ...tool, inputSchema }, tool.action), []);
  });

  it('warns about JSON text in the url', () => {
    assert.deepEqual(found({ url: 'https://h/?f={"a":"{{x}}"}' }), [
      'warning: {{x}} is not escaped for the JSON text in the url, so a value can change its meaning',
    ]);
  });

  it('warns that a caller who chooses the whole url gets the credentials of the manifest', () => {
    const any =
      'warning: The caller chooses the whole url with {{x}}, and so can reach any host of your network';
    const sent = (what: string): string =>
      `warning: The caller chooses the whole url with {{x}}, so ${what} can be sent to any server`;
    for (const [more, what] of [
      [{ headers: { Authorization: 'Bearer ${TOKEN}' } }, 'the header Authorization'],
      [{ headers: { 'X-Api-Key': 'abc' } }, 'the header X-Api-Key'],
      [{ headers: { 'X-Trace': '${ID}' } }, 'the header X-Trace'],
      [{ query: { key: '${KEY}' } }, 'a variable of the environment'],
      [{ body: { key: '${KEY}' } }, 'a variable of the environment'],
    ] as const)
      assert.deepEqual(found({ url: '{{x}}', ...more }), [any, sent(what)]);
    assert.deepEqual(found({ url: '{{x}}', headers: { Authorization: 'Bearer {{id}}' } }), [any]);
  });

  for (const [what, action, problem] of bad)
    it(`reports ${what}`, () => assert.deepEqual(found(action), [problem]));
});
