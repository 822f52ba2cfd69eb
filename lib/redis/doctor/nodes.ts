import { GantzError } from '../../contract/errors.ts';
import type { Deadline } from '../../contract/deadline.ts';
import type { Client } from '../commands.ts';
import { isNotACluster, notACluster } from '../connection/cluster.ts';
import { parseSlots } from '../connection/cluster-slots.ts';
import { ServerConnection } from '../connection/server-connection.ts';
import { explainRedisError, firstWord, isReply } from '../errors.ts';
import { parseInfo } from '../info.ts';
import { showAddress } from '../schemes/url-parts.ts';
import type { Address, ClusterTarget, SentinelTarget, ServerTarget, TcpTarget } from '../target.ts';
import type { Node } from './facts.ts';
import { readToolAccess } from './tool-access.ts';

/** The most time that one node gets for all its replies, in milliseconds. */
const NODE_MS = 4000;
/** The part of the deadline that is kept for the report, in milliseconds. */
const RESERVE_MS = 500;

/** How the nodes are reached. */
export type Reach = { deadline: Deadline; signal: AbortSignal | undefined; namespace: string };

/** Reads the facts of one server. Never rejects: a node that cannot be used has a `failure`. */
export async function readNode(
  target: ServerTarget,
  role: 'master' | 'replica',
  reach: Reach,
): Promise<Node> {
  const node = { address: addressOf(target), role };
  try {
    return await withConnection(target, reach, async (client) => {
      await unlessDenied(() => client.ping());
      const roundTripMs = await roundTrip(client);
      const clockAheadMs = await clockAhead(client);
      const text = await unlessDenied(() => client.info());
      const info = text === undefined ? undefined : parseInfo(text);
      const saved = await unlessDenied(() => client.sendCommand<string[]>(['CONFIG', 'GET', 'save']));
      const cluster =
        info?.fields.get('cluster_enabled') === '1'
          ? await unlessDenied(() => client.sendCommand<string>(['CLUSTER', 'INFO']))
          : undefined;
      const actual = info?.fields.get('role') === 'slave' ? 'replica' : role;
      const access =
        actual === 'master' && info?.fields.get('loading') !== '1'
          ? await readToolAccess(client, reach.namespace)
          : undefined;
      return {
        ...node,
        role: actual,
        roundTripMs,
        ...(clockAheadMs !== undefined && { clockAheadMs }),
        ...(info && { info }),
        ...(saved?.[1] !== undefined && { save: saved[1] }),
        ...(cluster !== undefined && { cluster: parseInfo(cluster).fields }),
        ...(access && { access }),
      };
    });
  } catch (error) {
    if (error instanceof GantzError) return { ...node, failure: error };
    throw error;
  }
}

/** Returns the servers that Sentinels name, and the Sentinels themselves. */
export async function readSentinels(
  target: SentinelTarget,
  master: TcpTarget,
  reach: Reach,
): Promise<Node[]> {
  const asked = await Promise.all(
    target.sentinels.map(async (sentinel) => {
      const node = { address: showAddress(sentinel), role: 'sentinel' as const };
      try {
        const replicas = await replicasFrom(target, sentinel, reach);
        return { node, replicas };
      } catch (error) {
        if (error instanceof GantzError) return { node: { ...node, failure: error }, replicas: [] };
        throw error;
      }
    }),
  );
  const replicas = new Map(asked.flatMap((one) => one.replicas).map((one) => [showAddress(one), one]));
  replicas.delete(showAddress(master));
  const servers = await Promise.all([
    readNode(master, 'master', reach),
    ...[...replicas.values()].map((address) => readNode({ ...master, ...address }, 'replica', reach)),
  ]);
  return [...servers, ...asked.map(({ node }) => node)];
}

async function replicasFrom(
  { master, tls, sentinelAccess, display }: SentinelTarget,
  sentinel: Address,
  reach: Reach,
): Promise<Address[]> {
  const target: TcpTarget = {
    kind: 'tcp',
    ...sentinel,
    ...sentinelAccess,
    ...(tls && { tls }),
    database: 0,
    display,
  };
  return await withConnection(target, reach, async (client) => {
    const reply = await client.sendCommand<string[][]>(['SENTINEL', 'REPLICAS', master]);
    return reply.map((entry) => ({
      host: entry[entry.indexOf('ip') + 1] ?? '',
      port: Number(entry[entry.indexOf('port') + 1]),
    }));
  });
}

