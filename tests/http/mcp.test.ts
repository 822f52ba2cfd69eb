import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { OlderClient, OlderHttpClientTransport } from '../helpers/older-mcp-sdk.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from './server.ts';

const TOKEN = 'gtz_mcp';
const INFO = { name: 'test', version: '1.0.0' };

let server: TestServer;
useRedis({
  async started({ url }) {
    server = await startServer([], {
      env: { REDIS_URL: url, GANTZ_NAMESPACE: 'mcp-http', GANTZ_AUTH_TOKEN: TOKEN },
    });
  },
  stopping: () => server.stop(),
});

type Answer = { isError?: boolean; structuredContent?: unknown; content?: unknown };
type Caller = {
  tools(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
};

const requestInit = { headers: { authorization: `Bearer ${TOKEN}` } };

async function connectNew(mode: 'auto' | 'legacy'): Promise<Caller> {
  const client = new Client(INFO, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, signal) =>
      (await client.callTool({ name, arguments: args }, signal && { signal })) as Answer,
    close: () => client.close(),
  };
}

async function connectOld(): Promise<Caller> {
  const client = new OlderClient(INFO);
  await client.connect(new OlderHttpClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, signal) =>
      (await client.callTool({ name, arguments: args }, undefined, signal && { signal })) as Answer,
    close: () => client.close(),
  };
}

const clients: [string, () => Promise<Caller>][] = [
  ['a client of 2026', () => connectNew('auto')],
  ['an SDK 2.x client of 2025', () => connectNew('legacy')],
  ['an SDK 1.x client', connectOld],
];

function textOf({ content }: Answer): Record<string, unknown> {
  const [first] = content as { type: string; text: string }[];
  return JSON.parse(first?.text ?? '') as Record<string, unknown>;
}

for (const [what, open] of clients) {
  describe(`${what}, over HTTP`, () => {
    let client: Caller;
    before(async () => void (client = await open()));
    after(() => client.close());

    it('lists the tools', async () => {
      const tools = await client.tools();
      assert.ok(tools.includes('cache_get') && tools.includes('rate_limit_check'));
    });

    it('receives the envelope as structured content and as text', async () => {
      const stored = await client.call('cache_set', { key: 'a', value: { list: [1, null] } });
      assert.deepEqual(stored.structuredContent, { success: true, key: 'a', ttl: 3600, stored: true });
      const read = await client.call('cache_get', { key: 'a' });
      assert.deepEqual(read.structuredContent, { success: true, value: { list: [1, null] }, found: true });
      assert.deepEqual(textOf(read), read.structuredContent);
    });

    it('receives a failure as the content of the result', async () => {
      const answer = await client.call('cache_get', { kye: 'a' });
      assert.equal(answer.isError, true);
      assert.equal(answer.structuredContent, undefined);
      assert.equal(textOf(answer)['code'], 'INVALID_PARAMETERS');
    });

    it('receives a protocol error for an unknown tool', async () => {
      await assert.rejects(client.call('cache_gte', {}), /cache_get/);
    });

    it('has a hundred calls in flight, each with its own answer', async () => {
      const numbers = Array.from({ length: 100 }, (_, index) => index);
      await Promise.all(numbers.map((value) => client.call('cache_set', { key: `n${value}`, value })));
      const answers = await Promise.all(
        numbers.map((value) => client.call('cache_get', { key: `n${value}` })),
      );
      assert.deepEqual(
        answers.map((answer) => textOf(answer)['value']),
        numbers,
      );
    });

    it('cancels a call that waits', async () => {
      const inFlight = async (): Promise<number> => {
        const text = await (await fetch(`${server.url}/metrics`, requestInit)).text();
        return Number(/^gantz_calls_in_flight (\d+)/m.exec(text)?.[1]);
      };
      const cancel = new AbortController();
      const call = client.call(
        'pubsub_subscribe',
        { channel: 'quiet', timeout: what === 'a client of 2026' ? 300 : 1 },
        cancel.signal,
      );
      call.catch(() => undefined);
      await waitFor(async () => (await inFlight()) > 0, { what: 'a call in flight' });
      cancel.abort();
      await assert.rejects(call);
      if (what === 'a client of 2026')
        await waitFor(async () => (await inFlight()) === 0, { what: 'the end of the cancelled call' });
    });
  });
}

async function post(body: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      ...requestInit.headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body,
  });
  const text = await response.text();
  const json = text.startsWith('{') ? text : (/^data: (.*)$/m.exec(text)?.[1] ?? '{}');
  return { status: response.status, body: JSON.parse(json) as Record<string, unknown> };
}

it('a number that would lose digits is refused, not rounded', async () => {
  const { body } = await post(
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"cache_set","arguments":{"key":"big","value":12345678901234567890}}}',
  );
  const result = body['result'] as Answer;
  assert.equal(textOf(result)['code'], 'INVALID_PARAMETERS');
});

for (const [what, body] of [
  ['broken JSON', '{"jsonrpc":'],
  ['JSON that is not JSON-RPC', '{"hello":1}'],
  ['an array', '[]'],
] as const) {
  it(`a body of ${what} is 400 with an error of JSON-RPC`, async () => {
    const { status, body: answer } = await post(body);
    assert.equal(status, 400);
    assert.deepEqual([answer['jsonrpc'], answer['id']], ['2.0', null]);
  });
}
