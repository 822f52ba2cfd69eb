import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { gzipSync, brotliCompressSync } from 'node:zlib';
import { CODES, GantzError, type Code, type Outcome } from '../../../lib/contract/errors.ts';
import type { HttpAction } from '../../../lib/run/http/http-action.ts';
import { runHttp } from '../../../lib/run/http/http.ts';
import { startServer, type Answer, type Received, type TestServer } from '../../helpers/http-server.ts';
import { invocationOf, type InvocationOptions } from '../../helpers/invocation.ts';

const action = (more: Partial<HttpAction> & { url: string }): HttpAction => ({
  kind: 'http',
  method: 'GET',
  headers: {},
  query: {},
  ...more,
});

let server: TestServer;
let answers: Answer = (response) => void response.end();

before(async () => {
  server = await startServer((response, request, raw) => answers(response, request, raw));
});
after(() => server.close());

/** Sends a request to the server. `path` is the URL from its first slash on. */
async function run(
  { path, answer, ...more }: Partial<HttpAction> & { path: string; answer?: Answer },
  options: InvocationOptions = {},
): Promise<{ result: Record<string, unknown>; last: Received; notices: string[] }> {
  answers = answer ?? ((response) => void response.setHeader('content-type', 'application/json').end('{}'));
  const invocation = invocationOf(action({ ...more, url: `${server.origin}${path}` }), options);
  const result = await runHttp(invocation);
  const last = server.received.at(-1);
  assert.ok(last);
  return { result, last, notices: invocation.notices };
}

const json =
  (text: string, status = 200): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text);

