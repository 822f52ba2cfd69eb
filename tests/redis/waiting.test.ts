import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Call } from '../../lib/contract/call.ts';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import type { ListPopResult } from '../../lib/generated/tools.ts';
import { openRedis, type RedisHandle } from '../../lib/redis/open.ts';
import type { Redis } from '../../lib/redis/redis.ts';
import { waitFor as waitForStep, type Step } from '../../lib/redis/waiting.ts';
import { connectTo, startRelay } from '../helpers/relay.ts';
import { startSentinels } from '../helpers/redis-sentinel.ts';
import { startRedis, type PlainClient } from '../helpers/redis-server.ts';
import { onCluster, openRows, useRows, type RowOptions, type Rows } from '../helpers/rows.ts';
import { stopTimers } from '../helpers/stop-timers.ts';
import { settled, waitFor } from '../helpers/wait.ts';

/** Returns how often the servers ran a command. */
async function callsOf(plain: PlainClient, command: string): Promise<number> {
  const text = await plain.info('commandstats');
  return [...text.matchAll(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'gm'))].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  );
}

/** Waits on one Redis with a step of the test. */
function openSteps(where: { url: string; env?: Readonly<Record<string, string>> }) {
  const redis: RedisHandle = openRedis({ env: {}, ...where, mode: 'long-lived', notice: () => undefined });
  const deadline = new Deadline({ budgetMs: 60_000 });
  return {
    async wait<R>(
      names: { near: string; channel: string },
      step: (redis: Redis) => Promise<Step<R>>,
      signal?: AbortSignal,
    ): Promise<R> {
      const run = (used: Redis): Promise<R> =>
        waitForStep(used, { deadline } as Call, { wait: 600, ...names, step: () => step(used) });
      return await settled(redis.use({ deadline, signal }, run), { what: 'the end of the wait' });
    },
    close: () => redis.close(),
  };
}

/** A step that pops from a list. */
async function pop(redis: Redis, key: string): Promise<Step<string | null>> {
  const result = (await redis.write(['LPOP', key])) as string | null;
  return { result, done: result !== null };
}

