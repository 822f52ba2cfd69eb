import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { nextEvent, settled, waitFor } from '../helpers/wait.ts';
import { sendRaw } from './raw.ts';
import { serveHere, startServer } from './server.ts';

let folder: string;
let config: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-http-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: lifecycle
tools:
  - name: wait_for
    description: Waits until a file exists
    parameters: [{ name: file, type: string, required: true }, { name: begun, type: string, required: true }]
    script:
      shell: 'finish() { echo ended > {{begun}}; }; trap finish EXIT TERM; echo begun > {{begun}}; while [ ! -e {{file}} ]; do sleep 0.01; done; echo there'
`,
  );
});
after(() => rm(folder, { recursive: true, force: true }));

async function fileHolds(file: string, text: string): Promise<void> {
  const holds = async (): Promise<boolean> =>
    (await readFile(join(folder, file), 'utf8').catch(() => '')).trim() === text;
  await waitFor(holds, { what: `${file} to hold "${text}"` });
}

const paramsOf = (name: string) => ({
  file: join(folder, `${name}.there`),
  begun: join(folder, `${name}.begun`),
});

test('a stop lets calls in flight finish, and takes no new ones', async () => {
  const server = await startServer([], { config });
  const call = server.call('wait_for', paramsOf('stop'));
  await fileHolds('stop.begun', 'begun');
  server.signal('SIGTERM');
  const refuses = (): Promise<boolean> =>
    fetch(`${server.url}/healthz`).then(
      () => false,
      (error: unknown) => {
        assert.ok(error instanceof TypeError, String(error));
        return true;
      },
    );
  await waitFor(refuses, { what: 'the server to refuse connections' });
  await writeFile(join(folder, 'stop.there'), '');
  const { status, result } = await call;
  assert.deepEqual([status, result['output']], [200, 'there']);
  assert.equal(await server.ended(), 143);
});

for (const [what, mode, progress] of [
  ['2026-07-28', { pin: '2026-07-28' }, false],
  ['2026-07-28 with progress', { pin: '2026-07-28' }, true],
  ['2025-11-25', 'legacy', false],
  ['2025-11-25 with progress', 'legacy', true],
] as const) {
  test(`a stop does not lose the answer of an MCP call in flight: ${what}`, async () => {
    const server = await startServer([], { config });
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
    const params = paramsOf(`stop ${what}`);
    const call = client.callTool(
      { name: 'wait_for', arguments: params },
      progress ? { onprogress: () => undefined } : {},
    );
    call.catch(() => undefined);
    await fileHolds(`stop ${what}.begun`, 'begun');
    server.signal('SIGTERM');
    await waitFor(() => server.stderr().includes('Stopping'), { what: 'the begin of the stop' });
    await writeFile(params.file, '');
    const { structuredContent } = await settled(call, { what: 'the answer of the call' });
    assert.deepEqual(structuredContent, { success: true, output: 'there' });
    assert.equal(await server.ended(), 143);
    await client.close();
  });
}

test('a stop answers a call whose request arrives during the stop', async () => {
  const server = await startServer([], { config });
  const first = server.call('wait_for', paramsOf('first'));
  await fileHolds('first.begun', 'begun');
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const body = JSON.stringify({ tool: 'wait_for', params: paramsOf('late') });
  socket.write(`POST /mcp/tools/call HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.write(body.slice(0, 5));
  // The server has read the headers of the late request when it answers this one.
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  server.signal('SIGTERM');
  await waitFor(() => server.stderr().includes('Stopping'), { what: 'the begin of the stop' });
  await writeFile(join(folder, 'first.there'), '');
  assert.equal((await first).status, 200);
  socket.write(body.slice(5));
  await fileHolds('late.begun', 'begun');
  await writeFile(join(folder, 'late.there'), '');
  await nextEvent(socket, 'close', { what: () => `the end of the late request: ${answer}` });
  assert.match(answer, /^HTTP\/1\.1 200 .*"output":"there"/s);
  assert.equal(await server.ended(), 143);
});