async function fails(
  promise: Promise<unknown>,
  code: Code,
  { outcome, message }: { outcome?: Outcome; message?: RegExp } = {},
): Promise<GantzError> {
  const error = await promise.then(
    (value) => assert.fail(`expected ${code}, got ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof GantzError, String(error));
  assert.ok(error.code in CODES);
  assert.equal(error.code, code, error.message);
  if (outcome) assert.equal(error.outcome, outcome, error.message);
  if (message) assert.match(error.message, message);
  return error;
}

describe('a request', () => {
  it('contains parameters and variables at their positions', async () => {
    const { last } = await run(
      {
        path: '/users/{{ id }}/${KIND}?a={{a}}',
        method: 'post',
        headers: { Authorization: 'Bearer ${TOKEN}', 'X-Who': '{{who}}' },
        query: { q: '{{q}}', fixed: '1 2' },
        body: {
          name: '{{who}}',
          count: '{{n}}',
          tags: '{{tags}}',
          text: 'n={{n}}',
          deep: [{ id: '{{id}}' }],
        },
      },
      {
        params: { id: 'a/b', a: 'x&y', who: 'Zoë', q: 'ü=1', n: 3, tags: ['a', 'b'] },
        environment: { TOKEN: 's3cret', KIND: 'things' },
      },
    );
    assert.equal(last.method, 'POST');
    assert.equal(last.url, '/users/a%2Fb/things?a=x%26y&q=%C3%BC%3D1&fixed=1%202');
    assert.equal(last.headers.authorization, 'Bearer s3cret');
    assert.equal(Buffer.from(String(last.headers['x-who']), 'latin1').toString(), 'Zoë');
    assert.equal(last.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(last.body), {
      name: 'Zoë',
      count: 3,
      tags: ['a', 'b'],
      text: 'n=3',
      deep: [{ id: 'a/b' }],
    });
  });

  it('does not expand a variable or a placeholder inside a value', async () => {
    const hostile = '${SECRET} {{other}} $$';
    const { last } = await run(
      {
        path: '/{{x}}',
        method: 'POST',
        query: { q: '{{x}}' },
        headers: { h: '{{x}}' },
        body: { b: '{{x}}' },
      },
      { params: { x: hostile, other: 'o' }, environment: { SECRET: 'never' } },
    );
    const encoded = encodeURIComponent(hostile);
    assert.equal(last.url, `/${encoded}?q=${encoded}`);
    assert.equal(last.headers['h'], hostile);
    assert.deepEqual(JSON.parse(last.body), { b: hostile });
  });

  it('omits members, headers and query parameters whose parameters are omitted', async () => {
    const { last } = await run(
      {
        path: '/x?a={{a}}&b={{b}}&c=',
        method: 'POST',
        headers: { 'x-a': '{{a}}', 'x-b': '{{b}}' },
        query: { qa: '{{a}}', qb: '{{b}}', qc: '', qd: '{{ if a }}d={{a}}{{ end }}' },
        body: { a: '{{a}}', b: '{{b}}', list: ['{{a}}', '{{b}}'], nothing: '{{n}}' },
      },
      { names: ['a', 'b', 'n'], params: { b: '1', n: null } },
    );
    assert.equal(last.url, '/x?b=1&c=&qb=1&qc=');
    assert.equal(last.headers['x-a'], undefined);
    assert.equal(last.headers['x-b'], '1');
    assert.deepEqual(JSON.parse(last.body), { b: '1', list: ['1'], nothing: null });
  });

  it('sends user and password of the url as Basic authorization', async () => {
    answers = json('{}');
    const url = server.origin.replace('://', '://me:${PASS}@');
    await runHttp(invocationOf(action({ url }), { environment: { PASS: 'p%40ss' } }));
    assert.equal(
      server.received.at(-1)?.headers.authorization,
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    );
  });

  it('accepts one parameter as the whole url, with http and https only', async () => {
    answers = json('1');
    const whole = action({ url: '{{url}}', query: { more: 'yes' } });
    const { result } = await runHttp(invocationOf(whole, { params: { url: `${server.origin}/p?q=1` } }));
    assert.equal(result, 1);
    assert.equal(server.received.at(-1)?.url, '/p?q=1&more=yes');
    for (const url of ['file:///etc/passwd', 'ftp://x/', 'nonsense', '', 3]) {
      await fails(runHttp(invocationOf(whole, { params: { url } })), 'INVALID_PARAMETERS', {
        outcome: 'none',
      });
    }
  });

  it('refuses a parameter in scheme, user, host or port', async () => {
    for (const url of [
      '{{x}}://host/',
      'http://{{x}}/',
      'http:///{{x}}/',
      'http:${SLASH}${SLASH}{{x}}/',
      'http://{{x}}@host/',
      'http://host:{{x}}/',
      'http://host{{x}}',
      '${BASE}{{x}}',
      '{{x}}/path',
      'http://{{ if x }}{{x}}{{ end }}/',
    ]) {
      const invocation = invocationOf(action({ url }), {
        params: { x: 'a' },
        environment: { BASE: 'http://host', SLASH: '\\' },
      });
      await fails(runHttp(invocation), 'MANIFEST_INVALID', { outcome: 'none', message: /scheme or host/ });
    }
  });

  it('refuses values that form a dot segment or an empty segment', async () => {
    for (const [path, x] of [
      ['/a/{{x}}/b', '.'],
      ['/a/{{x}}/b', '..'],
      ['/a/{{x}}', '..'],
      ['/a/.{{x}}/b', '.'],
      ['/a/{{x}}{{x}}/b', '.'],
      ['/a/%2e{{x}}/b', '.'],
      ['/a/.{{x}}./b', ''],
      ['/a${SLASH}{{x}}${SLASH}b', '..'],
      ['/a/{{x}}?q', '..'],
      ['/a/\t{{x}}', '..'],
      ['/a/{{x}}', ''],
      ['/a/{{x}}/b', ''],
      ['/a/{{x}}?q', ''],
    ] as const) {
      const error = await fails(
        run({ path }, { params: { x }, environment: { SLASH: '\\' } }),
        'INVALID_PARAMETERS',
        { outcome: 'none' },
      );
      assert.equal(error.details?.[0]?.path, '/x');
    }
    const { last } = await run({ path: '/a/{{x}}/../b?{{x}}#{{x}}' }, { params: { x: '...' } });
    assert.equal(last.url, '/a/b?...');
  });

  it('refuses line breaks, NUL and half surrogates in a header', async () => {
    for (const x of ['a\r\nX-Evil: 1', 'a\n', '\r', 'a\0b', 'a\u007f', '\ud800']) {
      const sent = run({ path: '/', headers: { 'x-a': 'v {{x}}' } }, { params: { x } });
      await fails(sent, 'INVALID_PARAMETERS', { outcome: 'none' });
    }
  });

  it('refuses a placeholder in Host, and sets the headers of the connection itself', async () => {
    const sent = run({ path: '/', headers: { Host: '{{x}}' } }, { params: { x: 'evil' } });
    await fails(sent, 'MANIFEST_INVALID');
    const { last } = await run({
      path: '/',
      method: 'POST',
      headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked', Host: 'named' },
      body: 'abc',
    });
    assert.equal(last.headers['content-length'], '3');
    assert.equal(last.headers['transfer-encoding'], undefined);
    assert.equal(last.headers.host, 'named');
    assert.equal(last.body, 'abc');
  });
});

describe('a request body', () => {
  it('of JSON text contains escaped text inside quotes and JSON elsewhere', async () => {
    const { last } = await run(
      {
        path: '/',
        method: 'POST',
        body: '{"q":"say {{q}}","n":{{n}},"s":{{q}},"none":{{none}},"o":{{o}},"in":"{{o}}"}',
      },
      { names: ['q', 'n', 'none', 'o'], params: { q: '"},\\\n{"', n: 5, o: { a: [1] } } },
    );
    assert.equal(last.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(last.body), {
      q: 'say "},\\\n{"',
      n: 5,
      s: '"},\\\n{"',
      none: null,
      o: { a: [1] },
      in: '{"a":[1]}',
    });
  });

  it('is escaped as JSON when the Content-Type is JSON', async () => {
    const { last } = await run(
      {
        path: '/',
        method: 'POST',
        headers: { 'content-type': 'application/x+json; charset=utf-8' },
        body: '"{{q}}"\n{{n}}\n',
      },
      { params: { q: 'a"b', n: [1] } },
    );
    assert.equal(last.body, '"a\\"b"\n[1]\n');
    assert.equal(last.headers['content-type'], 'application/x+json; charset=utf-8');
  });

  it('is percent-encoded as a form, escaped as XML, and not escaped as plain text', async () => {
    const params = { q: '<a&b="c">\'+ü' };
    const body = 'q={{q}}';
    const sent = async (type: string): Promise<string> =>
      (await run({ path: '/', method: 'POST', headers: { 'Content-Type': type }, body }, { params })).last
        .body;
    assert.equal(new URLSearchParams(await sent('application/x-www-form-urlencoded')).get('q'), params.q);
    assert.equal(await sent('application/soap+xml; charset=utf-8'), 'q=&#60;a&#38;b=&#34;c&#34;&#62;&#39;+ü');
    assert.equal(await sent('text/plain'), `q=${params.q}`);
  });

  it('of one placeholder is the text or the JSON of its value', async () => {
    const sent = async (q: unknown): Promise<[string, unknown]> => {
      const { last } = await run({ path: '/', method: 'POST', body: '{{q}}' }, { params: { q } });
      return [last.body, last.headers['content-type']];
    };
    assert.deepEqual(await sent('{"a": 1}'), ['{"a": 1}', 'application/json']);
    assert.deepEqual(await sent('hello'), ['hello', 'text/plain;charset=UTF-8']);
    assert.deepEqual(await sent({ a: [1] }), ['{"a":[1]}', 'application/json']);
  });

  it('of a map is a form when the Content-Type is a form', async () => {
    const { last } = await run(
      {
        path: '/',
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: { a: '{{a}}', 'b c': 'x={{n}}', gone: '{{gone}}' },
      },
      { names: ['a', 'n', 'gone'], params: { a: '1&b=2', n: 3 } },
    );
    assert.deepEqual(
      [...new URLSearchParams(last.body)],
      [
        ['a', '1&b=2'],
        ['b c', 'x=3'],
      ],
    );
  });

  it('refuses a value that contains the boundary of its parts', async () => {
    const sent = run(
      {
        path: '/',
        method: 'POST',
        headers: { 'Content-Type': 'multipart/form-data; boundary=XX' },
        body: '--XX\r\n\r\n{{q}}\r\n--XX--',
      },
      { params: { q: 'a\r\n--XX--' } },
    );
    await fails(sent, 'INVALID_PARAMETERS');
  });
});

describe('a response', () => {
  it('is result for JSON, output for text, base64 for bytes', async () => {
    assert.deepEqual((await run({ path: '/', answer: json('{"success":false}') })).result, {
      result: { success: false },
      status: 200,
    });
    assert.deepEqual((await run({ path: '/', answer: json('null', 201) })).result, {
      result: null,
      status: 201,
    });
    const typed =
      (type: string, body: string | Buffer): Answer =>
      (response) =>
        void response.writeHead(200, { 'content-type': type }).end(body);
    const given = async (answer: Answer): Promise<unknown> => (await run({ path: '/', answer })).result;
    assert.deepEqual(await given(typed('text/plain', '1.10')), { output: '1.10', status: 200 });
    assert.deepEqual(await given(typed('text/html', '[1]')), { result: [1], status: 200 });
    assert.deepEqual(await given(typed('application/json', '{"a":')), { output: '{"a":', status: 200 });
    assert.deepEqual(await given(typed('text/plain; charset=iso-8859-1', Buffer.from([0xe9]))), {
      output: 'é',
      status: 200,
    });
    assert.deepEqual(await given(typed('image/png', Buffer.from([0x89, 0x50, 0]))), {
      base64: 'iVAA',
      content_type: 'image/png',
      status: 200,
    });
    // These bytes are UTF-8, too: the type decides, not the content.
    assert.deepEqual(await given(typed('application/pdf', '%PDF-1.7')), {
      base64: 'JVBERi0xLjc=',
      content_type: 'application/pdf',
      status: 200,
    });
    assert.deepEqual(await given(typed('image/svg+xml', '<svg/>')), { output: '<svg/>', status: 200 });
    assert.deepEqual(await given((response) => void response.writeHead(200).end(Buffer.from([0, 1]))), {
      base64: 'AAE=',
      content_type: 'application/octet-stream',
      status: 200,
    });
    assert.deepEqual(await given((response) => void response.writeHead(204).end()), {
      output: '',
      status: 204,
    });
  });

  it('of JSON that would lose digits is returned as text, with a notice', async () => {
    const text = '{"id":12345678901234567890,"name":"12345678901234567890"}';
    const { result, notices } = await run({ path: '/', answer: json(text) });
    assert.deepEqual(result, { output: text, status: 200 });
    assert.match(notices.join(), /12345678901234567890 would lose digits/);
    const { result: id } = await run({ path: '/', answer: json(text), extractJson: 'id' });
    assert.deepEqual(id, { result: '12345678901234567890', status: 200 });
    const { result: name } = await run({ path: '/', answer: json(text), extractJson: '$.name' });
    assert.deepEqual(name, { result: '12345678901234567890', status: 200 });
  });

  it('is reduced to the value at extract_json, and fails when there is none', async () => {
    const answer = json('{"data":{"items":[{"name":null},{"the name":2}]}}');
    const found = async (extractJson: string): Promise<unknown> =>
      (await run({ path: '/', answer, extractJson })).result['result'];
    assert.equal(await found('data.items[0].name'), null);
    assert.equal(await found("$.data.items[1]['the name']"), 2);
    assert.deepEqual(await found('$'), { data: { items: [{ name: null }, { 'the name': 2 }] } });
    const missing = run({ path: '/', answer, extractJson: 'data.items[2].name', method: 'POST' });
    await fails(missing, 'UNEXPECTED_ANSWER', { outcome: 'applied', message: /data\.items is a list of 2/ });
    const text: Answer = (response) => void response.end('hello');
    await fails(run({ path: '/', answer: text, extractJson: 'a' }), 'UNEXPECTED_ANSWER', {
      outcome: 'none',
      message: /is not JSON/,
    });
    await fails(run({ path: '/', answer, extractJson: 'a..b' }), 'MANIFEST_INVALID');
  });

  it('with a status of 400 or more is HTTP_STATUS with status and body', async () => {
    const answer = json('{"why":"no"}', 404);
    const error = await fails(run({ path: '/x?secret=1', answer }), 'HTTP_STATUS', {
      outcome: 'none',
      message: /\/x answered 404 Not Found$/,
    });
    assert.deepEqual(error.fields, { status: 404, body: { why: 'no' } });
    assert.equal(error.retryable, false);
    const busy = await fails(run({ path: '/', method: 'POST', answer: json('later', 503) }), 'HTTP_STATUS', {
      outcome: 'unknown',
    });
    assert.deepEqual(busy.fields, { status: 503, body: 'later' });
    assert.equal(busy.retryable, true);
    const long: Answer = (response) => void response.writeHead(500).end('x'.repeat(100_000));
    const cut = await fails(run({ path: '/', answer: long }), 'HTTP_STATUS');
    assert.equal(String(cut.fields?.['body']).length, 65_536);
    assert.equal(cut.fields?.['body_truncated'], true);
  });

  it('is decompressed, and its limit applies to the decompressed bytes', async () => {
    const compressed =
      (encoding: string, bytes: Buffer): Answer =>
      (response) =>
        void response.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    const hello = Buffer.from('hello');
    assert.equal(
      (await run({ path: '/', answer: compressed('gzip', gzipSync(hello)) })).result['output'],
      'hello',
    );
    assert.equal(
      (await run({ path: '/', answer: compressed('br', brotliCompressSync(hello)) })).result['output'],
      'hello',
    );
    const bomb = compressed('gzip', gzipSync(Buffer.alloc(5_000_000)));
    await fails(run({ path: '/', answer: bomb }), 'OUTPUT_TOO_LARGE', { outcome: 'none' });
    await fails(run({ path: '/', method: 'PUT', answer: bomb }), 'OUTPUT_TOO_LARGE', { outcome: 'applied' });
    await fails(run({ path: '/', answer: compressed('gzip', hello) }), 'UNEXPECTED_ANSWER');
    await fails(run({ path: '/', answer: compressed('zz', hello) }), 'UNEXPECTED_ANSWER');
  });
});

describe('a failure to reach the server', () => {
  it('has the outcome none when no request was sent', async () => {
    const closed = await startServer();
    await closed.close();
    const url = closed.origin.replace('://', '://me:hush@');
    const error = await fails(
      runHttp(invocationOf(action({ method: 'POST', url: `${url}/?k=hush` }))),
      'UPSTREAM_UNAVAILABLE',
      { outcome: 'none' },
    );
    assert.match(error.message, /connection refused/);
    assert.ok(error.message.includes(closed.origin), error.message);
    assert.doesNotMatch(JSON.stringify([error.message, error.hint, error.fields]), /hush/);
    const nowhere = action({ method: 'POST', url: 'http://nowhere.invalid/' });
    await fails(runHttp(invocationOf(nowhere)), 'UPSTREAM_UNAVAILABLE', { outcome: 'none' });
  });

  it('has the outcome unknown when the connection broke after an unsafe request', async () => {
    const reset: Answer = (_response, _request, raw) => void raw.socket.destroy();
    await fails(run({ path: '/', method: 'POST', answer: reset }), 'UPSTREAM_UNAVAILABLE', {
      outcome: 'unknown',
    });
    await fails(run({ path: '/', answer: reset }), 'UPSTREAM_UNAVAILABLE', { outcome: 'none' });
    const half: Answer = (response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('x', () => response.destroy());
    };
    await fails(run({ path: '/', method: 'POST', answer: half }), 'UPSTREAM_UNAVAILABLE', {
      outcome: 'unknown',
    });
  });

  it('is UNEXPECTED_ANSWER when the server does not send HTTP', async () => {
    const mailServer = createServer((socket) => void socket.end('220 mail ready\r\n'));
    await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
    const { port } = mailServer.address() as AddressInfo;
    await fails(runHttp(invocationOf(action({ url: `http://127.0.0.1:${port}/` }))), 'UNEXPECTED_ANSWER');
    mailServer.close();
  });

  it('ends at the deadline, before and during the response', async () => {
    const silent: Answer = () => undefined;
    const slow: Answer = (response) => void response.writeHead(200).write('x');
    for (const { method, answer, outcome } of [
      { method: 'POST', answer: silent, outcome: 'unknown' },
      { method: 'GET', answer: silent, outcome: 'none' },
      { method: 'POST', answer: slow, outcome: 'unknown' },
    ] as const) {
      // A deadline that passes before the request arrives does not test either case.
      let arrivals = 0;
      const arrive: Answer = (...exchange) => {
        arrivals++;
        answer(...exchange);
      };
      const arrived = (): boolean => arrivals > 0;
      for (let timeoutMs = 150; !arrived(); timeoutMs *= 2) {
        const error = await fails(run({ path: '/', method, answer: arrive }, { timeoutMs }), 'TIMEOUT');
        if (arrived()) assert.equal(error.outcome, outcome);
      }
    }
  });

  it('ends when the caller cancels', async () => {
    const controller = new AbortController();
    const answer: Answer = () => controller.abort(new GantzError('CANCELLED', 'enough'));
    const sent = run({ path: '/', method: 'POST', answer }, { signal: controller.signal });
    await fails(sent, 'CANCELLED', { outcome: 'unknown' });
    await fails(run({ path: '/', method: 'POST' }, { signal: controller.signal }), 'CANCELLED', {
      outcome: 'none',
    });
  });
});

