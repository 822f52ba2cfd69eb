import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { ProgressEvent } from '../../lib/contract/call.ts';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import type { PubsubSubscribeInput, PubsubSubscribeResult } from '../../lib/generated/tools.ts';
import { anyJson, anyName } from '../helpers/json.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { onCluster, openRows, useRows, type RowOptions, type Rows } from '../helpers/rows.ts';
import { stopTimers } from '../helpers/stop-timers.ts';
import { settled, waitFor } from '../helpers/wait.ts';

describe('pubsub', () => {
  const { redis, rows } = useRows();

  type Subscription = { id: string; ended: Promise<PubsubSubscribeResult>; events: ProgressEvent[] };

  /** Subscribes, and resolves once the notice says that Redis has confirmed it. */
  async function subscribe(
    input: PubsubSubscribeInput,
    options: RowOptions = {},
    on = rows,
  ): Promise<Subscription> {
    const events: ProgressEvent[] = [];
    let ended: Promise<PubsubSubscribeResult> | undefined;
    const subscribed = Promise.race([
      new Promise<string>((resolve) => {
        ended = on.call('pubsub_subscribe', input, {
          emit: (event) => events.push(event),
          ...options,
          notice: resolve,
        });
      }),
      ended,
    ]);
    const notice = await settled(subscribed, { what: 'the confirmation of the subscription' });
    assert.ok(ended && typeof notice === 'string', 'it says when it is subscribed');
    const id = notice.replace(/^subscribed /, '');
    const bounded = settled(ended, { what: `the end of subscription ${id}` });
    // The call may fail before the test awaits it.
    bounded.catch(() => undefined);
    return { id, ended: bounded, events };
  }
  const publish = async (channel: string, message: unknown): Promise<number> =>
    (await rows.call('pubsub_publish', { channel, message })).subscribers;
  const end = async (id: string): Promise<number> =>
    (await rows.call('pubsub_unsubscribe', { subscription_id: id })).unsubscribed;

  it('delivers any JSON value on any channel unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyName,
        fc.array(anyJson, { minLength: 1, maxLength: 4 }),
        async (channel, messages) => {
          const { ended } = await subscribe({ channel, count: messages.length });
          for (const message of messages) assert.equal(await publish(channel, message), 1);
          assert.deepEqual(
            (await ended).messages,
            messages.map((message) => ({ channel, message })),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('prints "subscribed <id>" only when messages reach it', async () => {
    const { ended, id } = await subscribe({ channel: 'first', subscription_id: 'mine' });
    assert.equal(id, 'mine');
    assert.equal(await publish('first', 'hello'), 1);
    assert.deepEqual(await ended, {
      channel: 'first',
      subscription_id: 'mine',
      messages: [{ channel: 'first', message: 'hello' }],
      received: 1,
      reason: 'count',
    });
    assert.equal(await publish('first', 'nobody listens any more'), 0);
  });

  it('keeps the order, receives at most count messages, and reports each one', async () => {
    const { ended, events } = await subscribe({ channel: 'order', count: 100 });
    // One connection sends these in their order.
    await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        redis.plain.publish(`${rows.namespace}:channel:order`, `${index}`),
      ),
    );
    const { messages, received } = await ended;
    assert.deepEqual(
      messages.map(({ message }) => message),
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.equal(received, 100);
    assert.deepEqual(events.at(-1), {
      event: 'message',
      channel: 'order',
      message: 99,
      progress: 100,
      total: 100,
    });
  });

  it('reads what other clients publish', async () => {
    const { ended } = await subscribe({ channel: 'raw', count: 3 });
    for (const text of ['plain', '42', '{"a":1}'])
      await redis.plain.publish(`${rows.namespace}:channel:raw`, text);
    assert.deepEqual(
      (await ended).messages.map(({ message }) => message),
      ['plain', 42, { a: 1 }],
    );
  });

  it('ends at its timeout with the messages received so far', async () => {
    // On a slow machine the timeout may pass before the message is published. Then the test tries a longer one.
    for (let timeout = 0.2, came = 0; came === 0; timeout *= 2) {
      const { ended } = await subscribe({ channel: 'quiet', count: 5, timeout });
      await publish('quiet', 1);
      const { received, reason, messages } = await ended;
      assert.equal(reason, 'timeout');
      assert.equal(messages.length, received);
      assert.ok(received === 1 || timeout < 20, 'the message came');
      came = received;
    }
  });

  it('a subscription that waits longer than the time limit of a call does not fail with TIMEOUT', async () => {
    await publish('longer', 'the connection is there');
    const deadline = new Deadline({ budgetMs: 1000 });
    const { ended } = await subscribe({ channel: 'longer', timeout: 1.2 }, { deadline });
    assert.equal((await ended).reason, 'timeout');
  });

  it('returns before a fixed time limit passes', async () => {
    // The time that is reserved for the answer grows with the limit. The longest limit is enough for every machine.
    for (let budgetMs = 1000; ; budgetMs *= 2) {
      const deadline = new Deadline({ budgetMs, fixed: true });
      const call = subscribe({ channel: 'fixed', timeout: 60 }, { deadline }).then(({ ended }) => ended);
      const reason = await call.then(
        (end) => end.reason,
        (error: unknown) => error,
      );
      if (budgetMs < 16_000 && (reason !== 'timeout' || deadline.remainingMs() === 0)) continue;
      assert.equal(reason, 'timeout');
      assert.ok(deadline.remainingMs() > 0);
      break;
    }
  });

  describe('by pattern', { skip: onCluster('PUBLISH counts the subscribers of its node') }, () => {
    it('receives from every channel that matches', async () => {
      const { ended } = await subscribe({ pattern: 'news.*', count: 2 });
      assert.equal(await publish('news.a', 1), 1);
      assert.equal(await publish('other', 2), 0);
      assert.equal(await publish('news.b', 3), 1);
      const { channel, pattern, messages } = await ended;
      assert.deepEqual([channel, pattern], [null, 'news.*']);
      assert.deepEqual(messages, [
        { channel: 'news.a', message: 1 },
        { channel: 'news.b', message: 3 },
      ]);
    });

    it('matches only a star with an escaped star', async () => {
      const { ended } = await subscribe({ pattern: 'a\\*' });
      assert.equal(await publish('ab', 1), 0);
      assert.equal(await publish('a*', 2), 1);
      assert.equal((await ended).received, 1);
    });

    it('receives no message of other namespaces, and no control message', async () => {
      const other = openRows(redis, rows.namespace.replaceAll('-', '.'));
      const dotted = await subscribe({ pattern: '*', count: 9 }, {}, other);
      const own = await subscribe({ pattern: '*', count: 9 });
      await other.call('pubsub_unsubscribe', { channel: 'x' });
      await rows.call('pubsub_unsubscribe', { subscription_id: 'x' });
      await publish('mine', 1);
      // Redis delivers the messages that end the subscriptions after all the others.
      await other.call('pubsub_unsubscribe', { subscription_id: dotted.id });
      await end(own.id);
      assert.equal((await dotted.ended).received, 0);
      assert.deepEqual((await own.ended).messages, [{ channel: 'mine', message: 1 }]);
      await other.close();
    });
  });

  describe('unsubscribe', () => {
    it('ends all subscriptions to a channel, of any connection, and returns how many', async () => {
      const other = openRows(redis, rows.namespace);
      const held = [
        await subscribe({ channel: 'x', count: 9 }),
        await subscribe({ channel: 'x', count: 9 }, {}, other),
      ];
      const pattern = await subscribe({ pattern: 'x*' });
      const elsewhere = await subscribe({ channel: 'y' });
      assert.deepEqual(await rows.call('pubsub_unsubscribe', { channel: 'x' }), { unsubscribed: 2 });
      for (const { ended } of held) assert.equal((await ended).reason, 'unsubscribed');
      assert.deepEqual(await rows.call('pubsub_unsubscribe', { channel: 'x' }), { unsubscribed: 0 });
      const reached = await publish('x', 1);
      if (!onCluster('PUBLISH counts the subscribers of its node'))
        assert.equal(reached, 1, 'the pattern goes on');
      assert.equal((await pattern.ended).reason, 'count');
      assert.equal(await end(elsewhere.id), 1);
      assert.equal((await elsewhere.ended).reason, 'unsubscribed');
      await other.close();
    });

    it('ends the subscriptions to exactly this pattern', async () => {
      const [one, two] = [await subscribe({ pattern: 'p*' }), await subscribe({ pattern: 'p?' })];
      assert.deepEqual(await rows.call('pubsub_unsubscribe', { pattern: 'p*' }), { unsubscribed: 1 });
      assert.equal((await one.ended).reason, 'unsubscribed');
      assert.equal(await end(two.id), 1);
      await two.ended;
    });

    it('returns 0 when there is no such subscription', async () => {
      assert.equal(await end(randomUUID()), 0);
    });
  });

  it('requires exactly one of channel, pattern and subscription_id', async () => {
    const both = await rows.failure('pubsub_subscribe', { channel: 'a', pattern: 'b' }, 'INVALID_PARAMETERS');
    assert.deepEqual(
      both.details?.map(({ path }) => path),
      ['/channel', '/pattern'],
    );
    const none = await rows.failure('pubsub_subscribe', {}, 'INVALID_PARAMETERS');
    assert.deepEqual(
      none.details?.map(({ path }) => path),
      [''],
    );
    await rows.failure('pubsub_unsubscribe', {}, 'INVALID_PARAMETERS');
    await rows.failure('pubsub_unsubscribe', { channel: 'a', subscription_id: 'b' }, 'INVALID_PARAMETERS');
    for (const name of ['a\ud800']) {
      await rows.failure('pubsub_subscribe', { channel: name }, 'INVALID_PARAMETERS');
      await rows.failure('pubsub_subscribe', { pattern: name }, 'INVALID_PARAMETERS');
    }
  });

  it('closes its connections', async () => {
    const quiet = await startRedis();
    const observer = await quiet.client();
    const own = openRows(quiet);
    const connections = async (): Promise<number> =>
      Number(/connected_clients:(\d+)/.exec(await observer.info('clients'))?.[1]);
    await own.call('pubsub_publish', { channel: 'warm', message: 1 });
    assert.equal(await connections(), 2);
    const { ended } = await subscribe({ channel: 'gone' }, {}, own);
    assert.equal(await connections(), 3);
    await own.call('pubsub_publish', { channel: 'gone', message: 1 });
    await ended;
    await waitFor(async () => (await connections()) === 2, {
      what: 'the end of the connection of the subscription',
    });
    await own.close();
    await quiet.stop();
  });

  describe('cancelled', () => {
    const reason = new GantzError('CANCELLED', 'The caller went away');

    it('fails with the reason', async () => {
      const abort = new AbortController();
      const { ended } = await subscribe({ channel: 'c' }, { signal: abort.signal });
      abort.abort(reason);
      await assert.rejects(ended, { code: 'CANCELLED', message: reason.message });
    });

    it('does not subscribe when it is cancelled before it began', async () => {
      await rows.failure('pubsub_subscribe', { channel: 'c' }, 'CANCELLED', {
        signal: AbortSignal.abort(reason),
      });
    });
  });

  describe('followed', () => {
    it('emits messages as they arrive, until it is unsubscribed', async () => {
      const { ended, events, id } = await subscribe({ channel: 'f' }, { follow: true });
      for (const message of [1, 2, 3]) await publish('f', message);
      await end(id);
      const { messages, received, reason } = await ended;
      assert.deepEqual({ messages, received, reason }, { messages: [], received: 3, reason: 'unsubscribed' });
      assert.deepEqual(
        events.map(({ event, channel, message }) => [event, channel, message]),
        [
          ['message', 'f', 1],
          ['message', 'f', 2],
          ['message', 'f', 3],
        ],
      );
    });

    it('ends with a result when it is interrupted', async () => {
      const abort = new AbortController();
      const { ended, events } = await subscribe({ channel: 'f' }, { follow: true, signal: abort.signal });
      await publish('f', 1);
      await waitFor(() => events.length > 0, { what: 'the message' });
      abort.abort(new GantzError('CANCELLED', 'Interrupted'));
      const { received, reason } = await ended;
      assert.deepEqual([received, reason], [1, 'interrupted']);
    });

    it('applies count and timeout when they are given', async () => {
      const counted = await subscribe({ channel: 'f', count: 2 }, { follow: true });
      await Promise.all([publish('f', 1), publish('f', 2), publish('f', 3)]);
      assert.deepEqual(await counted.ended.then(({ received, reason }) => [received, reason]), [2, 'count']);
      const timed = await subscribe({ channel: 'f', timeout: 0.1 }, { follow: true });
      assert.equal((await timed.ended).reason, 'timeout');
    });

    it('continues after the default time limit of a call', async () => {
      await publish('f', 'the connection is there');
      const deadline = new Deadline({ budgetMs: 1000 });
      const { ended, id } = await subscribe({ channel: 'f' }, { follow: true, deadline });
      const limit = new Deadline({ budgetMs: 1000 });
      await waitFor(() => limit.remainingMs() === 0, { what: 'the end of the time limit' });
      await end(id);
      assert.equal((await ended).reason, 'unsubscribed');
    });
  });

  describe('on a server that never confirms it', () => {
    let silent: RedisServer;
    let waiting: Rows;
    before(async () => {
      silent = await startRedis();
      silent.pause();
      waiting = openRows(silent);
    });
    after(async () => {
      await waiting.close();
      await silent.stop();
    });
    const notice = (): void => assert.fail('it is not subscribed');

    for (const options of [{ follow: true }, { follow: false }]) {
      it(`ends at the time limit of the call, not after its own wait, ${JSON.stringify(options)}`, async () => {
        const deadline = new Deadline({ budgetMs: 200 });
        const input = { channel: 'c', timeout: 3600 };
        await waiting.failure('pubsub_subscribe', input, 'TIMEOUT', { ...options, deadline, notice });
      });

      it(`ends at once as CANCELLED when it is interrupted, ${JSON.stringify(options)}`, async () => {
        const abort = new AbortController();
        const failed = waiting.failure('pubsub_subscribe', { channel: 'c' }, 'CANCELLED', {
          ...options,
          notice,
          signal: abort.signal,
        });
        setImmediate(() => abort.abort(new GantzError('CANCELLED', 'Interrupted')));
        await failed;
      });
    }
  });

  describe('on a server that stops replying', () => {
    let silent: RedisServer;
    let waiting: Rows;
    before(async () => {
      silent = await startRedis();
      waiting = openRows(silent);
    });
    after(async () => {
      await waiting.close();
      await silent.stop();
    });
    beforeEach(() => silent.resume());

    it('fails with REDIS_UNAVAILABLE instead of ending with a timeout', async () => {
      const { ended } = await subscribe({ channel: 'c', timeout: 0.5 }, {}, waiting);
      silent.pause();
      await assert.rejects(ended, { code: 'REDIS_UNAVAILABLE', message: /does not answer/ });
    });

    it('ends a followed subscription', async (t) => {
      stopTimers(t);
      const { ended } = await subscribe({ channel: 'c' }, { follow: true }, waiting);
      silent.pause();
      t.mock.timers.tick(15_000);
      t.mock.timers.tick(15_000);
      await assert.rejects(ended, { code: 'REDIS_UNAVAILABLE', message: /does not answer/ });
    });

    it('continues when the server answers in time', async (t) => {
      stopTimers(t);
      const { ended, id, events } = await subscribe({ channel: 'c' }, { follow: true }, waiting);
      const observer = await silent.client();
      const pings = async (): Promise<number> =>
        Number(/cmdstat_ping:calls=(\d+)/.exec(await observer.info('commandstats'))?.[1] ?? 0);
      for (let beat = 1; beat <= 3; beat++) {
        const before = await pings();
        t.mock.timers.tick(15_000);
        await waitFor(async () => (await pings()) > before, { what: `ping ${beat}` });
        // This message arrives after the reply to the ping.
        await waiting.call('pubsub_publish', { channel: 'c', message: beat });
        await waitFor(() => events.length === beat, { what: `message ${beat}` });
      }
      await waiting.call('pubsub_unsubscribe', { subscription_id: id });
      assert.deepEqual(await ended.then(({ received, reason }) => [received, reason]), [3, 'unsubscribed']);
    });
  });

  it(
    'fails with REDIS_UNAVAILABLE when the connection is lost',
    { skip: onCluster('CLIENT KILL is for one node') },
    async () => {
      const { ended } = await subscribe({ channel: 'lost' });
      await redis.plain.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
      await assert.rejects(ended, { code: 'REDIS_UNAVAILABLE' });
    },
  );
});
