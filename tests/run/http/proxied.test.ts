import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { folderWith } from '../../helpers/folder.ts';
import { startProxy, type ProxyServer } from '../../helpers/proxy-server.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { runProgram } from '../../helpers/run-program.ts';

const TLS = join(import.meta.dirname, '../../fixtures/tls');
const CERTIFICATE = join(TLS, 'secure.test.pem');

describe('an http action with proxies in its environment', () => {
  const folder = folderWith({});
  let plain: TestServer;
  let proxy: ProxyServer;
  let secureProxy: ProxyServer;
  const secure = createServer(
    { cert: readFileSync(CERTIFICATE), key: readFileSync(join(TLS, 'secure.test-key.pem')) },
    ({ method, url, headers }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ method, url, host: headers.host, proxied: headers['proxy-authorization'] }),
      );
    },
  );

  before(async () => {
    plain = await startServer();
    proxy = await startProxy(Number(new URL(plain.origin).port));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    secureProxy = await startProxy((secure.address() as AddressInfo).port);
  });
  after(async () => {
    await Promise.all([plain.close(), proxy.close(), secureProxy.close()]);
    secure.closeAllConnections();
    secure.close();
  });

  async function call(url: string, env: Record<string, string>): Promise<Record<string, unknown>> {
    const manifest = join(folder, 'gantz.yaml');
    const http = { method: 'POST', url, headers: { 'X-Key': 'k' }, body: { a: 1 } };
    await writeFile(manifest, JSON.stringify({ tools: [{ name: 'ask', description: 'Asks', http }] }));
    return envelopeOf(
      await runProgram(['-c', manifest, 'call', 'ask'], { env: { GANTZ_TIMEOUT: '60s', ...env } }),
    );
  }

  const withCredentials = (origin: string): string => origin.replace('://', '://me:p%40ss@');
  const BASIC = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;

  it('sends a request of http through HTTP_PROXY, with the whole URL', async () => {
    const answer = await call('http://plain.test/a?b=1', { HTTP_PROXY: withCredentials(proxy.origin) });
    assert.deepEqual(answer, { success: true, result: {}, status: 200 });
    const { line, headers } = proxy.received.at(-1) ?? assert.fail();
    assert.equal(line, 'POST http://plain.test/a?b=1');
    assert.equal(headers.host, 'plain.test');
    assert.equal(headers['proxy-authorization'], BASIC);
    const received = plain.received.at(-1);
    assert.deepEqual([received?.body, received?.headers['x-key']], ['{"a":1}', 'k']);
  });

  it('sends a request of https through HTTPS_PROXY, with CONNECT and the certificate of the server', async () => {
    const env = { HTTPS_PROXY: withCredentials(secureProxy.origin), NODE_EXTRA_CA_CERTS: CERTIFICATE };
    assert.deepEqual(await call('https://secure.test/a?b=1', env), {
      success: true,
      result: { method: 'POST', url: '/a?b=1', host: 'secure.test' },
      status: 200,
    });
    const { line, headers } = secureProxy.received.at(-1) ?? assert.fail();
    assert.equal(line, 'CONNECT secure.test:443');
    assert.equal(headers['proxy-authorization'], BASIC);
    assert.equal(headers['x-key'], undefined);
  });

  it('does not accept a certificate that is not trusted or has another name', async () => {
    for (const [url, env] of [
      ['https://secure.test/', {}],
      ['https://other.test/', { NODE_EXTRA_CA_CERTS: CERTIFICATE }],
    ] as const) {
      const answer = await call(url, { HTTPS_PROXY: secureProxy.origin, ...env });
      assert.deepEqual(
        [answer['code'], answer['outcome']],
        ['UPSTREAM_UNAVAILABLE', 'none'],
        JSON.stringify(answer),
      );
      assert.match(String(answer['error']), /certificate of https:\/\/(?:secure|other)\.test is not trusted/);
    }
  });

  it('sends nothing for loopback addresses and the hosts of NO_PROXY through a proxy', async () => {
    const count = proxy.received.length;
    const env = { HTTP_PROXY: proxy.origin, http_proxy: proxy.origin };
    assert.equal((await call(`${plain.origin}/`, env))['success'], true);
    const answer = await call('http://plain.invalid/', { ...env, NO_PROXY: '.invalid' });
    assert.equal(answer['code'], 'UPSTREAM_UNAVAILABLE');
    assert.match(String(answer['error']), /Cannot connect to http:\/\/plain\.invalid/);
    assert.equal(proxy.received.length, count);
  });

  it('names a proxy that refuses or cannot be reached, without its password, and with the outcome none', async () => {
    const refusing = await startProxy(1, { refuse: 407 });
    const refused = await call('https://secure.test/', { HTTPS_PROXY: withCredentials(refusing.origin) });
    assert.equal(
      refused['error'],
      `The proxy ${refusing.origin} answered CONNECT secure.test:443 with 407 Refused`,
    );
    assert.match(String(refused['hint']), /HTTPS_PROXY/);
    await refusing.close();
    const gone = [
      await call('https://secure.test/', { HTTPS_PROXY: withCredentials(refusing.origin) }),
      await call('http://plain.test/', { HTTP_PROXY: withCredentials(refusing.origin) }),
    ];
    for (const answer of gone)
      assert.equal(answer['error'], `Cannot connect to the proxy ${refusing.origin}: connection refused`);
    for (const answer of [refused, ...gone]) {
      assert.deepEqual([answer['code'], answer['outcome']], ['UPSTREAM_UNAVAILABLE', 'none']);
      assert.doesNotMatch(JSON.stringify(answer), /p%40ss|p@ss/);
    }
  });
});