describe('a redirect', () => {
  const to =
    (location: string, status = 302): Answer =>
    (response) =>
      void response.writeHead(status, { location }).end();

  it('sends no header of the manifest to another origin, nor after a redirect back from it', async () => {
    const other = await startServer((response, { url }) => {
      if (url === '/back') response.writeHead(302, { location: `${server.origin}/end` });
      response.end();
    });
    const headers = {
      Authorization: 'Bearer ${T}',
      Cookie: 'c=1',
      'X-Api-Key': '{{k}}',
      Accept: 'x/y',
      'User-Agent': 'me',
    };
    const options = { params: { k: 'key' }, environment: { T: 'token' } };
    const answer: Answer = (response, { url }) =>
      url === '/end'
        ? void response.end('end')
        : to(`${other.origin}/back`)(response, server.received[0] as Received, undefined as never);
    const { last } = await run({ path: '/start', headers, answer }, options);
    const [start] = server.received.filter(({ url }) => url === '/start');
    assert.equal(start?.headers.authorization, 'Bearer token');
    assert.equal(start.headers['x-api-key'], 'key');
    assert.equal(last.url, '/end');
    for (const received of [other.received.at(-1), last]) {
      assert.ok(received);
      const { authorization, cookie, accept, 'x-api-key': key, 'user-agent': agent } = received.headers;
      assert.deepEqual([authorization, cookie, key], [undefined, undefined, undefined]);
      assert.notEqual(accept, 'x/y');
      assert.notEqual(agent, 'me');
    }
    await other.close();
  });

  it('keeps the headers of the manifest on the same origin', async () => {
    const answer: Answer = (response, request, raw) =>
      request.url === '/b' ? void response.end() : to('b')(response, request, raw);
    const { last } = await run({ path: '/a', headers: { 'X-Key': 'k' }, answer });
    assert.deepEqual([last.url, last.headers['x-key']], ['/b', 'k']);
  });

  it('changes the method as browsers do', async () => {
    for (const [status, method, next] of [
      [301, 'POST', 'GET'],
      [302, 'POST', 'GET'],
      [302, 'PUT', 'PUT'],
      [303, 'PUT', 'GET'],
      [303, 'HEAD', 'HEAD'],
      [307, 'POST', 'POST'],
      [308, 'DELETE', 'DELETE'],
    ] as const) {
      const answer: Answer = (response, request, raw) =>
        request.url === '/b' ? void response.end() : to('/b', status)(response, request, raw);
      const { last } = await run({
        path: '/a',
        method,
        body: method === 'HEAD' ? undefined : { a: 1 },
        answer,
      });
      assert.equal(last.method, next, `${method} after ${status}`);
      assert.equal(last.body, next === 'GET' || next === 'HEAD' ? '' : '{"a":1}');
    }
  });

  it('fails after ten redirects, and for a URL that is not http', async () => {
    await fails(run({ path: '/', method: 'POST', answer: to('/again', 307) }), 'UNEXPECTED_ANSWER', {
      outcome: 'unknown',
      message: /more than 10/,
    });
    await fails(run({ path: '/', answer: to('file:///etc/passwd') }), 'UNEXPECTED_ANSWER', {
      outcome: 'none',
    });
  });

  it('to another origin with a body is refused, and names the target', async () => {
    const other = await startServer();
    for (const [status, method] of [
      [307, 'POST'],
      [308, 'POST'],
      [302, 'PUT'],
    ] as const) {
      // The same host with another port is another origin.
      const sent = run({ path: '/', method, body: { k: 'v' }, answer: to(`${other.origin}/x`, status) });
      const error = await fails(sent, 'UNEXPECTED_ANSWER', { outcome: 'unknown' });
      assert.ok(error.message.includes(other.origin), error.message);
    }
    assert.equal(other.received.length, 0);
    await run({ path: '/', method: 'POST', body: { k: 'v' }, answer: to(`${other.origin}/x`, 303) });
    assert.deepEqual([other.received[0]?.method, other.received[0]?.body], ['GET', '']);
    assert.equal(other.received[0]?.headers['content-type'], undefined);
    await other.close();
  });
});