/** Returns all nodes of a cluster. Throws the failure of the last node of the URL when none of them replies. */
export async function readCluster(target: ClusterTarget, reach: Reach): Promise<Node[]> {
  let failure: unknown;
  for (const seed of target.nodes) {
    try {
      const server = { ...target, ...seed, kind: 'tcp', database: 0 } as const;
      const announced = await withConnection(
        server,
        reach,
        async (client) => await announcedBy(client, seed.host),
      );
      return await Promise.all(
        announced.map(async ({ role, isReplaced, ...address }) => {
          const node = await readNode({ ...server, ...address }, role, reach);
          // A replica has taken its place. When it starts again, it becomes a replica.
          return node.failure && isReplaced ? { ...node, role: 'replica' } : node;
        }),
      );
    } catch (error) {
      failure = isNotACluster(error) ? notACluster(target) : error;
    }
  }
  throw failure;
}

/** `isReplaced` is true for a master that serves no slot. */
type Announced = Address & { role: 'master' | 'replica'; isReplaced: boolean };

/** Returns all nodes, or only the masters when the user may not run CLUSTER NODES, which the tools do not need. */
async function announcedBy(client: Client, askedHost: string): Promise<Announced[]> {
  try {
    return parseNodes(await client.sendCommand<string>(['CLUSTER', 'NODES']), askedHost);
  } catch (error) {
    if (!isReply(error) || firstWord(error.message) !== 'NOPERM') throw error;
    const ranges = parseSlots(await client.sendCommand(['CLUSTER', 'SLOTS']), askedHost);
    const masters = new Map(ranges.map(({ master }) => [showAddress(master), master]));
    return [...masters.values()].map((master) => ({ ...master, role: 'master', isReplaced: false }));
  }
}

/** Parses the reply of CLUSTER NODES. A node that has no address of its own in it has the host that was asked. */
function parseNodes(text: string, askedHost: string): Announced[] {
  return text.split('\n').flatMap((line) => {
    const [, address = '', flags = '', , , , , , ...slots] = line.split(' ');
    const [, host = '', port] = /^(.*):(\d+)(?:@|$|,)/.exec(address) ?? [];
    if (port === undefined || /handshake|noaddr/.test(flags)) return [];
    const role = flags.split(',').includes('slave') ? ('replica' as const) : ('master' as const);
    return [
      {
        host: host.replace(/^\[(.*)\]$/, '$1') || askedHost,
        port: Number(port),
        role,
        isReplaced: slots.length === 0,
      },
    ];
  });
}

/** Runs `work` on a connection of its own, for a limited time. Rejects with a GantzError for every failure of the server. */
async function withConnection<T>(
  target: ServerTarget,
  { deadline, signal }: Reach,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const limitMs = Math.max(1, Math.min(NODE_MS, deadline.remainingMs() - RESERVE_MS));
  const tls =
    target.kind === 'tcp' && target.tls && (await (await import('../connection/tls.ts')).loadTls(target.tls));
  const connection = new ServerConnection(target, { connectTimeoutMs: limitMs, ...(tls && { tls }) });
  const late = new AbortController();
  const limit = setTimeout(() => {
    late.abort();
    connection.destroy();
  }, limitMs);
  const abort = (): void => connection.destroy();
  signal?.addEventListener('abort', abort);
  try {
    const { client } = await connection.open();
    return await work(client);
  } catch (error) {
    signal?.throwIfAborted();
    const where = addressOf(target);
    if (late.signal.aborted)
      throw new GantzError(
        'REDIS_UNAVAILABLE',
        `Redis at ${where} does not reply within ${limitMs / 1000} s`,
      );
    throw explainRedisError(connection.causeOf(error), { where, sent: false, readOnly: true });
  } finally {
    clearTimeout(limit);
    signal?.removeEventListener('abort', abort);
    connection.destroy();
  }
}

function addressOf(target: ServerTarget): string {
  return target.kind === 'unix' ? target.path : showAddress(target);
}

async function roundTrip(client: Client): Promise<number> {
  const startedAt = performance.now();
  await unlessDenied(() => client.ping());
  return Math.round((performance.now() - startedAt) * 1000) / 1000;
}

/** Compares the clocks. The time of the round trip is in favour of the server. */
async function clockAhead(client: Client): Promise<number | undefined> {
  const before = Date.now();
  const reply = await unlessDenied(() => client.sendCommand<[string, string]>(['TIME']));
  const after = Date.now();
  if (!reply) return undefined;
  const server = Number(reply[0]) * 1000 + Math.floor(Number(reply[1]) / 1000);
  return server > after ? server - after : server < before ? server - before : 0;
}

/** Resolves to undefined when the server refuses only this command, and to its reply otherwise. */
async function unlessDenied<T>(command: () => Promise<T>): Promise<T | undefined> {
  try {
    return await command();
  } catch (error) {
    if (isReply(error) && firstWord(error.message) !== 'NOAUTH') return undefined;
    throw error;
  }
}
