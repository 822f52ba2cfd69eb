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
  for (const [what, action, problem] of bad)
    it(`reports ${what}`, () => assert.deepEqual(found(action), [problem]));
});
