import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { openGantz, type Gantz } from '../../lib/library/library.ts';
import { anyJson, anyName } from '../helpers/json.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { waitFor } from '../helpers/wait.ts';

/** Below the time after which a call that waits looks by itself: a call that was woken returns earlier. */
const WOKEN_MS = 4000;

describe('the leases of cache', () => {
  const { redis, rows } = useRows();
  const storedAt = (key: string): string => `${rows.namespace}:cache:${key}`;

  /** Gets the lease of a key. */
  async function leaseOf(key: string, lease_seconds = 60): Promise<string> {
    const { token } = await rows.call('cache_lease', { key, lease_seconds });
    assert.ok(token !== null, 'the caller gets the lease');
    return token;
  }

  /** Stores a value with a stale copy, and removes the value, as its time to live does. */
  async function makeStale(key: string, value: unknown): Promise<void> {
    const token = await leaseOf(key);
    const fulfilled = await rows.call('cache_fulfill', { key, token, value, stale_for: 600 });
    assert.deepEqual(fulfilled, { stored: true });
    await redis.plain.del(storedAt(key));
  }

  /** Returns the answer to a caller that takes a stale value, while another one has the lease. */
  async function staleOf(key: string): Promise<unknown> {
    await rows.call('cache_lease', { key });
    const { value, found, stale } = await rows.call('cache_lease', { key, allow_stale: true });
    return found && stale ? value : 'no stale value';
  }

  /** Returns how many scripts the servers have run. */
  async function scripts(): Promise<number> {
    const found = (await redis.plain.info('commandstats')).matchAll(/cmdstat_evalsha:calls=(\d+)/g);
    return [...found].reduce((sum, [, calls]) => sum + Number(calls), 0);
  }

  async function timeOf(call: Promise<unknown>): Promise<number> {
    const begunAt = performance.now();
    await call;
    return performance.now() - begunAt;
  }

  it('give one caller a token, and everybody the value that it stores', async () => {
    const mine = await rows.call('cache_lease', { key: 'one', lease_seconds: 60 });
    assert.ok(mine.token !== null);
    assert.deepEqual(mine, {
      value: null,
      found: false,
      stale: false,
      token: mine.token,
      expires_in_ms: 60_000,
    });
    const { expires_in_ms, ...other } = await rows.call('cache_lease', { key: 'one' });
    assert.deepEqual(other, { value: null, found: false, stale: false, token: null });
    assert.ok(expires_in_ms !== null && expires_in_ms > 0 && expires_in_ms <= 60_000);
    const value = { rows: [1] };
    assert.deepEqual(await rows.call('cache_fulfill', { key: 'one', token: mine.token, value, ttl: 6000 }), {
      stored: true,
    });
    assert.deepEqual(await rows.call('cache_lease', { key: 'one' }), {
      value,
      found: true,
      stale: false,
      token: null,
      expires_in_ms: null,
    });
    assert.deepEqual(await rows.call('cache_get', { key: 'one' }), { value, found: true });
    const { ttl } = await rows.call('cache_ttl', { key: 'one' });
    assert.ok(ttl !== null && ttl > 5900 && ttl <= 6000);
  });

  it('store any value under any key', async () => {
    await fc.assert(
      fc.asyncProperty(anyName, anyJson, async (key, value) => {
        await rows.call('cache_delete', { key });
        const token = await leaseOf(key);
        assert.equal(
          (await rows.call('cache_fulfill', { key, token, value, ttl: 60, stale_for: 60 })).stored,
          true,
        );
        const found = { value, found: true, stale: false, token: null, expires_in_ms: null };
        assert.deepEqual(await rows.call('cache_lease', { key }), found);
      }),
      { numRuns: 50 },
    );
  });

  for (const name of ['a{b}c', '{a}', '{}', '}{', 'a}b', '{', '{{a}}', '{}{a}', ' ', '{a}b}', 'ü}']) {
    it(`are in the slot of the value for the key ${JSON.stringify(name)}, and of no other key`, async () => {
      // No key of the test before.
      const key = `${name} in a slot`;
      await makeStale(key, key);
      assert.equal(await staleOf(key), key);
      assert.equal(await staleOf(`${key}x`), 'no stale value');
    });
  }

  for (const [what, value] of [
    ['null', null],
    ['an empty string', ''],
    ['1 MiB', 'x'.repeat(1 << 20)],
  ] as const) {
    it(`return ${what}, fresh and stale`, async () => {
      const token = await leaseOf(`value-${what}`);
      await rows.call('cache_fulfill', { key: `value-${what}`, token, value, stale_for: 600 });
      const fresh = await rows.call('cache_lease', { key: `value-${what}`, wait: 5 });
      assert.deepEqual([fresh.found, fresh.stale, fresh.value], [true, false, value]);
      await redis.plain.del(storedAt(`value-${what}`));
      assert.equal(await staleOf(`value-${what}`), value);
    });
  }

  it('give one token to 100 callers at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => rows.call('cache_lease', { key: 'hundred' })),
    );
    assert.equal(new Set(answers.map(({ token }) => token)).size, 2, 'a token, and null');
    assert.equal(answers.filter(({ token }) => token !== null).length, 1);
  });

  it('wake 100 callers that wait, and all get the value with at most three scripts each', async () => {
    const token = await leaseOf('waited');
    const before = await scripts();
    const waiting = Array.from({ length: 100 }, () => rows.call('cache_lease', { key: 'waited', wait: 50 }));
    await waitFor(async () => (await scripts()) >= before + 100, { what: '100 looks of the callers' });
    const fulfilled = rows.call('cache_fulfill', { key: 'waited', token, value: 'v' });
    const took = await timeOf(Promise.all([...waiting, fulfilled]));
    assert.ok(took < WOKEN_MS, `${took} ms`);
    for (const answer of waiting) assert.equal((await answer).value, 'v');
    const ran = (await scripts()) - before;
    assert.ok(ran <= 310, `${ran} scripts`);
  });

  it('end when their time is over: one of 50 callers that wait gets the next one, and the holder stores nothing', async () => {
    const late = await leaseOf('dead', 0.5);
    const tokens: string[] = [];
    const values = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { token, value } = await rows.call('cache_lease', { key: 'dead', wait: 50 });
        if (token === null) return value;
        tokens.push(token);
        assert.deepEqual(await rows.call('cache_fulfill', { key: 'dead', token: late, value: 'late' }), {
          stored: false,
        });
        assert.deepEqual(await rows.call('cache_release', { key: 'dead', token: late }), { released: false });
        await rows.call('cache_fulfill', { key: 'dead', token, value: 'new' });
        return 'new';
      }),
    );
    assert.equal(tokens.length, 1);
    assert.notEqual(tokens[0], late);
    assert.deepEqual([...new Set(values)], ['new']);
  });

  it('go to the next caller when they are released', async () => {
    const first = await leaseOf('released');
    const waiting = rows.call('cache_lease', { key: 'released', wait: 50 });
    const took = await timeOf(
      rows.call('cache_release', { key: 'released', token: first }).then(async ({ released }) => {
        assert.equal(released, true);
        assert.notEqual((await waiting).token, null);
      }),
    );
    assert.ok(took < WOKEN_MS, `${took} ms`);
    assert.deepEqual(await rows.call('cache_release', { key: 'released', token: first }), {
      released: false,
    });
    assert.deepEqual(await rows.call('cache_fulfill', { key: 'released', token: first, value: 1 }), {
      stored: false,
    });
  });

  it('say at the end of the wait how long the lease of the other caller lasts', async () => {
    await leaseOf('busy');
    const { expires_in_ms, ...rest } = await rows.call('cache_lease', { key: 'busy', wait: 0.1 });
    assert.deepEqual(rest, { value: null, found: false, stale: false, token: null });
    assert.ok(expires_in_ms !== null && expires_in_ms > 50_000 && expires_in_ms < 60_000);
  });

  describe('with stale values', () => {
    it('give the stale value at once to a caller that takes it, also while others wait', async () => {
      await makeStale('old', 'old');
      assert.deepEqual(await rows.call('cache_get', { key: 'old' }), { value: null, found: false });
      const token = await leaseOf('old');
      const waiting = rows.call('cache_lease', { key: 'old', wait: 50 });
      const stale = await rows.call('cache_lease', { key: 'old', wait: 50, allow_stale: true });
      assert.ok(stale.expires_in_ms !== null && stale.expires_in_ms > 50_000);
      assert.deepEqual(stale, {
        value: 'old',
        found: true,
        stale: true,
        token: null,
        expires_in_ms: stale.expires_in_ms,
      });
      assert.equal((await rows.call('cache_lease', { key: 'old' })).found, false);
      assert.deepEqual(await rows.call('cache_get', { key: 'old' }), { value: null, found: false });
      await rows.call('cache_fulfill', { key: 'old', token, value: 'new' });
      assert.equal((await waiting).value, 'new');
    });

    it('keep the stale value when a lease ends or is released', async () => {
      await makeStale('kept', 'old');
      await rows.call('cache_release', { key: 'kept', token: await leaseOf('kept') });
      await leaseOf('kept', 0.1);
      await waitFor(async () => (await rows.call('cache_lease', { key: 'kept', lease_seconds: 60 })).token, {
        what: 'the end of the lease',
      });
      assert.equal(await staleOf('kept'), 'old');
    });

    it('serve a stale value only for stale_for seconds', async () => {
      const key = 'short';
      await rows.call('cache_fulfill', { key, token: await leaseOf(key), value: 1, ttl: 1, stale_for: 6 });
      await waitFor(async () => !(await rows.call('cache_get', { key })).found, {
        what: 'the end of the value',
      });
      await leaseOf(key);
      const read = () => rows.call('cache_lease', { key, allow_stale: true });
      assert.equal((await read()).stale, true);
      await waitFor(async () => !(await read()).found, { what: 'the end of the stale value' });
    });

    it('keep no copy of a value without stale_for or without an end', async () => {
      for (const options of [{ ttl: 60 }, { ttl: null, stale_for: 60 }]) {
        const token = await leaseOf('copy');
        await rows.call('cache_fulfill', { key: 'copy', token, value: 1, ...options });
        await redis.plain.del(storedAt('copy'));
        assert.equal(await staleOf('copy'), 'no stale value');
        await rows.call('cache_delete', { key: 'copy' });
      }
    });
  });

  const writes = [
    ['cache_set', (key) => rows.call('cache_set', { key, value: 'new' })],
    ['cache_set with only_if', (key) => rows.call('cache_set', { key, value: 'new', only_if: 'absent' })],
    ['cache_set_many', (key) => rows.call('cache_set_many', { entries: { [key]: 'new', other: 1 } })],
    ['cache_increment', (key) => rows.call('cache_increment', { key })],
    ['cache_delete', (key) => rows.call('cache_delete', { key })],
  ] as const satisfies readonly (readonly [string, (key: string) => Promise<unknown>])[];
  for (const [tool, write] of writes) {
    it(`${tool} voids the lease: its holder stores nothing, even when the new value has ended`, async () => {
      const key = `void-${tool}`;
      const token = await leaseOf(key);
      await write(key);
      await redis.plain.del(storedAt(key));
      assert.deepEqual(await rows.call('cache_fulfill', { key, token, value: 'older' }), { stored: false });
      assert.deepEqual(await rows.call('cache_release', { key, token }), { released: false });
      assert.deepEqual(await rows.call('cache_get', { key }), { value: null, found: false });
      await leaseOf(key);
    });

    it(`${tool} wakes callers that wait`, async () => {
      const key = `wake-${tool}`;
      await leaseOf(key);
      const waiting = rows.call('cache_lease', { key, wait: 50 });
      const took = await timeOf(write(key).then(async () => await waiting));
      assert.ok(took < WOKEN_MS, `${took} ms`);
      const { found, token } = await waiting;
      assert.ok(tool === 'cache_delete' ? token !== null : found);
    });
  }

  for (const [tool, write] of [
    ...writes,
    ['cache_touch', (key: string) => rows.call('cache_touch', { key, ttl: 60 })],
    ['cache_touch without end', (key: string) => rows.call('cache_touch', { key, ttl: null })],
    ['cache_set with expected', (key: string) => rows.call('cache_set', { key, value: 2, expected: 1 })],
  ] as const) {
    it(`${tool} removes the stale copy`, async () => {
      const key = `copy-${tool}`;
      const token = await leaseOf(key);
      await rows.call('cache_fulfill', { key, token, value: 1, stale_for: 600 });
      if (tool.endsWith('only_if')) await redis.plain.del(storedAt(key));
      await write(key);
      await redis.plain.del(storedAt(key));
      assert.equal(await staleOf(key), 'no stale value');
    });
  }

  it('cache_delete says whether there was a value, not whether there was a lease', async () => {
    await leaseOf('deleted');
    assert.deepEqual(await rows.call('cache_delete', { key: 'deleted' }), { deleted: false });
    await makeStale('deleted', 1);
    assert.deepEqual(await rows.call('cache_delete', { key: 'deleted' }), { deleted: false });
  });

  it('a write that is not applied voids nothing', async () => {
    const key = 'unapplied';
    await rows.call('cache_fulfill', { key, token: await leaseOf(key), value: 5, stale_for: 600 });
    await rows.call('cache_set', { key, value: 1, only_if: 'absent' });
    await rows.call('cache_set', { key, value: 1, expected: 2 });
    await rows.call('cache_increment', { key, ceiling: 5 });
    await redis.plain.del(storedAt(key));
    const token = await leaseOf(key);
    await rows.call('cache_touch', { key, ttl: 60 });
    await rows.call('cache_set', { key, value: 1, only_if: 'present' });
    assert.equal((await rows.call('cache_lease', { key, allow_stale: true })).value, 5);
    assert.deepEqual(await rows.call('cache_fulfill', { key, token, value: 6 }), { stored: true });
  });

  it('the holder replaces no value that another program has stored', async () => {
    const token = await leaseOf('plain');
    await redis.plain.set(storedAt('plain'), 'theirs');
    assert.deepEqual(await rows.call('cache_fulfill', { key: 'plain', token, value: 'mine' }), {
      stored: false,
    });
    assert.equal((await rows.call('cache_lease', { key: 'plain' })).value, 'theirs');
  });

  it('an unknown token does nothing', async () => {
    const token = await leaseOf('foreign');
    for (const other of ['x', `${token}x`, token.toUpperCase()]) {
      assert.deepEqual(await rows.call('cache_fulfill', { key: 'foreign', token: other, value: 1 }), {
        stored: false,
      });
      assert.deepEqual(await rows.call('cache_release', { key: 'foreign', token: other }), {
        released: false,
      });
    }
    assert.deepEqual(await rows.call('cache_release', { key: 'foreign', token }), { released: true });
  });

  describe('with an idempotency key', () => {
    let gantz: Gantz;
    before(async () => void (gantz = await openGantz({ ...place(), namespace: rows.namespace })));
    after(() => gantz.close());
    const place = () => ({ redisUrl: redis.url, env: redis.env });
    const keyed = async (key: string, lease_seconds = 60) =>
      await gantz.call('cache_lease', { key, lease_seconds }, { idempotencyKey: `lease of ${key}` });

    it('return the same lease while it lasts, with what is left of it', async () => {
      const first = await keyed('replayed');
      await waitFor(async () => (await keyed('replayed')).expires_in_ms !== first.expires_in_ms, {
        what: 'time that passes',
      });
      const { expires_in_ms, ...again } = await keyed('replayed');
      assert.deepEqual(again, {
        value: null,
        found: false,
        stale: false,
        token: first.token,
        gantz: { replayed: true },
      });
      assert.ok(expires_in_ms !== null && expires_in_ms < Number(first.expires_in_ms));
    });

    it('return no lease that has ended', async () => {
      const { token } = await keyed('over', 0.2);
      assert.ok(token !== null);
      await waitFor(async () => (await rows.call('cache_lease', { key: 'over' })).token, {
        what: 'the lease of another caller',
      });
      const { found, token: none, gantz: about } = await keyed('over', 0.2);
      assert.deepEqual([found, none, about], [false, null, undefined]);
    });

    it('give another token after the lease was voided: a computation that began before stores nothing', async () => {
      const { token } = await keyed('voided');
      await rows.call('cache_delete', { key: 'voided' });
      const again = await keyed('voided');
      assert.ok(token !== null && again.token !== null);
      assert.equal(again.gantz, undefined);
      const fulfill = async (held: string) =>
        await rows.call('cache_fulfill', { key: 'voided', token: held, value: 1 });
      assert.deepEqual(await fulfill(token), { stored: false });
      assert.deepEqual(await fulfill(again.token), { stored: true });
    });

    it('return the value when it was stored meanwhile', async () => {
      const { token } = await keyed('stored');
      await rows.call('cache_fulfill', { key: 'stored', token: String(token), value: 'v' });
      const { value, found, token: none } = await keyed('stored');
      assert.deepEqual([value, found, none], ['v', true, null]);
    });
  });

  it('fails for a key that holds another type, and changes nothing', async () => {
    await redis.plain.rPush(storedAt('list'), 'a');
    await rows.failure('cache_lease', { key: 'list' }, 'WRONG_TYPE');
    assert.equal(await redis.plain.lLen(storedAt('list')), 1);
  });

  it('every key of a lease has an end, and cache_keys lists none', async () => {
    const own = openRows(redis);
    await own.call('cache_lease', { key: 'leased' });
    const { token } = await own.call('cache_lease', { key: 'fulfilled' });
    await own.call('cache_fulfill', { key: 'fulfilled', token: token ?? '', value: 1, stale_for: 60 });
    const names: string[] = [];
    for await (const page of redis.plain.scanIterator({ MATCH: `${own.namespace}:lease:*` }))
      names.push(...page);
    assert.equal(names.length, 2);
    for (const name of names) assert.ok((await redis.plain.pTTL(name)) > 0, name);
    assert.deepEqual((await own.call('cache_keys', {})).keys, ['fulfilled']);
    await own.close();
  });

  it('refuses wrong parameters', async () => {
    for (const wrong of [
      { lease_seconds: 0 },
      { lease_seconds: 86_401 },
      { wait: -1 },
      { allow_stale: 'maybe' },
    ])
      await rows.failure('cache_lease', { key: 'a', ...wrong } as never, 'INVALID_PARAMETERS');
    for (const wrong of [{ ttl: 0 }, { stale_for: -1 }, { token: '' }])
      await rows.failure('cache_fulfill', { key: 'a', token: 'a', value: 1, ...wrong }, 'INVALID_PARAMETERS');
  });
});
