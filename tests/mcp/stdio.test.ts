import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Success } from '../../lib/contract/envelope.ts';
import { freePort } from '../helpers/free-port.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { runMain, envelopeOf } from '../helpers/run-main.ts';
import { waitFor } from '../helpers/wait.ts';
import { CLIENTS, connect, type Agent } from './connect.ts';
import { INITIALIZE, startRaw } from './raw.ts';
import { envelopeIn } from './result.ts';

describe('gantz mcp with Redis', () => {
  const redis = useRedis();

  for (const client of CLIENTS) {
    describe(`and a client of ${client}`, () => {
      let agent: Agent;
      before(async () => {
        const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: client.replace(' ', '-') };
        agent = await connect({ client, env });
      });
      after(() => agent.close());

      it('lists every tool with flat schemas and annotations', async () => {
        const tools = await agent.list();
        const { tools: expected } = envelopeOf(await runMain(['tools', '--json'])) as Success & {
          tools: {
            name: string;
            inputSchema: unknown;
            outputSchema?: { properties: Record<string, unknown>; required: string[] };
          }[];
        };
        assert.deepEqual(
          tools.map(({ name }) => name),
          expected.map(({ name }) => name),
        );
        const get = tools.find(({ name }) => name === 'cache_get');
        const wanted = expected.find(({ name }) => name === 'cache_get');
        assert.ok(get && wanted?.outputSchema);
        assert.deepEqual(get.inputSchema, wanted.inputSchema);
        assert.deepEqual(get.annotations, { readOnlyHint: true, openWorldHint: false });
        // In MCP, what a call notes is in `_meta`.
        const { required } = wanted.outputSchema;
        const { gantz: _, ...properties } = wanted.outputSchema.properties;
        assert.deepEqual(get.outputSchema, { ...wanted.outputSchema, properties });
        assert.deepEqual(properties['success'], { type: 'boolean', const: true });
        assert.deepEqual(Object.keys(properties), ['success', 'value', 'found']);
        assert.deepEqual(required, ['success', 'value', 'found']);
        for (const { name, inputSchema } of tools)
          for (const keyword of ['oneOf', 'anyOf', 'allOf', '$ref'])
            assert.ok(!(keyword in (inputSchema as object)), `${name} has ${keyword}`);
      });

      it('calls tools and returns their envelopes', async () => {
        const value = { nested: [1, 'two', null, { deep: true }], text: 'ä😀' };
        const stored = await agent.call('cache_set', { key: 'k', value, ttl: '60' });
        assert.deepEqual(stored.structuredContent, { success: true, key: 'k', ttl: 60, stored: true });
        const read = await agent.call('cache_get', { key: 'k' });
        assert.deepEqual(read.structuredContent, { success: true, value, found: true });
        assert.deepEqual(envelopeIn(read), read.structuredContent);
      });

      it('returns the envelopes of failures', async () => {
        const wrong = await agent.call('cache_get', { kee: 'k' });
        assert.equal(wrong.isError, true);
        const envelope = envelopeIn(wrong);
        assert.equal(envelope['code'], 'INVALID_PARAMETERS');
        assert.match(JSON.stringify(envelope['details']), /did you mean/);
        await agent.call('cache_set', { key: 'text', value: 'no number' });
        assert.equal(envelopeIn(await agent.call('cache_increment', { key: 'text' }))['code'], 'WRONG_TYPE');
        const missing = { session_id: '00000000-0000-4000-8000-000000000000' };
        assert.equal(envelopeIn(await agent.call('session_extend', missing))['code'], 'NOT_FOUND');
      });

      it('answers unknown tools with a protocol error', async () => {
        await assert.rejects(agent.call('cache_gte', { key: 'k' }), { code: -32602 });
      });

      it('reports the messages of a subscription as progress', async () => {
        const seen: number[] = [];
        const waiting = agent.call(
          'pubsub_subscribe',
          { channel: 'news', count: 3, timeout: 20, subscription_id: `s-${client}` },
          { onprogress: ({ progress }) => seen.push(progress) },
        );
        await waitFor(() => agent.stderr().includes(`subscribed s-${client}`), { what: 'the subscription' });
        for (const [index, message] of ['a', 'b'].entries()) {
          await agent.call('pubsub_publish', { channel: 'news', message });
          await waitFor(() => seen.length > index, { what: `the progress of ${message}` });
        }
        await agent.call('pubsub_publish', { channel: 'news', message: 'c' });
        const { structuredContent } = await waiting;
        assert.equal((structuredContent as { received: number }).received, 3);
        // Both SDKs drop a progress notification that arrives in one chunk with the result.
        assert.deepEqual(seen, [1, 2, 3].slice(0, Math.max(2, seen.length)));
      });

      it('ends a blocking subscription that the client cancels', async () => {
        const observer = await redis.client();
        const channels = async (): Promise<number> => {
          const prefix = client.replace(' ', '-');
          return (await observer.pubSubChannels(`${prefix}:channel:quiet*`)).length;
        };
        const controller = new AbortController();
        const waiting = agent.call(
          'pubsub_subscribe',
          { channel: 'quiet', timeout: 60 },
          { signal: controller.signal },
        );
        await waitFor(async () => (await channels()) > 0, { what: 'the subscription' });
        controller.abort();
        await assert.rejects(waiting);
        await waitFor(async () => (await channels()) === 0, { what: 'the end of the subscription' });
        assert.equal((await agent.call('cache_exists', { key: 'none' })).isError ?? false, false);
      });
    });
  }

  it('answers a thousand calls in flight, each with its own result', async () => {
    const agent = await connect({ env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: 'thousand' } });
    try {
      const numbers = Array.from({ length: 1000 }, (_, index) => index);
      await Promise.all(numbers.map((value) => agent.call('cache_set', { key: `k${value}`, value })));
      const results = await Promise.all(
        numbers.map((value) => agent.call('cache_get', { key: `k${value}` })),
      );
      assert.deepEqual(
        results.map(({ structuredContent }) => (structuredContent as { value: unknown }).value),
        numbers,
      );
      const observer = await redis.client();
      const connections = (await observer.sendCommand<string>(['CLIENT', 'LIST'])).trim().split('\n').length;
      assert.ok(connections < 10, `${connections} connections`);
    } finally {
      await agent.close();
    }
  });

  it('lists and calls only tools that the policy allows', async () => {
    const env = { REDIS_URL: redis.url };
    const agent = await connect({ args: ['--tools', 'cache_*', '--read-only'], env });
    try {
      assert.deepEqual((await agent.list()).map(({ name }) => name).sort(), [
        'cache_exists',
        'cache_get',
        'cache_get_many',
        'cache_keys',
        'cache_ttl',
      ]);
      await assert.rejects(agent.call('cache_set', { key: 'k', value: 1 }), { code: -32602 });
      assert.equal((await agent.call('cache_get', { key: 'k' })).isError ?? false, false);
    } finally {
      await agent.close();
    }
  });

  it('refuses numbers that lose digits, with the envelope of the command line', async () => {
    const client = startRaw({ env: { REDIS_URL: redis.url } });
    client.send(INITIALIZE);
    await client.answer('initialize');
    const input = '{"key":"k","value":{"id":12345678901234567890}}';
    client.send(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"cache_set","arguments":${input}}}`,
    );
    const { result } = await client.answer(1);
    const [content] = result?.['content'] as { text: string }[];
    const expected = envelopeOf(await runMain(['cache', 'set', input], { env: { REDIS_URL: redis.url } }));
    assert.deepEqual(JSON.parse(content?.text ?? ''), expected);
    assert.equal(expected['code'], 'INVALID_PARAMETERS');
    assert.equal(await client.end(), 0);
  });
});

describe('gantz mcp', () => {
  it('answers the next message after lines that are not messages', async () => {
    const client = startRaw();
    client.send('this is not JSON');
    client.send('[]');
    client.send('');
    client.send(INITIALIZE);
    await client.answer('initialize');
    client.send('{"jsonrpc":"2.0","id":2,"method":"no/such"}');
    assert.equal((await client.answer(2)).error?.['code'], -32601);
    assert.equal(await client.end(), 0);
    const errors = client
      .stdout()
      .split('\n')
      .filter((line) => line.includes('"id":null'));
    assert.equal(errors.length, 2);
  });

  it('answers requests that it received before stdin closed', async () => {
    const client = startRaw();
    client.send(INITIALIZE);
    client.send('{"jsonrpc":"2.0","id":2,"method":"tools/list"}');
    assert.equal(await client.end(), 0);
    assert.match(client.stdout(), /"protocolVersion":"2025-11-25"/);
    assert.match(client.stdout(), /"name":"cache_get"/);
  });

  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    it(`ends on ${signal} while stdin is open`, async () => {
      const client = startRaw();
      client.send(INITIALIZE);
      await client.answer('initialize');
      client.kill(signal);
      assert.equal(await client.exited(), status);
    });
  }

  it('prints its start-up failure on stderr, and nothing on stdout', async () => {
    const client = startRaw({ args: ['-c', '/nonexistent/gantz.yaml'] });
    assert.equal(await client.exited(), 3);
    assert.equal(client.stdout(), '');
    assert.match(client.stderr(), /\/nonexistent\/gantz\.yaml/);
  });

  it('starts without Redis, fails with REDIS_UNAVAILABLE, and works when Redis starts and restarts', async () => {
    const port = await freePort();
    const agent = await connect({
      env: { REDIS_URL: `redis://127.0.0.1:${port}` },
      args: ['--timeout', '3s'],
    });
    const set = async (value: number): Promise<unknown> => {
      const result = await agent.call('cache_set', { key: 'k', value });
      return result.isError ? envelopeIn(result)['code'] : 'stored';
    };
    try {
      assert.ok((await agent.list()).length > 0);
      assert.equal(await set(1), 'REDIS_UNAVAILABLE');
      const first = await startRedis({ port });
      await waitFor(async () => (await set(2)) === 'stored', { what: 'the first connection' });
      const flying = Array.from({ length: 50 }, (_, index) => set(index));
      await first.kill();
      for (const outcome of await Promise.all(flying))
        assert.ok(['stored', 'REDIS_UNAVAILABLE', 'TIMEOUT'].includes(String(outcome)), String(outcome));
      assert.ok(['REDIS_UNAVAILABLE', 'TIMEOUT'].includes(String(await set(3))));
      await first.stop();
      const second = await startRedis({ port });
      await waitFor(async () => (await set(4)) === 'stored', { what: 'the second connection' });
      await second.stop();
    } finally {
      await agent.close();
    }
  });
});
