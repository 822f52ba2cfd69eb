import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { settled, waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from './server.ts';

const redis = useRedis();

type Event = { event: string; data: Record<string, unknown> };

for (const program of PROGRAMS) {
  describe(`a call with events, served by ${program.name}`, () => {
    const namespace = `follow-${PROGRAMS.indexOf(program)}`;
    const channel = `${namespace}:channel:news`;
    const start = (): Promise<TestServer> =>
      startServer([], { program: program.path, env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace } });
    const subscribers = async (): Promise<number> => (await redis.plain.pubSubNumSub(channel))[channel] ?? 0;

    it('sends the messages of a followed subscription only as events, until the client disconnects', async () => {
      const server = await start();
      const call = await subscribe(server, { 'gantz-follow': 'yes' });
      await call.has(1);
      assert.deepEqual(call.events, [{ event: 'subscribed', data: {} }]);
      // More than the default of `count`, which does not apply.
      for (const message of ['1', '"two"']) await redis.plain.publish(channel, message);
      await call.has(3);
      assert.deepEqual(
        call.events.slice(1).map(({ event, data }) => [event, data]),
        [
          ['progress', { event: 'message', channel: 'news', message: 1, progress: 1 }],
          ['progress', { event: 'message', channel: 'news', message: 'two', progress: 2 }],
        ],
      );
      assert.equal(await subscribers(), 1);
      call.abort();
      await waitFor(async () => (await subscribers()) === 0, { what: 'the end of the subscription' });
      assert.equal(await server.stop(), 143);
    });

    it('ends a followed subscription when the server stops', async () => {
      const server = await start();
      const call = await subscribe(server, { 'gantz-follow': 'yes' });
      await call.has(1);
      assert.equal(await server.stop(), 143);
      await settled(call.ended, { what: 'the end of the stream' });
      const { event, data } = call.events.at(-1) ?? {};
      assert.equal(event, 'result');
      const { reason, messages } = data?.['result'] as Record<string, unknown>;
      assert.deepEqual([reason, messages], ['interrupted', []]);
    });

    it('sends the messages as events and in the result without Gantz-Follow', async () => {
      const server = await start();
      const call = await subscribe(server, {});
      await call.has(1);
      await redis.plain.publish(channel, '"one"');
      await settled(call.ended, { what: 'the end of the stream' });
      assert.deepEqual(
        call.events.map(({ event }) => event),
        ['subscribed', 'progress', 'result'],
      );
      const { reason, messages } = call.events[2]?.data['result'] as Record<string, unknown>;
      assert.deepEqual([reason, messages], ['count', [{ channel: 'news', message: 'one' }]]);
      await server.stop();
    });
  });
}

/** Subscribes to a channel with a stream of events as the answer. */
async function subscribe(
  server: TestServer,
  headers: Record<string, string>,
): Promise<{ events: Event[]; has(count: number): Promise<unknown>; abort(): void; ended: Promise<void> }> {
  const abort = new AbortController();
  const response = await fetch(`${server.url}/mcp/tools/call`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', ...headers },
    body: '{"tool":"pubsub_subscribe","params":{"channel":"news"}}',
    signal: abort.signal,
  });
  assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
  const events: Event[] = [];
  const ended = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const parts = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const found = /^event: (.*)\ndata: (.*)$/.exec(part);
        if (found) events.push({ event: found[1] ?? '', data: JSON.parse(found[2] ?? '') as Event['data'] });
      }
    }
  })();
  ended.catch(() => undefined);
  return {
    events,
    has: (count) =>
      waitFor(() => events.length >= count, {
        what: () => `${count} events; there are ${JSON.stringify(events)}`,
      }),
    abort: () => abort.abort(),
    ended,
  };
}