describe('an array', () => {
  const params = { tags: ['a b', 'c,d', 3], none: [], one: 'x' };
  const urlOf = async (more: Partial<HttpAction> & { path: string }): Promise<string | undefined> =>
    (await run(more, { params })).last.url;

  it('is sent as repeated keys in the query', async () => {
    const query = { tag: '{{tags}}', none: '{{none}}', one: '{{one}}' };
    assert.equal(await urlOf({ path: '/', query }), '/?tag=a%20b&tag=c%2Cd&tag=3&one=x');
    assert.equal(
      await urlOf({ path: '/?tag={{tags}}&none={{none}}&one={{one}}' }),
      '/?tag=a%20b&tag=c%2Cd&tag=3&one=x',
    );
  });

  it('is joined by commas when the manifest says so', async () => {
    const query = { tag: '{{tags}}', none: '{{none}}' };
    assert.equal(await urlOf({ path: '/', query, arrays: 'comma' }), '/?tag=a%20b,c%2Cd,3');
    assert.equal(await urlOf({ path: '/?tag={{tags}}#x', arrays: 'comma' }), '/?tag=a%20b,c%2Cd,3');
  });

  it('is JSON where it is only a part of a value', async () => {
    assert.equal(await urlOf({ path: '/', query: { q: 'x-{{none}}' } }), '/?q=x-%5B%5D');
  });

  it('is sent as repeated keys in a form', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const { last } = await run({ path: '/', method: 'POST', headers, body: { tag: '{{tags}}' } }, { params });
    assert.equal(last.body, 'tag=a%20b&tag=c%2Cd&tag=3');
  });
});