test('a stop ends the streams of subscriptions/listen at once', async () => {
  const server = await startServer([], { config });
  const client = new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      listChanged: { tools: { onChanged: () => undefined, autoRefresh: false, debounceMs: 0 } },
    },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  await client.listTools();
  assert.equal(await server.stop(), 143);
  await client.close();
});

test('a stop does not wait for idle connections', async () => {
  const server = await startServer([], { config });
  const socket = connect(server.port, '127.0.0.1');
  await nextEvent(socket, 'connect', { what: 'a connection' });
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await nextEvent(socket, 'data', { what: 'an answer' });
  assert.equal(await server.stop(), 143);
  if (!socket.closed) await nextEvent(socket, 'close', { what: 'the end of the connection' });
});

test('a client that closes its connection cancels its call', async () => {
  const server = await startServer([], { config });
  const gone = new AbortController();
  const call = fetch(`${server.url}/mcp/tools/call`, {
    method: 'POST',
    body: JSON.stringify({ tool: 'wait_for', params: paramsOf('gone') }),
    signal: gone.signal,
  });
  await fileHolds('gone.begun', 'begun');
  gone.abort();
  await assert.rejects(call);
  await fileHolds('gone.begun', 'ended');
  const metrics = async (): Promise<string> => await (await fetch(`${server.url}/metrics`)).text();
  const isIdle = async (): Promise<boolean> => (await metrics()).includes('gantz_calls_in_flight 0\n');
  await waitFor(isIdle, { what: 'the server to have no call in flight' });
  assert.match(await metrics(), /gantz_call_failures_total\{tool="wait_for",code="CANCELLED"\} 1/);
  await server.stop();
});

test('a request whose body does not arrive in time is answered with 408', async () => {
  const server = await serveHere(config, { requestTimeoutMs: 200 });
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.write('POST /mcp/tools/call HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"tool":');
  await nextEvent(socket, 'close', { what: 'the end of the connection' });
  assert.match(answer, /^HTTP\/1\.1 408 /);
  await server.stop();
});

for (const framing of ['content-length: 600', 'transfer-encoding: chunked']) {
  test(`a body that is too large beside those of calls in flight is refused before it is read: ${framing}`, async (t) => {
    const server = await serveHere(config, { maxHeldBytes: 1000 });
    t.after(() => server.stop());
    const name = `held ${framing.slice(0, 7)}`;
    const body = JSON.stringify({ tool: 'wait_for', params: paramsOf(name) }).padEnd(600);
    const post = (): Promise<Response> => fetch(`${server.url}/mcp/tools/call`, { method: 'POST', body });
    const first = post();
    await fileHolds(`${name}.begun`, 'begun');
    const part = framing.startsWith('transfer') ? `258\r\n${body}\r\n` : '';
    const answer = await sendRaw(
      server.port,
      `POST /mcp/tools/call HTTP/1.1\r\nhost: localhost\r\n${framing}\r\n\r\n${part}`,
    );
    assert.match(answer, /^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n.*"code":"OVERLOADED".*"outcome":"none"/is);
    await writeFile(join(folder, `${name}.there`), '');
    assert.equal((await first).status, 200);
    // The bytes of the answered call count no more.
    assert.equal((await post()).status, 200);
  });
}

test('an unknown tool is refused without the path of the manifest', async () => {
  const server = await startServer([], { config });
  const { status, result } = await server.call('wait_four');
  assert.deepEqual(
    [status, result['error'], result['hint']],
    [404, 'There is no tool "wait_four" in lifecycle', 'Did you mean wait_for? gantz tools lists them all.'],
  );
  await server.stop();
});

test('--auth prints a new token once, on stderr', async () => {
  const server = await startServer(['--auth'], { config });
  const tokens = server.stderr().match(/gtz_[\w-]{43}/g) ?? [];
  assert.equal(tokens.length, 1);
  const [token = ''] = tokens;
  const get = async (authorization: string): Promise<number> =>
    (await fetch(`${server.url}/mcp/tools`, { headers: { authorization } })).status;
  assert.deepEqual([await get(`Bearer ${token}`), await get('Bearer gtz_other')], [200, 401]);
  const other = await startServer(['--auth'], { config });
  assert.ok(!other.stderr().includes(token));
  await Promise.all([server.stop(), other.stop()]);
});

