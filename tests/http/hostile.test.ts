import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dump, useRedis } from '../helpers/redis-server.ts';
import { request, sendRaw } from './raw.ts';
import { startServer, type TestServer } from './server.ts';

const TOKEN = 'gtz_a-token-of-the-tests';

let open: TestServer;
let locked: TestServer;
let stateBefore: Record<string, string>;
const redis = useRedis({
  async started({ url, plain }) {
    open = await startServer([], { env: { REDIS_URL: url, GANTZ_NAMESPACE: 'hostile' } });
    locked = await startServer(['--auth'], {
      env: { REDIS_URL: url, GANTZ_NAMESPACE: 'hostile', GANTZ_AUTH_TOKEN: TOKEN },
    });
    await open.call('cache_set', { key: 'precious', value: 'untouched', ttl: null });
    stateBefore = await dump(plain);
  },
  async stopping() {
    assert.deepEqual(await dump(redis.plain), stateBefore, 'nothing was changed');
    assert.deepEqual([await open.stop(), await locked.stop()], [143, 143]);
  },
});

const CALL = 'POST /mcp/tools/call';
const STEAL = JSON.stringify({ tool: 'cache_set', params: { key: 'precious', value: 'stolen' } });
const JSON_TYPE = { 'content-type': 'application/json' };
const local = (server: TestServer): Record<string, string> => ({ host: `127.0.0.1:${server.port}` });

/** Sends a raw request, and returns the status and the code of its answer. */
async function statusOf(
  server: TestServer,
  line: string,
  headers: Record<string, string>,
  body: string | Uint8Array = '',
): Promise<[number, string | undefined]> {
  const answer = await sendRaw(server.port, request(line, headers, body));
  return [Number(answer.slice(9, 12)), /"code":"([A-Z_]+)"/.exec(answer)?.[1]];
}

const authorizations: [string, string | undefined][] = [
  ['no token', undefined],
  ['an empty token', 'Bearer '],
  ['a wrong token', 'Bearer gtz_wrong'],
  ['the beginning of the token', `Bearer ${TOKEN.slice(0, -1)}`],
  ['more than the token', `Bearer ${TOKEN}x`],
  ['another scheme', `Basic ${TOKEN}`],
  ['the bare token', TOKEN],
];

for (const [what, authorization] of authorizations) {
  for (const line of [CALL, 'GET /mcp/tools', 'GET /metrics', 'POST /mcp', 'GET /nothing']) {
    test(`${line} with ${what} is 401`, async () => {
      const headers = {
        ...local(locked),
        ...JSON_TYPE,
        ...(authorization !== undefined && { authorization }),
      };
      const body = line.startsWith('POST') ? STEAL : '';
      assert.deepEqual(await statusOf(locked, line, headers, body), [401, 'FORBIDDEN']);
    });
  }
}

test('the right token passes, and a refusal names the scheme in www-authenticate', async () => {
  const headers = { ...local(locked), authorization: `bearer ${TOKEN}` };
  assert.equal((await statusOf(locked, 'GET /mcp/tools', headers))[0], 200);
  const refused = await fetch(`${locked.url}/mcp/tools`);
  assert.equal(refused.headers.get('www-authenticate'), 'Bearer realm="gantz"');
  assert.doesNotMatch(await refused.text(), /gtz_a-token/);
});

test('/healthz needs no token', async () => {
  assert.equal((await fetch(`${locked.url}/healthz`)).status, 200);
});

const hosts = [
  'evil.example',
  'evil.example:3000',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '127.0.0.1@evil.example',
  '10.0.0.1',
  '[fe80::1]',
  '',
];

for (const host of hosts) {
  test(`Host: ${host || '(empty)'} is 403 everywhere`, async () => {
    for (const line of [CALL, 'GET /mcp/tools', 'GET /healthz', 'GET /metrics', 'POST /mcp']) {
      const [status] = await statusOf(
        open,
        line,
        { host, ...JSON_TYPE },
        line.startsWith('POST') ? STEAL : '',
      );
      assert.ok(status === 403 || status === 400, `${line}: ${status}`);
    }
  });
}

for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '127.1.2.3:1', '[::1]:3000']) {
  test(`Host: ${host} is accepted`, async () => {
    assert.equal((await statusOf(open, 'GET /healthz', { host }))[0], 200);
  });
}

test('a whole URL as the target is answered when the URL and Host name the server', async () => {
  const target = `http://127.0.0.1:${open.port}/healthz?x=1`;
  assert.equal((await statusOf(open, `GET ${target}`, local(open)))[0], 200);
  assert.equal((await statusOf(open, `GET ${target}`, { host: 'evil.example' }))[0], 403);
  assert.equal((await statusOf(open, 'GET http://evil.example/healthz', local(open)))[0], 403);
  assert.equal((await statusOf(open, `GET http://127.0.0.1:${open.port}`, local(open)))[0], 404);
});

