import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { slotOf } from '../../lib/redis/slot.ts';
import { startCluster } from '../helpers/redis-cluster.ts';
import { startSentinels, type SentinelGroup } from '../helpers/redis-sentinel.ts';
import type { PlainClient } from '../helpers/redis-server.ts';
import { openRows } from '../helpers/rows.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';
import { startCaller } from '../soak/caller.ts';
import { reconcile, type Entry, type Store } from '../soak/ledger.ts';

/** Calls with both programs while `disturb` runs, and returns all answers. */
async function callDuring(url: string, disturb: () => Promise<void>): Promise<Entry[]> {
  const callers = PROGRAMS.map(({ path: program }, index) =>
    startCaller({ name: `p${index}`, program, url, rate: 200 }),
  );
  await waitFor(() => callers.every(({ entries }) => entries.length > 100), { what: 'the first answers' });
  await disturb();
  const counts = callers.map(({ entries }) => entries.length);
  await waitFor(
    () =>
      callers.every(({ entries }, index) =>
        entries.slice(counts[index]).some(({ outcome }) => outcome === 'success'),
      ),
    { what: 'acknowledged writes afterwards' },
  );
  await Promise.all(callers.map((caller) => caller.stop()));
  return callers.flatMap(({ entries }) => entries);
}

/** Reads keys with the client that `clientOf` returns for them. */
function storeOf(clientOf: (key: string) => Promise<PlainClient>): Store {
  return {
    get: async (key) => (await clientOf(key)).get(key),
    list: async (key) => (await clientOf(key)).lRange(key, 0, -1),
    hash: async (key) => (await clientOf(key)).hGetAll(key),
    set: async (key) => (await clientOf(key)).sMembers(key),
  };
}

describe('a load of every writing tool while slots move', () => {
  it('loses nothing, and every call is answered with success', async () => {
    const cluster = await startCluster();
    try {
      const entries = await callDuring(cluster.url, async () => {
        // One node takes all slots, as when it joined the cluster.
        const [, to] = cluster.masters;
        assert.ok(to);
        for (let name = 0; name < 40; name++) {
          for (const space of ['list', 'hash', 'set']) {
            const slot = slotOf(`soak:${space}:p${name % 2}-${name}`);
            if ((await cluster.ownerOf(slot)) !== to) await cluster.moveSlot(slot, to);
          }
        }
      });
      const failed = entries.filter(({ outcome }) => outcome !== 'success');
      assert.deepEqual(failed, []);
      const store = storeOf(async (key) => (await cluster.ownerOf(slotOf(key))).plain);
      assert.deepEqual(await reconcile(entries, [], store), []);
    } finally {
      await cluster.stop();
    }
  });
});

describe('a load of every writing tool while Sentinels change the master', () => {
  let group: SentinelGroup | undefined;
  before(async () => void (group = await startSentinels()));
  after(async () => await group?.stop());

  it('goes on in the same processes, and loses only what the new master did not have', async () => {
    const sentinels = group;
    assert.ok(sentinels);
    let failedOverAt = 0;
    const entries = await callDuring(sentinels.url, async () => {
      failedOverAt = Date.now();
      await sentinels.failOver();
    });
    const plain = await (await sentinels.master()).client();
    // The former master accepts writes until it is a replica. They are lost.
    const during = { at: failedOverAt, serves: () => true };
    const differences = await reconcile(
      entries,
      [during],
      storeOf(() => Promise.resolve(plain)),
    );
    assert.deepEqual(
      differences.filter(({ explained }) => !explained),
      [],
    );
    const rows = openRows(sentinels, 'soak');
    assert.equal((await rows.call('cache_keys', { limit: 1 })).keys.length >= 1, true);
    await rows.close();
  });
});
