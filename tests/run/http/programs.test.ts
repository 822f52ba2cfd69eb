import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { folderWith } from '../../helpers/folder.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { startProxy, type ProxyServer } from '../../helpers/proxy-server.ts';

const DIST = join(import.meta.dirname, '../../../dist');
const PROGRAMS = [join(DIST, 'native/gantz'), join(DIST, 'node/gantz.cjs')];
const PNG = Buffer.from('89504e470d0a1a0a00ff', 'hex');

let server: TestServer;
let other: TestServer;
let proxy: ProxyServer;

before(async () => {
  other = await startServer();
  server = await startServer((response, { url }) => {
    const { pathname } = new URL(url, 'http://server');
    if (pathname === '/png') response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
    else if (pathname === '/missing') response.writeHead(404).end();
    else if (pathname === '/away') response.writeHead(302, { location: `${other.origin}/landed` }).end();
    else if (pathname === '/away-with-body')
      response.writeHead(307, { location: `${other.origin}/refused` }).end();
    else response.setHeader('content-type', 'application/json').end('{}');
  });
  proxy = await startProxy(Number(new URL(server.origin).port));
});
after(() => Promise.all([server.close(), other.close(), proxy.close()]));

/** One call of an http action, and what must be true afterwards. `http` is its action without the origin of the URL. */
type Case = {
  what: string;
  http: Record<string, unknown> & { url: string };
  params?: Record<string, unknown>;
  env?: () => Record<string, string>;
  check: (answer: Record<string, unknown>) => void;
};

const last = (of: TestServer): TestServer['received'][number] => of.received.at(-1) ?? assert.fail();

const cases: Case[] = [
  {
    what: 'sends an array in the query as repeated keys',
    http: { url: '${ORIGIN}/a', query: { tag: '{{tags}}' } },
    params: { tags: ['a b', 'c,d'] },
    check: () => assert.equal(last(server).url, '/a?tag=a%20b&tag=c%2Cd'),
  },
  {
    what: 'joins an array by commas when the manifest says so',
    http: { url: '${ORIGIN}/a', query: { tag: '{{tags}}' }, arrays: 'comma' },
    params: { tags: ['a b', 'c'] },
    check: () => assert.equal(last(server).url, '/a?tag=a%20b,c'),
  },
  {
    what: 'sends an array in a form as repeated keys',
    http: {
      url: '${ORIGIN}/a',
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: { tag: '{{tags}}' },
    },
    params: { tags: ['a', 'b'] },
    check: () => assert.equal(last(server).body, 'tag=a&tag=b'),
  },
  {
    what: 'names the address in a failure, without its secrets',
    http: { url: 'http://me:${TOKEN}@${HOST}/missing?k=${TOKEN}' },
    check: ({ code, error }) => {
      assert.equal(code, 'HTTP_STATUS');
      assert.equal(error, `GET ${server.origin}/missing answered 404 Not Found`);
    },
  },
  {
    what: 'sends no header of the manifest to another origin',
    http: { url: '${ORIGIN}/away', headers: { Authorization: 'Bearer ${TOKEN}', 'X-Key': 'k' } },
    check: ({ success }) => {
      assert.equal(success, true);
      assert.equal(last(server).headers.authorization, 'Bearer hush');
      const { url, headers } = last(other);
      assert.deepEqual([url, headers.authorization, headers['x-key']], ['/landed', undefined, undefined]);
    },
  },
  {
    what: 'sends no body to another origin, and names it',
    http: { url: '${ORIGIN}/away-with-body', method: 'POST', body: { a: 1 } },
    check: ({ code, outcome, error }) => {
      assert.deepEqual([code, outcome], ['UNEXPECTED_ANSWER', 'unknown']);
      assert.ok(String(error).includes(other.origin), String(error));
      assert.ok(other.received.every(({ url }) => url !== '/refused'));
    },
  },
  {
    what: 'returns an image as base64 with its media type',
    http: { url: '${ORIGIN}/png' },
    check: ({ base64, content_type }) =>
      assert.deepEqual([base64, content_type], [PNG.toString('base64'), 'image/png']),
  },
  {
    what: 'uses the proxy of HTTP_PROXY',
    http: { url: 'http://plain.test/a?b=1' },
    env: () => ({ HTTP_PROXY: proxy.origin }),
    check: ({ success }) => {
      assert.equal(success, true);
      assert.equal(proxy.received.at(-1)?.line, 'GET http://plain.test/a?b=1');
    },
  },
];

for (const program of PROGRAMS)
  describe(
    `an http action of ${program.slice(DIST.length + 1)}`,
    {
      skip: !existsSync(program) && 'it is not built',
    },
    () => {
      for (const { what, http, params = {}, env = () => ({}), check } of cases)
        it(what, async () => {
          const parameters = Object.keys(params).map((name) => ({ name, type: 'array' }));
          const tools = [{ name: 'ask', description: 'Asks', parameters, http }];
          const cwd = folderWith({ 'gantz.yaml': JSON.stringify({ name: 'asks', tools }) });
          const { host } = new URL(server.origin);
          const child = endWithTests(
            spawn(program, ['--timeout', '60s', 'ask', JSON.stringify(params)], {
              cwd,
              env: {
                PATH: process.env['PATH'],
                HOME: cwd,
                ORIGIN: server.origin,
                HOST: host,
                TOKEN: 'hush',
                ...env(),
              },
              stdio: ['ignore', 'pipe', 'inherit'],
            }),
          );
          let out = '';
          child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
          await endOf(child, { what: `the answer of ${program}` });
          check(JSON.parse(out) as Record<string, unknown>);
        });
    },
  );
