import { GantzError } from '../contract/errors.ts';
import type { Commands } from './commands.ts';
import { isRefused, slotsMove } from './errors.ts';
import type { Redis } from './redis.ts';

/** The servers that a listing scans. */
export type ScanOrigin = {
  clients: readonly Commands[];
  /**
   * Changes when a cursor of these servers is worthless: when a server was restarted or replaced, because each process
   * orders its keys by a random seed, and when slots of a cluster moved.
   */
  id: string;
  /** True when keys can move between the servers while they are scanned. `id` must then be the same after a page. */
  mayMove: boolean;
};

/**
 * Finds the servers that hold the keys of a listing: with `near`, only the one that serves this key. Throws NOT_RUNNABLE
 * when REDIS_URL names a single node of a cluster, which would list a part of the keys, and CONFLICT while slots move.
 */
export async function findOrigin(redis: Redis, near?: string): Promise<ScanOrigin> {
  const { isCluster, clients } = await redis.masters(near);
  const servers = await Promise.all(clients.map(readServer));
  if (!isCluster) {
    if (servers[0]?.isNode) throw nodeOfCluster();
    return { clients, id: servers[0]?.runId ?? '', mayMove: false };
  }
  // A key of one slot has one node. Slots that move do not matter unless this node changes.
  if (near !== undefined) return { clients, id: servers[0]?.runId ?? '', mayMove: true };
  const slots = await Promise.all(clients.map(readSlots));
  const { createHash } = await import('node:crypto');
  const id = createHash('sha256')
    .update(JSON.stringify([servers, slots]))
    .digest('hex')
    .slice(0, ID_LENGTH);
  return { clients, id, mayMove: true };
}

/** The number of hexadecimal digits of an id. */
const ID_LENGTH = 12;

/** Reads the id of the server's process. Both are unknown when the server refuses INFO. */
async function readServer(client: Commands): Promise<{ runId: string; isNode: boolean }> {
  try {
    const text = await client.info('server');
    return {
      runId: /^run_id:([0-9a-f]+)/m.exec(text)?.[1]?.slice(0, ID_LENGTH) ?? '',
      // Valkey 9 has the new name.
      isNode: /^(?:redis|server)_mode:cluster/m.test(text),
    };
  } catch (error) {
    if (isRefused(error, 'INFO')) return { runId: '', isNode: false };
    throw error;
  }
}

/** Returns the id and the slots of a node of a cluster. Throws CONFLICT while it gives slots away or takes some. */
async function readSlots(client: Commands): Promise<string[]> {
  const text = await client.sendCommand<string>(['CLUSTER', 'NODES']);
  const own = text.split('\n').find((line) => / (?:\w+,)*myself[ ,]/.test(line)) ?? '';
  const [id = '', , , , , , , , ...slots] = own.split(' ');
  if (slots.some((slot) => slot.startsWith('['))) throw slotsMove();
  return [id, ...slots];
}

function nodeOfCluster(): GantzError {
  return new GantzError(
    'NOT_RUNNABLE',
    'The server is a node of a cluster, and lists only a part of the keys',
    {
      hint: 'Write redis+cluster:// in REDIS_URL (rediss+cluster:// for TLS), with one or more nodes of the cluster.',
    },
  );
}