for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1.evil.example', 'file://', 'x']) {
  test(`Origin: ${origin} is 403`, async () => {
    const headers = { ...local(open), ...JSON_TYPE, origin };
    assert.deepEqual(await statusOf(open, CALL, headers, STEAL), [403, 'FORBIDDEN']);
    assert.deepEqual((await statusOf(open, 'POST /mcp', headers, STEAL))[0], 403);
  });
}

test('a page from this machine can call', async () => {
  const headers = { ...local(open), origin: 'http://localhost:5173' };
  assert.equal((await statusOf(open, 'GET /mcp/tools', headers))[0], 200);
});

const bodies: [string, string | Uint8Array, number, string][] = [
  ['no bytes', '', 400, 'INVALID_JSON'],
  ['broken JSON', '{"tool":', 400, 'INVALID_JSON'],
  ['form data', 'tool=cache_set', 400, 'INVALID_JSON'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'INVALID_JSON'],
  ['an array', `[${STEAL}]`, 400, 'USAGE'],
  ['no tool', '{}', 400, 'USAGE'],
  ['a tool that is not a string', '{"tool":["cache_set"]}', 400, 'USAGE'],
  ['an unknown member', '{"tool":"cache_set","params":{},"__proto__":{}}', 400, 'USAGE'],
  [
    'digits that would be lost',
    '{"tool":"cache_set","params":{"key":"precious","value":12345678901234567890}}',
    400,
    'INVALID_PARAMETERS',
  ],
  ['unclosed nesting', `{"tool":"cache_set","params":${'['.repeat(200_000)}`, 400, 'INVALID_JSON'],
  [
    'deep nesting',
    `{"tool":"cache_set","params":{"key":"precious","value":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    400,
    'INVALID_PARAMETERS',
  ],
];

for (const [what, body, status, code] of bodies) {
  test(`a body of ${what} is ${status} ${code}`, async () => {
    const headers = { ...local(open), ...JSON_TYPE };
    const [given, found] = await statusOf(open, CALL, headers, body);
    assert.equal(given, status);
    // A recursive parser fails on deep nesting before it reaches the end of the text.
    if (what !== 'unclosed nesting') assert.equal(found, code);
  });
}

test('a body of 100 MB is answered with 413 before it has arrived', async () => {
  const answer = await sendRaw(
    open.port,
    `POST /mcp/tools/call HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 104857600\r\n\r\n{"tool":"`,
  );
  assert.match(answer, /^HTTP\/1\.1 413 /);
  assert.match(answer, /"code":"USAGE"/);
});

test('a body of 100 MB in chunks is answered with 413, on both paths', async () => {
  const chunk = 'x'.repeat(1024 * 1024);
  for (const path of ['/mcp/tools/call', '/mcp']) {
    const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n`;
    const part = `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
    const answer = await sendRaw(open.port, head, ...Array<string>(100).fill(part), '0\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 413 /);
  }
});

test('headers of 20 KiB are refused', async () => {
  const [status] = await statusOf(open, 'GET /healthz', { ...local(open), 'x-long': 'x'.repeat(20 * 1024) });
  assert.equal(status, 431);
});

const paths: [string, number][] = [
  ['GET /../../../../etc/passwd', 404],
  ['GET /mcp/tools/../../etc/passwd', 404],
  ['GET /%2e%2e/%2e%2e/etc/passwd', 404],
  ['GET /mcp/tools/%2e%2e%2fetc%2fpasswd', 404],
  ['GET /mcp/tools/call/..%5c..%5cgantz.yaml', 404],
  ['GET //etc/passwd', 404],
  ['GET /gantz.yaml', 404],
  ['GET /', 404],
  ['GET /mcp/tools/call', 405],
  ['POST /mcp/tools', 405],
  ['DELETE /healthz', 405],
  ['PUT /metrics', 405],
];

for (const [line, status] of paths) {
  test(`${line} is ${status}`, async () => {
    const answer = await sendRaw(open.port, request(line, local(open)));
    assert.equal(Number(answer.slice(9, 12)), status);
    assert.doesNotMatch(answer, /root:|cache_get/);
  });
}

test('bytes that are not HTTP are answered with 400', async () => {
  assert.match(await sendRaw(open.port, 'HELLO\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await sendRaw(open.port, Buffer.alloc(64, 0xff), '\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('two lengths in one request are 400', async () => {
  const smuggled = `POST /mcp/tools/call HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${STEAL}`;
  assert.match(await sendRaw(open.port, smuggled), /^HTTP\/1\.1 400 /);
});

test('the server still answers after all these requests', async () => {
  const { result } = await open.call('cache_get', { key: 'precious' });
  assert.deepEqual(result, { success: true, value: 'untouched', found: true });
});