describe('JSON text that the manifest builds by hand', () => {
  const q = 'a","admin":true,"x":"é';
  const expected = { text: q };
  const template = '{"text":"{{q}}"}';

  it('is escaped in the query, a header, a form and a member of a body', async () => {
    const { last } = await run(
      {
        path: '/',
        method: 'POST',
        query: { f: template },
        headers: { 'X-F': template },
        body: { p: template },
      },
      { params: { q } },
    );
    assert.deepEqual(JSON.parse(new URL(last.url, 'http://h').searchParams.get('f') ?? ''), expected);
    assert.deepEqual(JSON.parse(Buffer.from(String(last.headers['x-f']), 'latin1').toString()), expected);
    assert.deepEqual(JSON.parse((JSON.parse(last.body) as { p: string }).p), expected);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const form = await run({ path: '/', method: 'POST', headers, body: { p: template } }, { params: { q } });
    assert.deepEqual(JSON.parse(new URLSearchParams(form.last.body).get('p') ?? ''), expected);
  });

  it('is escaped in a body of any text type, and of JSON lines', async () => {
    for (const [type, body] of [
      ['text/plain', template],
      ['application/x-ndjson', `{"index":{}}\n${template}`],
    ] as const) {
      const { last } = await run(
        { path: '/', method: 'POST', headers: { 'Content-Type': type }, body },
        { params: { q } },
      );
      assert.deepEqual(JSON.parse(last.body.split('\n').at(-1) ?? ''), expected);
      assert.equal(last.headers['content-type'], type);
    }
  });

  it('is not assumed for text in brackets without quotes', async () => {
    const { last } = await run({ path: '/', query: { r: '[{{q}}]' } }, { params: { q: 'a' } });
    assert.equal(last.url, '/?r=%5Ba%5D');
  });
});