describe('waiting', () => {
  const { redis, rows } = useRows();
  const namesOf = (key: string): { near: string; channel: string } => ({
    near: `${rows.namespace}:list:${key}`,
    channel: `${rows.namespace}:wake:list:${key}`,
  });

  /** Resolves when a call that found nothing is subscribed and has looked again. */
  async function isAsleep(key: string, before: number, plain = redis.plain, steps = 2): Promise<void> {
    const looked = async (): Promise<boolean> => (await callsOf(plain, 'lpop')) >= before + steps;
    await waitFor(looked, { what: `${steps} steps of a call that waits for ${key}` });
  }

  /** Begins to pop from an empty list, and resolves when the call sleeps. */
  async function sleeper(
    key: string,
    options?: RowOptions,
    { on = rows, plain = redis.plain }: { on?: Rows; plain?: PlainClient } = {},
  ): Promise<{ popped: Promise<ListPopResult> }> {
    const before = await callsOf(plain, 'lpop');
    const popped = settled(on.call('list_pop', { key, wait: 600 }, options), { what: `a value of ${key}` });
    popped.catch(() => undefined);
    await isAsleep(key, before, plain);
    return { popped };
  }

  it('a call is woken by an event, and runs its step once for it', async (t) => {
    // Without timers, only an event wakes a call.
    stopTimers(t);
    const { popped } = await sleeper('one');
    const before = await callsOf(redis.plain, 'lpop');
    await rows.call('list_push', { key: 'one', values: ['a'] });
    assert.deepEqual(await popped, { value: 'a', found: true });
    assert.equal(await callsOf(redis.plain, 'lpop'), before + 1);
  });

  it('a call that finds a value at once does not subscribe', async () => {
    await rows.call('list_push', { key: 'there', values: [1] });
    const before = await callsOf(redis.plain, 'subscribe');
    assert.equal((await rows.call('list_pop', { key: 'there', wait: 60 })).value, 1);
    assert.equal((await rows.call('list_pop', { key: 'there', wait: 0 })).found, false);
    assert.equal(await callsOf(redis.plain, 'subscribe'), before);
  });

  it('a call returns its last result when the wait is over', async () => {
    const result = await rows.call('list_pop', { key: 'empty', wait: 0.05 });
    assert.deepEqual(result, { value: null, found: false });
  });

  it('the calls of one process are served in the order in which they came', async (t) => {
    stopTimers(t);
    const order: number[] = [];
    const calls = [(await sleeper('fair')).popped.then(() => order.push(0))];
    for (const index of [1, 2, 3])
      calls.push(rows.call('list_pop', { key: 'fair', wait: 600 }).then(() => order.push(index)));
    for (const index of [0, 1, 2, 3]) {
      await rows.call('list_push', { key: 'fair', values: [index] });
      await waitFor(() => order.length === index + 1, { what: `call ${index}` });
    }
    await Promise.all(calls);
    assert.deepEqual(order, [0, 1, 2, 3]);
  });

  it('an event with several values wakes as many calls', async (t) => {
    stopTimers(t);
    const first = await sleeper('several');
    const others = [1, 2, 3].map(() => rows.call('list_pop', { key: 'several', wait: 600 }));
    await rows.call('list_push', { key: 'several', values: [1, 2, 3, 4], left: false });
    const results = await Promise.all([first.popped, ...others]);
    assert.deepEqual(results.map(({ value }) => value).sort(), [1, 2, 3, 4]);
  });

  it('50 waiting calls and 100 values cost a few hundred commands', async (t) => {
    stopTimers(t);
    await redis.plain.sendCommand(['CONFIG', 'RESETSTAT']);
    let taken = 0;
    const worker = async (): Promise<void> => {
      while (taken < 100) {
        const { found } = await rows.call('list_pop', { key: 'many', wait: 600 });
        if (found && ++taken === 100)
          await rows.call('list_push', { key: 'many', values: Array(49).fill(0) });
      }
    };
    const workers = Promise.all(Array.from({ length: 50 }, worker));
    for (let index = 0; index < 100; index++) await rows.call('list_push', { key: 'many', values: [index] });
    await settled(workers, { what: 'the end of all workers' });
    const steps = await callsOf(redis.plain, 'lpop');
    assert.ok(steps <= 450, `${steps} steps`);
    if (!onCluster('every node has its own')) assert.equal(await callsOf(redis.plain, 'subscribe'), 1);
  });

  it('a step that fails because of the type of the key ends the call at once', async () => {
    await redis.plain.set(`${rows.namespace}:list:text`, 'x');
    const error = await rows.failure('list_pop', { key: 'text', wait: 600 }, 'WRONG_TYPE');
    assert.equal(error.outcome, 'none');
  });

  it('a cancelled call ends with the outcome none, and takes nothing', async () => {
    const abort = new AbortController();
    const { popped } = await sleeper('cancelled', { signal: abort.signal });
    abort.abort(new GantzError('CANCELLED', 'The caller went away'));
    await assert.rejects(popped, { code: 'CANCELLED', outcome: 'none' });
    await rows.call('list_push', { key: 'cancelled', values: [1] });
    assert.equal((await rows.call('list_pop', { key: 'cancelled' })).value, 1);
  });

  it('passes an event on when a call ends after it was woken and before its step', async (t) => {
    stopTimers(t);
    const own = openSteps(redis);
    const names = namesOf('passed');
    const abort = new AbortController();
    let steps = 0;
    const cancelled = own.wait(
      names,
      async () => {
        // The first step, and the one after the subscription.
        if (++steps < 3) return { result: 0, done: false };
        abort.abort(new GantzError('CANCELLED', 'The caller went away'));
        return await new Promise<never>(() => undefined);
      },
      abort.signal,
    );
    cancelled.catch(() => undefined);
    await waitFor(() => steps === 2, { what: 'the second step' });
    const next = own.wait(names, (used) => pop(used, names.near));
    await rows.call('list_push', { key: 'passed', values: ['a'] });
    await assert.rejects(cancelled, { code: 'CANCELLED' });
    assert.equal(await next, 'a');
    await own.close();
  });

  it('extends the time limit of the call', async () => {
    const deadline = new Deadline({ budgetMs: 50 });
    await rows.call('list_length', { key: 'a' });
    const result = await rows.call('list_pop', { key: 'empty', wait: 0.2 }, { deadline });
    assert.equal(result.found, false);
  });

  it('ends before a time limit that is fixed', async () => {
    const deadline = new Deadline({ budgetMs: 2000, fixed: true });
    const result = await rows.call('list_pop', { key: 'empty', wait: 600 }, { deadline });
    assert.equal(result.found, false);
    assert.ok(deadline.remainingMs() > 0);
  });

  it('refuses a call beyond the limit of waiting calls', async () => {
    const limited = openRows({ ...redis, env: { ...redis.env, GANTZ_MAX_WAITS: '2' } }, rows.namespace);
    const abort = new AbortController();
    const { signal } = abort;
    const first = await sleeper('limited', { signal }, { on: limited });
    const second = limited.call('list_pop', { key: 'limited', wait: 600 }, { signal });
    second.catch(() => undefined);
    const error = await limited.failure('list_pop', { key: 'limited', wait: 600 }, 'OVERLOADED');
    assert.equal(error.outcome, 'none');
    const other = await limited.failure('list_pop', { key: 'other', wait: 600 }, 'OVERLOADED');
    assert.equal(other.outcome, 'none');
    await limited.call('list_push', { key: 'other', values: [1] });
    assert.equal((await limited.call('list_pop', { key: 'other', wait: 600 })).found, true);
    abort.abort(new GantzError('CANCELLED', 'The caller went away'));
    await Promise.allSettled([first.popped, second]);
    const result = await limited.call('list_pop', { key: 'limited', wait: 0.01 });
    assert.equal(result.found, false);
    await limited.close();
  });

  for (const text of ['0', 'many']) {
    it(`refuses GANTZ_MAX_WAITS=${text}`, async () => {
      const wrong = openRows({ ...redis, env: { ...redis.env, GANTZ_MAX_WAITS: text } });
      await wrong.failure('list_pop', { key: 'a' }, 'USAGE');
    });
  }

  it('finds a value that came after the first step and before the subscription', async (t) => {
    stopTimers(t);
    const own = openSteps(redis);
    const names = namesOf('between');
    let steps = 0;
    const found = await own.wait(names, async (used) => {
      const step = await pop(used, names.near);
      if (++steps === 1) await rows.call('list_push', { key: 'between', values: ['a'] });
      return step;
    });
    assert.deepEqual([found, steps], ['a', 2]);
    await own.close();
  });

  it('closing the connection ends a waiting call with the outcome none', async () => {
    const own = openRows(redis);
    const { popped } = await sleeper('closed', {}, { on: own });
    await own.close();
    await assert.rejects(popped, { code: 'CANCELLED', outcome: 'none' });
  });

  describe('on one server', { skip: onCluster('it restarts and kills one server') }, () => {
    for (const type of ['pubsub', 'normal'] as const) {
      it(`goes on when its ${type} connection is lost`, async () => {
        const server = await startRedis();
        const plain = await server.client();
        const own = openRows(server);
        const { popped } = await sleeper('killed', {}, { on: own, plain });
        await plain.sendCommand(['CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes']);
        await isAsleep('killed', 2, plain, 1);
        await own.call('list_push', { key: 'killed', values: [1] });
        assert.equal((await popped).found, true);
        await own.close();
        await server.stop();
      });
    }

    it('goes on when the server is restarted', async () => {
      const server = await startRedis();
      const own = openRows(server);
      const { popped } = await sleeper('restarted', {}, { on: own, plain: await server.client() });
      await server.kill();
      await server.restart();
      await own.call('list_push', { key: 'restarted', values: [1] });
      assert.equal((await popped).value, 1);
      await own.close();
      await server.stop();
    });

    it('goes on with the new master after a failover', async () => {
      const group = await startSentinels();
      const own = openRows(group);
      const plain = await (await group.master()).client();
      const { popped } = await sleeper('failover', {}, { on: own, plain });
      await group.failOver();
      const pushed = async (): Promise<boolean> =>
        await own.call('list_push', { key: 'failover', values: [1] }).then(
          () => true,
          () => false,
        );
      await waitFor(pushed, { what: 'a push to the new master' });
      assert.equal((await popped).found, true);
      await own.close();
      await group.stop();
    });

    it('reports a step whose reply was lost, because its outcome is unknown', async () => {
      const server = await startRedis();
      const relay = await startRelay(connectTo(server.socketPath));
      const plain = await server.client();
      const own = openSteps({ url: `redis://127.0.0.1:${relay.port}` });
      let steps = 0;
      const lost = own.wait({ near: 'lost', channel: 'lost' }, async (used) => {
        relay.fault = ++steps === 3 ? 'close' : 'none';
        return await pop(used, 'lost');
      });
      lost.catch(() => undefined);
      await isAsleep('lost', 0, plain);
      await plain.rPush('lost', ['1']);
      await plain.publish('lost', '1');
      await assert.rejects(lost, { code: 'REDIS_UNAVAILABLE', outcome: 'unknown' });
      await own.close();
      await relay.stop();
      await server.stop();
    });

    it('closes its connection when no call has waited for a while', async (t) => {
      const server = await startRedis();
      const plain = await server.client();
      const own = openRows(server);
      const connections = async (): Promise<number> =>
        Number(/connected_clients:(\d+)/.exec(await plain.info('clients'))?.[1]);
      await own.call('list_length', { key: 'a' });
      assert.equal(await connections(), 2);
      stopTimers(t);
      for (const key of ['a', 'b']) {
        const { popped } = await sleeper(key, {}, { on: own, plain });
        await own.call('list_push', { key, values: [1] });
        await popped;
      }
      assert.equal(await connections(), 3);
      assert.equal(await callsOf(plain, 'unsubscribe'), 0);
      t.mock.timers.tick(10_000);
      assert.equal(await connections(), 3);
      t.mock.timers.tick(10_000);
      await waitFor(async () => (await connections()) === 2, { what: 'the end of the connection' });
      const { popped } = await sleeper('a', {}, { on: own, plain });
      await own.call('list_push', { key: 'a', values: [2] });
      assert.equal((await popped).value, 2);
      await own.close();
      await server.stop();
    });

    it('a user without channels pushes, and waits without events', async (t) => {
      const server = await startRedis();
      const plain = await server.client();
      await plain.sendCommand(['ACL', 'SETUSER', 'quiet', 'on', '>secret', '~*', 'resetchannels', '+@all']);
      const own = openRows({ url: server.url.replace('unix://', 'unix://quiet:secret@') });
      stopTimers(t);
      const popped = settled(own.call('list_pop', { key: 'a', wait: 600 }), { what: 'the value' });
      await waitFor(async () => (await callsOf(plain, 'lpop')) === 1, { what: 'the first step' });
      assert.deepEqual(await own.call('list_push', { key: 'a', values: [1] }), { length: 1 });
      t.mock.timers.tick(6000);
      assert.equal((await popped).found, true);
      await own.close();
      await server.stop();
    });
  });
});
