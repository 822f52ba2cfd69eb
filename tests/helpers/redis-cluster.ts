import { after, before } from 'node:test';
import { clusterPort } from './free-port.ts';
import { startRedis, type PlainClient, type RedisOptions, type RedisServer } from './redis-server.ts';
import { TLS_ARGS } from './tls-files.ts';
import { waitFor } from './wait.ts';

/** A node of a cluster, and a plain client that is connected to it. */
export type ClusterNode = RedisServer & { readonly port: number; readonly plain: PlainClient };

/** A slot that moves from one master to another. */
type SlotMove = { from: ClusterNode; to: ClusterNode; keys(): Promise<void>; end(): Promise<void> };

/** A running Redis Cluster that only this test uses. */
export type RedisCluster = {
  /** `redis+cluster://…` with all nodes. */
  readonly url: string;
  readonly masters: readonly ClusterNode[];
  readonly replicas: readonly ClusterNode[];
  /** Returns the master that serves a slot now. */
  ownerOf(slot: number): Promise<ClusterNode>;
  /** Begins to move a slot to another master: `keys` moves its keys, and `end` makes the other master its node. */
  beginMove(slot: number, to?: ClusterNode): Promise<SlotMove>;
  /** Moves a slot with all its keys to another master, as `redis-cli --cluster reshard` does. */
  moveSlot(slot: number, to: ClusterNode): Promise<void>;
  /** Ends all nodes and removes their folders. */
  stop(): Promise<void>;
};

export type ClusterOptions = {
  masters?: number;
  /** Replicas of each master. */
  replicas?: number;
  /** Further arguments of each node. */
  args?: readonly string[];
  /** All connections use TLS with client certificates. */
  tls?: boolean;
};

const SLOTS = 16_384;

/** Starts a cluster before the tests of this file or suite, and stops it after them. */
export function useCluster(options: ClusterOptions = {}): RedisCluster {
  let running: RedisCluster | undefined;
  const cluster = (): RedisCluster => {
    if (!running) throw new Error('The cluster of useCluster runs only while tests run');
    return running;
  };
  before(async () => {
    running = await startCluster(options);
  });
  after(async () => await running?.stop());
  return {
    get url() {
      return cluster().url;
    },
    get masters() {
      return cluster().masters;
    },
    get replicas() {
      return cluster().replicas;
    },
    ownerOf: (slot) => cluster().ownerOf(slot),
    beginMove: (slot, to) => cluster().beginMove(slot, to),
    moveSlot: (slot, to) => cluster().moveSlot(slot, to),
    stop: () => cluster().stop(),
  };
}

