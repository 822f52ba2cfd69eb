import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxyFor } from '../../../lib/run/http/proxy.ts';

const P = 'http://proxy.example:3128';
const of = (url: string, environment: Record<string, string>): string | undefined =>
  proxyFor(new URL(url), environment)?.url.href;

describe('the proxy of a URL', () => {
  const cases: [string, Record<string, string>, boolean][] = [
    ['http://a.example/', { HTTP_PROXY: P }, true],
    ['http://a.example/', { http_proxy: P }, true],
    ['http://a.example/', { HTTPS_PROXY: P }, false],
    ['https://a.example/', { HTTP_PROXY: P }, false],
    ['https://a.example/', { HTTPS_PROXY: P }, true],
    ['https://a.example/', { https_proxy: ' ' }, false],
    ['http://a.example/', { HTTP_PROXY: P, REQUEST_METHOD: 'GET' }, false],
    ['http://a.example/', { http_proxy: P, REQUEST_METHOD: 'GET' }, true],
    ['https://a.example/', { HTTPS_PROXY: P, REQUEST_METHOD: 'GET' }, true],
  ];
  for (const [url, environment, isProxied] of cases) {
    it(`is ${isProxied ? 'used' : 'not used'} for ${url} with ${JSON.stringify(environment)}`, () =>
      assert.equal(of(url, environment), isProxied ? `${P}/` : undefined));
  }

  it('is never used for loopback addresses', () => {
    for (const host of [
      'localhost',
      'LOCALHOST.',
      'a.localhost',
      '127.0.0.1',
      '127.9.9.9',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ])
      assert.equal(of(`http://${host}:81/`, { HTTP_PROXY: P }), undefined, host);
  });

  const noProxy: [string, string, boolean][] = [
    ['*', 'http://a.example/', false],
    ['a.example', 'http://a.example/', false],
    ['A.Example', 'http://b.a.example/', false],
    ['.a.example', 'http://b.a.example/', false],
    ['*.a.example', 'http://b.a.example/', false],
    ['a.example', 'http://aa.example/', true],
    ['x, b.example\ta.example', 'http://a.example/', false],
    ['a.example:8080', 'http://a.example:8080/', false],
    ['a.example:8080', 'http://a.example/', true],
    ['a.example:80', 'http://a.example/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', false],
    ['10.0.0.0/8', 'http://11.1.2.3/', true],
    ['10.0.0.0/99', 'http://10.1.2.3/', true],
    ['10.1.2.3', 'http://10.1.2.3/', false],
    ['10.1.2.3', 'http://10.1.2.30/', true],
    ['fd00::/8', 'http://[fd12::1]/', false],
    ['[fd12::1]:81', 'http://[fd12::1]:81/', false],
    ['[fd12::1]:81', 'http://[fd12::1]/', true],
    ['', 'http://a.example/', true],
    ['.', 'http://a.example/', true],
  ];
  for (const [list, url, isProxied] of noProxy) {
    it(`is ${isProxied ? 'used' : 'not used'} for ${url} with NO_PROXY=${JSON.stringify(list)}`, () =>
      assert.equal(of(url, { HTTP_PROXY: P, NO_PROXY: list }), isProxied ? `${P}/` : undefined));
  }

  it('may be written without its scheme', () =>
    assert.equal(of('http://a.example/', { HTTP_PROXY: 'proxy.example:3128' }), `${P}/`));

  it('is refused when it is not an http URL, without its password in the message', () => {
    for (const text of ['socks5://u:hush@h:1080', 'https://u:hush@h', 'http://u:hush@h:99999'])
      assert.throws(() => of('http://a.example/', { HTTP_PROXY: text }), {
        code: 'NOT_RUNNABLE',
        message: 'HTTP_PROXY is not an http:// URL',
      });
  });
});
