import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCluster } from '@redis/client';
import { slotOf } from '../../lib/redis/slot.ts';
import {
  slotsServedBy,
  startCluster,
  type ClusterNode,
  type RedisCluster,
} from '../helpers/redis-cluster.ts';
import { waitFor } from '../helpers/wait.ts';
import { startCaller } from './caller.ts';
import { reconcile, type Difference, type Entry, type Kill } from './ledger.ts';

// Calls every writing tool from three processes on a cluster of three masters and three replicas, kills a master every
// `--every` seconds, and compares at the end what the callers were told with what Redis holds. With `--settled`, a master
// is killed when its replica has all acknowledged writes; then nothing may be lost. Prints a table, and exits with 1
// when a difference is unexplained.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    every: { type: 'string', default: '120' },
    rate: { type: 'string', default: '100' },
    settled: { type: 'boolean', default: false },
  },
});
const ROOT = join(import.meta.dirname, '../..');
const settled = values.settled;
const endsAt = Date.now() + Number(values.minutes) * 60_000;

const cluster = await startCluster({
  replicas: 1,
  args: settled ? ['--min-replicas-to-write', '1', '--cluster-replica-validity-factor', '0'] : [],
});
const kills: Kill[] = [];
try {
  const programs = [join(ROOT, 'bin/gantz'), join(ROOT, 'bin/gantz'), join(ROOT, 'dist/node/gantz.cjs')];
  const callers = programs.map((program, index) =>
    startCaller({ name: `c${index}`, program, url: cluster.url, rate: Number(values.rate) }),
  );
  while (Date.now() < endsAt) {
    await sleep(Math.min(Number(values.every) * 500, endsAt - Date.now()));
    if (Date.now() + 20_000 > endsAt) break;
    kills.push(await killMaster(cluster));
    console.error(`${new Date().toISOString()} killed master ${kills.length}`);
    await sleep(Math.min(Number(values.every) * 500, Math.max(0, endsAt - Date.now())));
  }
  await Promise.all(callers.map((caller) => caller.stop()));
  const entries = callers.flatMap((caller) => caller.entries);
  const differences = await compare(entries);
  console.log(report(entries, differences));
  if (differences.some(({ explained }) => !explained)) process.exitCode = 1;
} finally {
  await cluster.stop();
}

/** Kills a master with SIGKILL, waits until a replica has taken its place, and starts it again as a replica. */
async function killMaster({ masters, replicas }: RedisCluster): Promise<Kill> {
  const nodes = [...masters, ...replicas];
  const serving: { node: ClusterNode; slots: [number, number][] }[] = [];
  for (const node of nodes) {
    const slots = await slotsServedBy(node);
    if (slots.length > 0) serving.push({ node, slots });
  }
  const victim = serving[kills.length % serving.length];
  if (!victim) throw new Error('no node serves a slot');
  if (settled) await settle(victim.node);
  const at = Date.now();
  await victim.node.kill();
  await waitFor(
    async () => {
      for (const node of nodes)
        if (
          node !== victim.node &&
          (await slotsServedBy(node)).some(([from]) => from === victim.slots[0]?.[0])
        )
          return true;
      return false;
    },
    { what: 'a replica to take over', limitMs: 60_000 },
  );
  await victim.node.restart();
  return {
    at,
    serves: (key) => victim.slots.some(([from, to]) => slotOf(key) >= from && slotOf(key) <= to),
  };
}

/** Stops writes to a master, and waits until its replica has the last one. */
async function settle({ plain }: ClusterNode): Promise<void> {
  await plain.sendCommand(['CLIENT', 'PAUSE', '5000', 'WRITE']);
  await waitFor(
    async () => {
      const text = await plain.info('replication');
      const offset = /^master_repl_offset:(\d+)/m.exec(text)?.[1];
      const replica = /^slave0:.*offset=(\d+)/m.exec(text)?.[1];
      return offset !== undefined && offset === replica;
    },
    { what: 'the replica to have all writes' },
  );
}

async function compare(entries: readonly Entry[]): Promise<Difference[]> {
  const client = createCluster({
    rootNodes: [...cluster.masters, ...cluster.replicas].map(({ port }) => ({
      url: `redis://127.0.0.1:${port}`,
    })),
    RESP: 2,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await reconcile(entries, kills, {
      get: (key) => client.get(key),
      list: (key) => client.lRange(key, 0, -1),
      hash: (key) => client.hGetAll(key),
      set: (key) => client.sMembers(key),
    });
  } finally {
    client.destroy();
  }
}

/** Renders a table with a row for each tool. */
function report(entries: readonly Entry[], differences: readonly Difference[]): string {
  const lines = [
    `${values.minutes} minutes, ${entries.length} calls, ${kills.length} masters killed${settled ? ' when their replicas had all writes' : ''}`,
    '',
    '| tool | calls | acknowledged | none | unknown | lost in a failover | unexplained |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ];
  for (const tool of [...new Set(entries.map((entry) => entry.tool))].sort()) {
    const own = entries.filter((entry) => entry.tool === tool);
    const count = (outcome: string): number => own.filter((entry) => entry.outcome === outcome).length;
    const different = differences.filter(({ entry }) => entry.tool === tool);
    const explained = different.filter((one) => one.explained).length;
    lines.push(
      `| ${[tool, own.length, count('success'), count('none'), count('unknown'), explained, different.length - explained].join(' | ')} |`,
    );
  }
  for (const { kind, what, entry } of differences.filter(({ explained }) => !explained).slice(0, 20))
    lines.push(`${kind}: ${what} ${JSON.stringify(entry)}`);
  return lines.join('\n');
}
