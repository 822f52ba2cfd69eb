import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { nextEvent, settled, waitFor } from '../helpers/wait.ts';
import { isAlive } from '../mcp/connect.ts';
import { serveHere } from './server.ts';

let folder: string;
let server: Awaited<ReturnType<typeof serveHere>>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-keepalive-'));
  const config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: keepalive
tools:
  - name: wait_for
    description: Waits until a file exists
    parameters: [{ name: name, type: string, required: true }]
    script:
      shell: 'echo $$ > {{name}}.begun; while [ ! -e {{name}} ]; do sleep 0.01; done; echo there'
  - name: late_progress
    description: Waits until a file exists, then prints lines
    parameters: [{ name: name, type: string, required: true }]
    script:
      shell: 'while [ ! -e {{name}} ]; do sleep 0.01; done; echo one; sleep 0.1; echo two'
`,
  );
  server = await serveHere(config, { keepAliveMs: 20 });
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const finish = (name: string): Promise<void> => writeFile(join(folder, name), '');

/** Waits until the script of a call runs, and returns its process id. */
async function begun(name: string): Promise<number> {
  const read = async (): Promise<number> =>
    Number(await readFile(join(folder, `${name}.begun`), 'utf8').catch(() => ''));
  return await waitFor(read, { what: `the process id in ${name}.begun` });
}

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

type Call = { tool?: string; era: '2026' | '2025'; accept?: string; meta?: object };

/** Sends a call on a new connection, which the server closes after its answer. */
function send(
  name: string,
  { tool = 'wait_for', era, accept, meta }: Call,
): { socket: Socket; text: () => string } {
  const _meta = era === '2026' ? { ...MODERN, ...meta } : meta;
  const params = { name: tool, arguments: { name }, ...(_meta && { _meta }) };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
  const headers = [
    'POST /mcp HTTP/1.1',
    'host: localhost',
    'connection: close',
    'content-type: application/json',
    `accept: ${accept ?? 'application/json, text/event-stream'}`,
    `mcp-protocol-version: ${era === '2026' ? '2026-07-28' : '2025-11-25'}`,
    ...(era === '2026' ? ['mcp-method: tools/call', `mcp-name: ${tool}`] : []),
    `content-length: ${body.length}`,
  ];
  const socket = connect(server.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`);
  return { socket, text: () => text };
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await nextEvent(socket, 'close', { what: 'the end of the connection' });
}

const comments = (text: string): number => text.split(': keepalive\n\n').length - 1;

/** Returns the messages of an event stream in the body of an answer. */
const messages = (
  text: string,
): { id?: number; method?: string; result?: { structuredContent?: unknown } }[] =>
  [...text.matchAll(/^event: message\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as object);

for (const era of ['2026', '2025'] as const) {
  test(`a call of ${era} without progress receives comments while it runs, and then its answer`, async () => {
    const name = `raw-${era}`;
    const { socket, text } = send(name, { era });
    await waitFor(() => comments(text()) >= 3, { what: () => `three comments in: ${text()}` });
    assert.match(text(), /^HTTP\/1\.1 200 /);
    assert.match(text(), /\r\ncontent-type: text\/event-stream\r\n/i);
    assert.equal(messages(text()).length, 0);
    await finish(name);
    await closed(socket);
    const [answer, ...others] = messages(text());
    assert.deepEqual([answer?.id, others], [7, []]);
    assert.deepEqual(answer?.result?.structuredContent, { success: true, output: 'there' });
  });

  test(`a client of ${era} that disconnects after comments cancels its call`, async () => {
    const name = `gone-${era}`;
    const { socket, text } = send(name, { era });
    const pid = await begun(name);
    await waitFor(() => comments(text()) >= 2, { what: () => `two comments in: ${text()}` });
    socket.destroy();
    await waitFor(() => !isAlive(pid), { what: 'the end of the script' });
  });
}

test('a client that does not accept an event stream receives JSON only', async () => {
  const { socket, text } = send('json', { era: '2026', accept: 'application/json' });
  await begun('json');
  // Another client has received comments, so this one would have, too.
  const other = send('other', { era: '2026' });
  await waitFor(() => comments(other.text()) >= 3, { what: 'three comments' });
  assert.equal(text(), '');
  await finish('json');
  await finish('other');
  await closed(socket);
  assert.match(text(), /\r\ncontent-type: application\/json\r\n/i);
  assert.match(text(), /"output":"there"/);
});

test('progress that begins after the first comment is on the same stream', async () => {
  const { socket, text } = send('late', { tool: 'late_progress', era: '2026', meta: { progressToken: 1 } });
  await waitFor(() => comments(text()) >= 2, { what: () => `two comments in: ${text()}` });
  await finish('late');
  await closed(socket);
  assert.deepEqual(
    messages(text()).map(({ id, method }) => id ?? method),
    ['notifications/progress', 'notifications/progress', 7],
  );
});

for (const [what, mode] of [
  ['2026-07-28', { pin: '2026-07-28' }],
  ['2025-11-25', 'legacy'],
] as const) {
  test(`the official client of ${what} receives the answer after comments`, async () => {
    const name = `client-${what}`;
    let received = '';
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
      async fetch(url, init) {
        const response = await fetch(url, init);
        const copy = response.clone().body;
        if (copy) void read(copy, (text) => (received += text));
        return response;
      },
    });
    await client.connect(transport);
    const call = client.callTool({ name: 'wait_for', arguments: { name } });
    await begun(name);
    await waitFor(() => comments(received) >= 2, { what: () => `two comments in: ${received}` });
    await finish(name);
    const { structuredContent } = await settled(call, { what: 'the answer' });
    assert.deepEqual(structuredContent, { success: true, output: 'there' });
    await client.close();
  });
}

async function read(body: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> {
  try {
    for await (const chunk of body) onText(Buffer.from(chunk).toString());
  } catch {
    // The client closes streams that it no longer needs.
  }
}