/** Starts a cluster that the caller stops. Resolves when every node serves requests and every replica is in step. */
export async function startCluster({
  masters: masterCount = 3,
  replicas: replicaCount = 0,
  args = [],
  tls = false,
}: ClusterOptions = {}): Promise<RedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: masterCount * (1 + replicaCount) }, () => startNode(args, tls)),
  );
  const masters = nodes.slice(0, masterCount);
  const replicas = nodes.slice(masterCount);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await form(masters, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  async function ownerOf(slot: number): Promise<ClusterNode> {
    for (const node of nodes) {
      if ((await slotsServedBy(node)).some(([from, to]) => slot >= from && slot <= to)) return node;
    }
    throw new Error(`no node serves slot ${slot}`);
  }
  async function beginMove(slot: number, target?: ClusterNode): Promise<SlotMove> {
    const from = await ownerOf(slot);
    const to = target ?? masters.find((node) => node !== from);
    if (!to) throw new Error('the cluster has one master');
    const [fromId, toId] = await Promise.all([idOf(from), idOf(to)]);
    await to.plain.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', fromId]);
    await from.plain.sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', toId]);
    return {
      from,
      to,
      keys: () => moveKeys(slot, from, to),
      async end() {
        for (const node of [to, from, ...masters.filter((one) => one !== to && one !== from)])
          await node.plain
            .sendCommand(['CLUSTER', 'SETSLOT', String(slot), 'NODE', toId])
            .catch(() => undefined);
        // Moves that follow each other faster than the nodes exchange their states can leave a slot without a node.
        await waitFor(
          async () =>
            (await Promise.all(masters.map(nodesOf))).every((text) => ownerIn(text, slot)?.includes(toId)),
          { what: `all nodes to name the new node of slot ${slot}` },
        );
      },
    };
  }
  return {
    url: `${tls ? 'rediss' : 'redis'}+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    masters,
    replicas,
    ownerOf,
    beginMove,
    async moveSlot(slot, to) {
      const move = await beginMove(slot, to);
      await move.keys();
      await move.end();
    },
    stop,
  };
}

/** Moves the keys of a slot that is marked as migrating. */
async function moveKeys(slot: number, from: ClusterNode, to: ClusterNode): Promise<void> {
  for (;;) {
    const keys = await from.plain.sendCommand<string[]>(['CLUSTER', 'GETKEYSINSLOT', String(slot), '100']);
    if (keys.length === 0) return;
    await from.plain.sendCommand([
      ...['MIGRATE', '127.0.0.1', String(to.port), '', '0', '10000', 'KEYS', ...keys],
    ]);
  }
}

/** Returns the id of a node in its cluster. */
async function idOf(node: ClusterNode): Promise<string> {
  return await node.plain.sendCommand<string>(['CLUSTER', 'MYID']);
}

async function startNode(args: readonly string[], tls: boolean): Promise<ClusterNode> {
  const port = await clusterPort();
  const options: RedisOptions = {
    ...(!tls && { port }),
    args: [
      ...(tls ? ['--tls-port', String(port), '--tls-cluster', 'yes', '--tls-replication', 'yes'] : []),
      ...(tls ? [...TLS_ARGS, '--bind', '127.0.0.1'] : []),
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '1000',
      '--repl-diskless-sync-delay',
      '0',
      ...args,
    ],
  };
  const server = await startRedis(options);
  let plain = await server.client();
  return {
    ...server,
    port,
    get pid() {
      return server.pid;
    },
    get plain() {
      return plain;
    },
    async restart() {
      await server.restart();
      plain = await server.client();
    },
  };
}

async function form(masters: readonly ClusterNode[], replicas: readonly ClusterNode[]): Promise<void> {
  const nodes = [...masters, ...replicas];
  await Promise.all(
    masters.map(async ({ plain }, index) => {
      const first = Math.floor((SLOTS * index) / masters.length);
      const end = Math.floor((SLOTS * (index + 1)) / masters.length);
      const slots = Array.from({ length: end - first }, (_, at) => String(first + at));
      await plain.sendCommand(['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)]);
      await plain.sendCommand(['CLUSTER', 'ADDSLOTS', ...slots]);
    }),
  );
  const [first] = masters;
  await waitFor(
    async () => {
      // A handshake may fail, so it is begun again.
      for (const { port } of nodes)
        await first?.plain.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(port)]);
      return (await Promise.all(nodes.map(nodesOf))).every(
        (text) => knownNodes(text).length === nodes.length,
      );
    },
    { what: 'every node to know every other' },
  );
  const ids = await Promise.all(masters.map(idOf));
  await Promise.all(
    replicas.map(async ({ plain }, index) => {
      await plain.sendCommand(['CLUSTER', 'REPLICATE', ids[index % masters.length] ?? '']);
    }),
  );
  await waitFor(
    async () =>
      (await Promise.all(nodes.map(isReady))).every(Boolean) &&
      (await Promise.all(replicas.map(isInStep))).every(Boolean),
    { what: 'the cluster to be complete' },
  );
}

async function isReady({ plain }: ClusterNode): Promise<boolean> {
  const text = await plain.sendCommand<string>(['CLUSTER', 'INFO']);
  return /^cluster_state:ok/m.test(text) && /^cluster_slots_ok:16384/m.test(text);
}

async function isInStep({ plain }: ClusterNode): Promise<boolean> {
  return /^master_link_status:up/m.test(await plain.info('replication'));
}

async function nodesOf({ plain }: ClusterNode): Promise<string> {
  return await plain.sendCommand<string>(['CLUSTER', 'NODES']);
}

function knownNodes(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !/handshake|noaddr/.test(line));
}

/** Returns the ranges of slots that a node serves; none when it is a replica or does not reply. */
export async function slotsServedBy(node: ClusterNode): Promise<[from: number, to: number][]> {
  return ownSlots(await nodesOf(node).catch(() => ''));
}

function ownSlots(text: string): [from: number, to: number][] {
  return slotsOf(text.split('\n').find((line) => line.includes('myself,master')) ?? '');
}

/** Returns the line of the node that serves a slot. */
function ownerIn(text: string, slot: number): string | undefined {
  return text.split('\n').find((line) => slotsOf(line).some(([from, to]) => slot >= from && slot <= to));
}

function slotsOf(line: string): [from: number, to: number][] {
  return line
    .split(' ')
    .slice(8)
    .filter((slot) => /^\d+(-\d+)?$/.test(slot))
    .map((slot) => {
      const [from = 0, to = from] = slot.split('-').map(Number);
      return [from, to];
    });
}
