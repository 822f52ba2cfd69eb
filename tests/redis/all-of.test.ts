import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { Deadline } from '../../lib/contract/deadline.ts';
import { slotOf } from '../../lib/redis/slot.ts';
import { openGantz } from '../../lib/library/library.ts';
import { idempotencyKeyOf } from '../../lib/redis/idempotent.ts';
import { keyOf } from '../../lib/redis/keys.ts';
import { useCluster } from '../helpers/redis-cluster.ts';
import { openRows } from '../helpers/rows.ts';

const KEYS = Array.from({ length: 30 }, (_, index) => `key-${index}`);
const entries = Object.fromEntries(KEYS.map((key) => [key, key]));

describe('cache_set_many on a cluster', () => {
  const cluster = useCluster();

  it('says which values a node did not store when the others stored theirs', async () => {
    const rows = openRows(cluster);
    const [full] = cluster.masters;
    assert.ok(full);
    await full.plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
    try {
      const failure = await rows.failure('cache_set_many', { entries }, 'REDIS_UNAVAILABLE');
      const { values, missing } = await rows.call('cache_get_many', { keys: KEYS });
      assert.ok(missing.length > 0 && missing.length < KEYS.length);
      assert.equal(failure.outcome, 'unknown');
      assert.match(
        failure.message,
        new RegExp(`^${Object.keys(values).length} of 30 values were stored\\. .*OOM`),
      );
      assert.deepEqual(
        failure.details,
        missing.map((key) => ({ path: `/entries/${key}`, message: 'was not stored' })),
      );
      for (const key of missing)
        assert.equal(await cluster.ownerOf(slotOf(`${rows.namespace}:cache:${key}`)), full);
    } finally {
      await full.plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    }
    assert.deepEqual(await rows.call('cache_set_many', { entries }), { stored: 30 });
    await rows.close();
  });

  it('stores with the same idempotency key only what is missing', async () => {
    const rows = openRows(cluster);
    const gantz = await openGantz({ redisUrl: cluster.url, namespace: rows.namespace, env: {} });
    const keyed = async () => await gantz.call('cache_set_many', { entries }, { idempotencyKey: 'many' });
    // Not the node of the claim: when that is full, nothing is stored.
    const claim = idempotencyKeyOf({ key: (space, name) => keyOf(rows.namespace, space, name) }, 'many');
    const first = await cluster.ownerOf(slotOf(claim));
    const full = cluster.masters.find((node) => node !== first);
    assert.ok(full);
    await full.plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
    const failure: unknown = await keyed().catch((error: unknown) => error);
    await full.plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    assert.ok(failure instanceof GantzError);
    assert.equal(failure.outcome, 'unknown');
    const stored = Object.keys((await rows.call('cache_get_many', { keys: KEYS })).values);
    for (const key of stored) await rows.call('cache_set', { key, value: 'newer' });
    assert.equal((await keyed()).stored, 30);
    const expected = KEYS.map((key) => [key, stored.includes(key) ? 'newer' : key]);
    assert.deepEqual(
      (await rows.call('cache_get_many', { keys: KEYS })).values,
      Object.fromEntries(expected),
    );
    await gantz.close();
    await rows.close();
  });

  it('has the outcome none when no node stored a value', async () => {
    const rows = openRows(cluster);
    for (const { plain } of cluster.masters) await plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
    try {
      const failure = await rows.failure('cache_set_many', { entries }, 'REDIS_UNAVAILABLE');
      assert.equal(failure.outcome, 'none');
      assert.equal((await rows.call('cache_get_many', { keys: KEYS })).missing.length, 30);
    } finally {
      for (const { plain } of cluster.masters) await plain.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    }
    await rows.close();
  });

  it('has the outcome unknown when a node stops replying', async () => {
    const rows = openRows(cluster);
    await rows.call('cache_set_many', { entries });
    const [silent] = cluster.masters;
    assert.ok(silent);
    silent.pause();
    try {
      const deadline = new Deadline({ budgetMs: 500 });
      const failure = await rows.failure('cache_set_many', { entries }, 'TIMEOUT', { deadline });
      assert.equal(failure.outcome, 'unknown');
    } finally {
      silent.resume();
    }
    await rows.close();
  });
});