test('a token from the environment is required, and never printed', async () => {
  const server = await startServer([], { config, env: { GANTZ_AUTH_TOKEN: 'gtz_mine' } });
  assert.equal((await fetch(`${server.url}/mcp/tools`)).status, 401);
  await server.stop();
  assert.doesNotMatch(server.stderr(), /gtz_/);
});

for (const host of ['0.0.0.0', '::', '192.0.2.1', 'gantz.example']) {
  test(`listening on ${host} without a token is refused`, async () => {
    const run = await runMain(['-c', config, 'serve', '--host', host, '--port', '0']);
    const envelope = envelopeOf(run);
    assert.deepEqual([envelope['code'], run.exitCode], ['FORBIDDEN', 2]);
  });
}

test('with a token it listens anywhere, and --allow-host adds a name', async () => {
  const env = { GANTZ_AUTH_TOKEN: 'gtz_mine' };
  const server = await startServer(['--host', '0.0.0.0', '--allow-host', 'gantz.example'], { config, env });
  const status = async (host: string): Promise<string> => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    const [chunk] = (await nextEvent(socket, 'data', { what: 'an answer' })) as [Buffer];
    socket.destroy();
    return chunk.toString().slice(9, 12);
  };
  assert.deepEqual(
    [await status('gantz.example:80'), await status('192.0.2.7'), await status('evil.example')],
    ['200', '200', '403'],
  );
  await server.stop();
});

test('a port that is in use is reported, with exit status 2', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await nextEvent(other, 'listening', { what: 'a listening server' });
  const { port } = other.address() as AddressInfo;
  const run = await runMain(['-c', config, 'serve', '--port', String(port)]);
  const envelope = envelopeOf(run);
  assert.deepEqual([envelope['code'], run.exitCode], ['USAGE', 2]);
  assert.match(String(envelope['error']), new RegExp(`port ${port}: another program listens there`));
  other.close();
});

for (const port of ['-1', '65536', 'http', '1.5']) {
  test(`--port=${port} is refused`, async () => {
    const run = await runMain(['-c', config, 'serve', `--port=${port}`]);
    assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['USAGE', 2]);
  });
}

test('the manifest sets the address, unless a flag does', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await nextEvent(other, 'listening', { what: 'a listening server' });
  const { port } = other.address() as AddressInfo;
  const file = join(folder, 'port.yaml');
  await writeFile(file, `name: port\nserver: { host: 127.0.0.1, port: ${port} }\ntools: []\n`);
  assert.match(
    String(envelopeOf(await runMain(['-c', file, 'run']))['error']),
    new RegExp(`127.0.0.1 port ${port}`),
  );
  const server = await startServer([], { config: file });
  assert.notEqual(server.port, port);
  await server.stop();
  other.close();
});

test('a valid edit of the manifest takes effect at once; an invalid one is reported and changes nothing', async () => {
  const file = join(folder, 'edited.yaml');
  const manifest = (name: string): string =>
    `name: edited\ntools:\n  - name: ${name}\n    description: Prints so\n    script: { shell: "echo so" }\n`;
  await writeFile(file, manifest('before'));
  const server = await startServer([], { config: file });
  assert.equal((await server.call('before')).status, 200);
  await writeFile(file, 'name: [');
  await waitFor(() => /MANIFEST|tools are unchanged/.test(server.stderr()), {
    what: 'the problem of the manifest on stderr',
  });
  assert.equal((await server.call('before')).status, 200);
  await writeFile(file, manifest('afterwards'));
  await waitFor(async () => (await server.call('afterwards')).status === 200, { what: 'the new tool' });
  assert.equal((await server.call('before')).status, 404);
  await server.stop();
});
