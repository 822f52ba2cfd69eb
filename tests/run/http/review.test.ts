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
  it('finds nothing wrong with good requests', () => {
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
    [
      'a parameter as host',
      { url: 'https://{{x}}/' },
      'error: {{x}} stands in the scheme or host of the url',
    ],
    [
      'a parameter after the host',
      { url: 'https://h{{x}}/' },
      'error: {{x}} stands in the scheme or host of the url',
    ],
    [
      'a parameter in a branch',
      { url: 'https://h{{ if x }}{{x}}{{ end }}/' },
      'error: {{x}} stands in the scheme or host of the url',
    ],
    [
      'a host after a branch',
      { url: 'https://h{{ if x }}/a{{ end }}{{id}}' },
      'error: {{id}} stands in the scheme or host of the url',
    ],
    [
      'a host that a variable may complete',
      { url: '${BASE}{{path}}' },
      'warning: {{path}} extends the host of the url unless ${BASE} ends with a /',
    ],
    [
      'a whole url',
      { url: '{{x}}' },
      'warning: The caller chooses the whole url with {{x}}, any host of your network too',
    ],
    ['no address', { url: 'h/x' }, 'error: "h/x" is not an http:// or https:// address'],
    ['another scheme', { url: 'ftp://h/x' }, 'error: "ftp://h/x" is not an http:// or https:// address'],
    ['a typo', { body: { a: ['{{idd}}'] } }, 'warning: {{idd}} names no parameter and stays as it is'],
    [
      'a typo in the query',
      { query: { q: '{{idd}}' } },
      'warning: {{idd}} names no parameter and stays as it is',
    ],
    ['a method', { method: 'CONNECT' }, 'error: "CONNECT" is not a method that can be sent'],
    ['a header name', { headers: { 'a b': '' } }, 'error: "a b" is not the name of an HTTP header'],
    [
      'a made header',
      { headers: { 'Content-Length': '3' } },
      'warning: The header Content-Length is made by gantz; this one is not sent',
    ],
    [
      'a parameter in Host',
      { headers: { Host: '{{x}}' } },
      'error: A parameter cannot stand in the header Host, which chooses the server',
    ],
    ['a path', { extractJson: 'a..b' }, 'error: extract_json cannot be "a..b"'],
  ];
  for (const [what, action, problem] of bad)
    it(`tells of ${what}`, () => assert.deepEqual(found(action), [problem]));
});
