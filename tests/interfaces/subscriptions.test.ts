import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES } from '../../lib/contract/errors.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer } from '../http/server.ts';
import { connect } from '../mcp/connect.ts';
import { envelopeIn } from '../mcp/result.ts';

const redis = useRedis();

const inputOf = (subscription: number): Record<string, unknown> => ({
  channel: 'quiet',
  timeout: 60,
  subscription_id: `s${subscription}`,
});

/** Waits until the server has this many subscribers of the channel. */
async function subscribers(namespace: string, count: number): Promise<void> {
  const found = async (): Promise<number> =>
    Object.values(await redis.plain.pubSubNumSub([`${namespace}:channel:quiet`]))[0] ?? 0;
  await waitFor(async () => (await found()) === count, { what: `${count} subscribers` });
}

for (const limit of [64, 2]) {
  const env = limit === 64 ? {} : { GANTZ_MAX_SUBSCRIPTIONS: String(limit) };

  test(`subscription ${limit + 1} of a server is OVERLOADED at once, and possible when another has ended`, async () => {
    const namespace = `rest-${limit}`;
    const server = await startServer([], {
      env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace, ...env },
    });
    const waiting = Array.from({ length: limit }, (_, index) =>
      server.call('pubsub_subscribe', inputOf(index)),
    );
    await subscribers(namespace, limit);
    const { status, result } = await server.call('pubsub_subscribe', inputOf(limit));
    assert.equal(status, 503);
    assert.deepEqual(result, {
      success: false,
      error: `This process has ${limit} subscriptions, which is its limit`,
      code: 'OVERLOADED',
      retryable: true,
      outcome: 'none',
      hint: 'Call again when a subscription has ended, or set GANTZ_MAX_SUBSCRIPTIONS to a larger number.',
    });
    await server.call('pubsub_unsubscribe', { subscription_id: 's0' });
    assert.equal((await waiting[0])?.result['reason'], 'unsubscribed');
    const next = server.call('pubsub_subscribe', inputOf(limit));
    await subscribers(namespace, limit);
    await server.call('pubsub_unsubscribe', { channel: 'quiet' });
    assert.equal((await next).status, 200);
    await Promise.all(waiting);
    await server.stop();
  });
}

test('subscription 3 is OVERLOADED over MCP with a limit of 2', async () => {
  const agent = await connect({
    env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: 'stdio', GANTZ_MAX_SUBSCRIPTIONS: '2' },
  });
  const waiting = [agent.call('pubsub_subscribe', inputOf(0)), agent.call('pubsub_subscribe', inputOf(1))];
  await subscribers('stdio', 2);
  const { code, outcome } = envelopeIn(await agent.call('pubsub_subscribe', inputOf(2)));
  assert.deepEqual([code, outcome], ['OVERLOADED', 'none']);
  await agent.call('pubsub_unsubscribe', { channel: 'quiet' });
  await Promise.all(waiting);
  await agent.close();
});

test('OVERLOADED has exit status 4 and HTTP status 503', () => {
  assert.deepEqual(CODES.OVERLOADED, { exit: 4, http: 503, retryable: true });
});

for (const text of ['0', '-1', 'many', '1.5']) {
  test(`GANTZ_MAX_SUBSCRIPTIONS=${text} is refused`, async () => {
    const run = await runMain(['cache', 'exists', '{"key":"a"}'], {
      env: { REDIS_URL: redis.url, GANTZ_MAX_SUBSCRIPTIONS: text },
    });
    assert.deepEqual([envelopeOf(run)['code'], run.exitCode], ['USAGE', 2]);
  });
}
