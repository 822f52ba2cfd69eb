import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import type { LockAcquireResult } from '../../lib/generated/tools.ts';
import { openGantz } from '../../lib/library/library.ts';
import { freePort } from '../helpers/free-port.ts';
import { startRedis, type PlainClient, type RedisServer } from '../helpers/redis-server.ts';
import { onCluster, openRows, useRows, type Rows } from '../helpers/rows.ts';
import { stopTimers } from '../helpers/stop-timers.ts';
import { settled, waitFor } from '../helpers/wait.ts';

/** The parts of an acquired lock, none of which is null. */
type Held = { token: string; fence: number };

function held({ acquired, token, fence }: LockAcquireResult): Held {
  assert.ok(acquired && token !== null && fence !== null, 'the lock is acquired');
  return { token, fence };
}

describe('lock', () => {
  const { redis, rows } = useRows();
  const stored = (name: string): string => `${rows.namespace}:lock:${name}`;

  /** Ends the lease of a lock at once, as the passage of time would. */
  const endLease = async (name: string): Promise<void> => {
    await redis.plain.hSet(stored(name), 'until_ms', '1');
  };

  it('is held by its first caller, and the others see who holds it', async () => {
    const first = await rows.call('lock_acquire', { name: 'a', ttl: 60, owner: 'ada' });
    assert.deepEqual([first.acquired, first.owner, first.expires_in_ms], [true, 'ada', 60_000]);
    const second = await rows.call('lock_acquire', { name: 'a', owner: 'bob' });
    assert.deepEqual([second.acquired, second.token, second.fence, second.owner], [false, null, null, 'ada']);
    assert.ok(second.expires_in_ms > 50_000 && second.expires_in_ms <= 60_000);
    const status = await rows.call('lock_status', { name: 'a' });
    assert.deepEqual([status.held, status.owner, status.fence], [true, 'ada', first.fence]);
    const nameless = await rows.call('lock_acquire', { name: 'nameless' });
    assert.deepEqual([nameless.acquired, nameless.owner], [true, null]);
  });

  it('exactly one of 100 callers at once holds it', async () => {
    const others = [openRows(redis, rows.namespace), openRows(redis, rows.namespace)];
    const all = [rows, ...others];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (all[index % 3] ?? rows).call('lock_acquire', { name: 'crowd' }),
      ),
    );
    assert.equal(results.filter(({ acquired }) => acquired).length, 1);
    for (const other of others) await other.close();
  });

  it('is exclusive for callers that wait, extend and release at the same time', async () => {
    let inside = 0;
    const fences: number[] = [];
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const { token, fence } = held(await rows.call('lock_acquire', { name: 'busy', wait: 600 }));
        assert.equal(++inside, 1);
        fences.push(fence);
        await rows.call('lock_extend', { name: 'busy', token });
        inside--;
        assert.deepEqual(await rows.call('lock_release', { name: 'busy', token }), { released: true });
      }),
    );
    assert.deepEqual(
      fences,
      [...new Set(fences)].sort((a, b) => a - b),
      'each fence is greater than the one before',
    );
  });

  it('is extended and released by its holder only', async () => {
    const { token, fence } = held(await rows.call('lock_acquire', { name: 'mine', ttl: 10 }));
    const other = { name: 'mine', token: 'other' };
    assert.deepEqual(await rows.call('lock_extend', other), { extended: false, expires_in_ms: null });
    assert.deepEqual(await rows.call('lock_release', other), { released: false });
    assert.deepEqual(await rows.call('lock_extend', { name: 'mine', token, ttl: 90 }), {
      extended: true,
      expires_in_ms: 90_000,
    });
    const { expires_in_ms: left } = await rows.call('lock_status', { name: 'mine' });
    assert.ok(left !== null && left > 80_000);
    assert.deepEqual(await rows.call('lock_release', { name: 'mine', token }), { released: true });
    assert.deepEqual(await rows.call('lock_release', { name: 'mine', token }), { released: false });
    assert.deepEqual(await rows.call('lock_extend', { name: 'mine', token }), {
      extended: false,
      expires_in_ms: null,
    });
    assert.deepEqual(await rows.call('lock_status', { name: 'mine' }), {
      held: false,
      owner: null,
      fence,
      expires_in_ms: null,
    });
  });

  it('is lost by a holder whose lease has ended, whether or not another caller has it now', async () => {
    const first = held(await rows.call('lock_acquire', { name: 'late' }));
    await endLease('late');
    const late = { name: 'late', token: first.token };
    assert.equal((await rows.call('lock_extend', late)).extended, false);
    assert.equal((await rows.call('lock_release', late)).released, false);
    assert.equal((await rows.call('lock_status', { name: 'late' })).held, false);
    const second = held(await rows.call('lock_acquire', { name: 'late' }));
    assert.ok(second.fence > first.fence);
    assert.equal((await rows.call('lock_extend', late)).extended, false);
    assert.equal((await rows.call('lock_release', late)).released, false);
    assert.equal((await rows.call('lock_release', { name: 'late', token: second.token })).released, true);
  });

  it('gives a greater fence each time, also when the clock of the server was set back', async () => {
    const ahead = Date.now() * 1000 + 3_600_000_000;
    await redis.plain.hSet(stored('clock'), 'fence', String(ahead));
    const first = held(await rows.call('lock_acquire', { name: 'clock' }));
    assert.equal(first.fence, ahead + 1);
    await rows.call('lock_release', { name: 'clock', token: first.token });
    assert.equal(held(await rows.call('lock_acquire', { name: 'clock' })).fence, ahead + 2);
  });

  it('gives a greater fence when the server has lost the lock', async () => {
    let last = 0;
    for (let count = 0; count < 20; count++) {
      const { fence } = held(await rows.call('lock_acquire', { name: 'lost' }));
      assert.ok(fence > last);
      last = fence;
      await redis.plain.unlink(stored('lost'));
    }
  });

  it('stays in the server for 30 days after its end, for the fence', async () => {
    const days = async (): Promise<number> => Math.round((await redis.plain.ttl(stored('kept'))) / 8640) / 10;
    const { token } = held(await rows.call('lock_acquire', { name: 'kept', ttl: 86_400 }));
    assert.equal(await days(), 31);
    await rows.call('lock_extend', { name: 'kept', token, ttl: 0.1 });
    assert.equal(await days(), 30);
    await rows.call('lock_extend', { name: 'kept', token, ttl: 86_400 });
    await rows.call('lock_release', { name: 'kept', token });
    assert.equal(await days(), 30);
  });

  it('accepts any name, and no two names meet', async () => {
    const names = [
      '{',
      '}',
      '{}',
      '{a}',
      '{a}b',
      'a:b',
      'ä😀',
      '\n',
      ' ',
      'x'.repeat(10_240),
      '%7D',
      'a\u0000',
    ];
    for (const name of names)
      held(await rows.call('lock_acquire', { name, owner: `of ${name.slice(0, 10)}` }));
    for (const name of names) {
      const { owner } = await rows.call('lock_status', { name });
      assert.equal(owner, `of ${name.slice(0, 10)}`);
    }
    await rows.failure('lock_acquire', { name: '' }, 'INVALID_PARAMETERS');
    await rows.failure('lock_acquire', { name: '\ud800' }, 'INVALID_PARAMETERS');
  });

  it('accepts 0.1 to 86400 seconds', async () => {
    for (const ttl of [0, 0.05, 86_401])
      await rows.failure('lock_acquire', { name: 'ttl', ttl }, 'INVALID_PARAMETERS');
    assert.equal((await rows.call('lock_acquire', { name: 'short', ttl: 0.1 })).expires_in_ms, 100);
  });

  it('leaves a key of another type as it is', async () => {
    await redis.plain.set(stored('text'), 'x');
    const calls = [
      rows.failure('lock_acquire', { name: 'text', wait: 600 }, 'WRONG_TYPE'),
      rows.failure('lock_extend', { name: 'text', token: 't' }, 'WRONG_TYPE'),
      rows.failure('lock_release', { name: 'text', token: 't' }, 'WRONG_TYPE'),
      rows.failure('lock_status', { name: 'text' }, 'WRONG_TYPE'),
    ];
    for (const { outcome } of await Promise.all(calls)) assert.equal(outcome, 'none');
    assert.equal(await redis.plain.get(stored('text')), 'x');
  });

  it('gives the lease again to a repetition with its idempotency key, and acquires anew when it has ended', async () => {
    const { url: redisUrl, env } = redis;
    const gantz = await openGantz({ redisUrl, env, namespace: rows.namespace });
    const acquire = async (): Promise<LockAcquireResult> => {
      const { gantz: _, ...result } = await gantz.call(
        'lock_acquire',
        { name: 'again', ttl: 3600 },
        { idempotencyKey: 'k' },
      );
      return result;
    };
    const first = await acquire();
    const again = await acquire();
    assert.deepEqual(held(again), held(first));
    assert.ok(again.expires_in_ms <= 3_600_000 && again.expires_in_ms > 3_000_000);
    await rows.call('lock_release', { name: 'again', token: held(first).token });
    const other = held(await rows.call('lock_acquire', { name: 'again' }));
    assert.equal((await acquire()).acquired, false, 'another caller holds it now');
    await rows.call('lock_release', { name: 'again', token: other.token });
    const anew = held(await acquire());
    assert.ok(anew.fence > other.fence);
    assert.deepEqual(held(await acquire()), anew);
    await gantz.close();
  });

  describe('with wait', () => {
    /** Begins to wait for a held lock, and resolves when the call sleeps. */
    async function waiting(
      name: string,
      {
        on = rows,
        plain = redis.plain,
        signal,
      }: { on?: Rows; plain?: PlainClient; signal?: AbortSignal } = {},
    ): Promise<{ ended: Promise<LockAcquireResult> }> {
      const steps = async (): Promise<number> =>
        [...(await plain.info('commandstats')).matchAll(/^cmdstat_hmget:calls=(\d+)/gm)].reduce(
          (sum, [, calls]) => sum + Number(calls),
          0,
        );
      const before = await steps();
      const call = on.call('lock_acquire', { name, wait: 600 }, { ...(signal && { signal }) });
      const ended = settled(call, { what: `the lock ${name}` });
      ended.catch(() => undefined);
      // The first step, and the one after the subscription.
      await waitFor(async () => (await steps()) >= before + 2, { what: 'a call that sleeps' });
      return { ended };
    }

    it('is acquired when the holder releases it', async (t) => {
      const { token, fence } = held(await rows.call('lock_acquire', { name: 'released', ttl: 3600 }));
      stopTimers(t);
      const { ended } = await waiting('released');
      await rows.call('lock_release', { name: 'released', token });
      assert.ok(held(await ended).fence > fence);
    });

    it('is acquired when the lease of a dead holder ends', async () => {
      const first = held(await rows.call('lock_acquire', { name: 'dead', ttl: 1.5 }));
      const next = held(await rows.call('lock_acquire', { name: 'dead', wait: 600 }));
      assert.ok(next.fence > first.fence);
      // A wait without a timer for the end of the lease would take 4.5 s or longer. The fences are times of the server.
      assert.ok(next.fence - first.fence >= 1_500_000);
      assert.ok(next.fence - first.fence < 4_000_000, `${next.fence - first.fence} µs`);
    });

    it('is given again at once to a repetition with its idempotency key, also when another call of the process waits', async () => {
      const { url: redisUrl, env } = redis;
      await using gantz = await openGantz({ redisUrl, env, namespace: rows.namespace });
      const keyed = { idempotencyKey: 'behind' };
      const lock = { name: 'behind', ttl: 3600, wait: 600 };
      const first = held(await gantz.call('lock_acquire', lock, keyed));
      const other = gantz.call('lock_acquire', { name: 'behind', wait: 600 });
      other.catch(() => undefined);
      // Its reply comes after that of the first step of the other call.
      await gantz.call('lock_status', { name: 'behind' });
      const again = gantz.call('lock_acquire', lock, keyed);
      assert.deepEqual(held(await settled(again, { what: 'the repetition' })), first);
    });

    it('is acquired when the holder shortens the lease', async (t) => {
      const { token } = held(await rows.call('lock_acquire', { name: 'shorter', ttl: 3600 }));
      const { ended } = await waiting('shorter');
      const before = performance.now();
      await rows.call('lock_extend', { name: 'shorter', token, ttl: 0.1 });
      held(await ended);
      assert.ok(performance.now() - before < 4000, 'an event woke the call');
      t.diagnostic(`${performance.now() - before} ms`);
    });

    it('returns who holds it when the wait is over', async () => {
      await rows.call('lock_acquire', { name: 'over', owner: 'ada' });
      const { acquired, token, owner } = await rows.call('lock_acquire', { name: 'over', wait: 0.05 });
      assert.deepEqual([acquired, token, owner], [false, null, 'ada']);
    });

    it('leaves the lock to others when it is cancelled', async () => {
      const { token } = held(await rows.call('lock_acquire', { name: 'gone', ttl: 3600 }));
      const abort = new AbortController();
      const { ended } = await waiting('gone', { signal: abort.signal });
      abort.abort(new GantzError('CANCELLED', 'The caller went away'));
      await assert.rejects(ended, { code: 'CANCELLED', outcome: 'none' });
      await rows.call('lock_release', { name: 'gone', token });
      held(await rows.call('lock_acquire', { name: 'gone' }));
    });

    it(
      'is acquired after a restart of a server that lost it',
      { skip: onCluster('one server') },
      async () => {
        const server = await startRedis();
        const own = openRows(server);
        const plain = await server.client();
        const first = held(await own.call('lock_acquire', { name: 'restart', ttl: 3600 }));
        const { ended } = await waiting('restart', { on: own, plain });
        await server.kill();
        await server.restart();
        assert.ok(held(await ended).fence > first.fence);
        assert.equal(
          (await own.call('lock_extend', { name: 'restart', token: first.token })).extended,
          false,
          'the first holder has lost it',
        );
        await own.close();
        await server.stop();
      },
    );
  });

  describe('with two masters after a partition', { skip: onCluster('it has two servers') }, () => {
    /** Starts a master and a replica, and promotes the replica while the master lives and is cut off. */
    async function partitioned(
      work: (before: Rows, after: Rows, split: () => Promise<void>) => Promise<void>,
    ) {
      const port = await freePort();
      const servers: RedisServer[] = [await startRedis({ port })];
      servers.push(await startRedis({ args: ['--replicaof', '127.0.0.1', String(port)] }));
      const [first, second] = servers;
      assert.ok(first && second);
      const plain = await second.client();
      const inStep = async (): Promise<boolean> =>
        /^master_link_status:up/m.test(await plain.info('replication'));
      await waitFor(inStep, { what: 'the replica' });
      const [before, after] = [openRows(first, rows.namespace), openRows(second, rows.namespace)];
      try {
        await work(before, after, async () => {
          await plain.sendCommand(['REPLICAOF', 'NO', 'ONE']);
        });
      } finally {
        await before.close();
        await after.close();
        for (const server of servers) await server.stop();
      }
    }

    it('the fence of the new master is greater than the last one of the former', async () => {
      await partitioned(async (before, after, split) => {
        await split();
        // The new master never heard of these.
        let last = 0;
        for (let count = 0; count < 10; count++) {
          const { token, fence } = held(await before.call('lock_acquire', { name: 'p' }));
          last = fence;
          await before.call('lock_release', { name: 'p', token });
        }
        const old = held(await before.call('lock_acquire', { name: 'p' }));
        assert.ok(old.fence > last);
        const now = held(await after.call('lock_acquire', { name: 'p' }));
        assert.ok(now.fence > old.fence, 'both hold it, and the fence tells who came later');
      });
    });
  });
});