describe('the message of a failure', () => {
  it('names the origin that a variable stands for, without its secrets', async () => {
    answers = json('{}', 404);
    const { host } = new URL(server.origin);
    const environment = {
      BASE: server.origin,
      HOOK: `http://me:hush@${host}/hush/1?k=hush`,
      TOKEN: 'hush',
      HOST: host,
    };
    for (const [url, shown] of [
      ['${BASE}/users/{{id}}?k=${TOKEN}', `GET ${server.origin}/users/7 answered 404 Not Found`],
      ['${BASE:-http://${X}}/a', `GET ${server.origin}/a answered 404 Not Found`],
      ['${HOOK}', `GET ${server.origin}/… answered 404 Not Found`],
      ['http://${HOST}/a/${TOKEN:-x}', `GET ${server.origin}/a/\${TOKEN} answered 404 Not Found`],
      ['http://u:${TOKEN}@${HOST}/a', `GET ${server.origin}/a answered 404 Not Found`],
    ] as const) {
      const failed = runHttp(invocationOf(action({ url }), { params: { id: 7 }, environment }));
      assert.equal((await fails(failed, 'HTTP_STATUS')).message, shown);
    }
  });

  it('names the server that a redirect led to', async () => {
    const other = await startServer((response) => void response.writeHead(500).end());
    const answer: Answer = (response) =>
      void response.writeHead(302, { location: `${other.origin}/x?secret=1` }).end();
    const error = await fails(run({ path: '/a', answer }), 'HTTP_STATUS');
    assert.equal(
      error.message,
      `GET ${server.origin}/a, redirected to ${other.origin}, answered 500 Internal Server Error`,
    );
    await other.close();
  });
});
