import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import { explainRedisError, firstWord, isReply } from '../errors.ts';
import type { RedisOptions } from '../options.ts';
import { showAddress } from '../schemes/url-parts.ts';
import type { Address, ClusterTarget } from '../target.ts';
import { parseRedirection, parseSlots } from './cluster-slots.ts';
import { fixedLocator } from './locator.ts';
import type { ServerConnection } from './server-connection.ts';
import { createConnections, RETRY_MS, type ServerConnections } from './server-connections.ts';

/** How long one node may take to accept a connection or to reply with the slots, in milliseconds. */
const NODE_MS = 2000;
const PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 200;
/** The part of the deadline that is kept for the answer of a call that gave up, in milliseconds. */
const RESERVE_MS = 100;

/** A connection to send a command to. `asking` means that ASKING must come directly before the command. */
export type Route = { connection: ServerConnection; asking: boolean };

/** An attempt to run a command that ended with an error reply. */
type Attempt = {
  slot: number;
  from: ServerConnection;
  /** The number of attempts so far. */
  count: number;
  /** The start of the first attempt, a reading of `performance.now()`. */
  startedAt: number;
  deadline: Deadline;
  /** Called when the reply is not the answer, before anything else is awaited. */
  detach: () => void;
};

/**
 * The connections to the masters of a Redis Cluster. A slot is served by the node that CLUSTER SLOTS or a MOVED reply
 * named last (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
 */
export class Cluster {
  readonly #target: ClusterTarget;
  readonly #mode: RedisOptions['mode'];
  readonly #patienceMs: number;
  readonly #nodes = new Map<string, ServerConnections>();
  /** The node of each slot. */
  #owners: (string | undefined)[] = [];
  #refreshing: Promise<void> | undefined;
  #closed = false;

  constructor(target: ClusterTarget, mode: RedisOptions['mode']) {
    this.#target = target;
    this.#mode = mode;
    this.#patienceMs = mode === 'long-lived' ? RETRY_MS : 0;
  }

  /** Returns the connection for a slot when it can be used now. */
  ready(slot: number): ServerConnection | undefined {
    const owner = this.#owners[slot];
    return owner === undefined ? undefined : this.#nodes.get(owner)?.sharedIfReady();
  }

  /**
   * Resolves to a connection to the node that serves a slot, or to any master when `slot` is undefined. When a node cannot
   * be reached, the other nodes are asked which one has taken its place. Rejects with a GantzError.
   */
  async open(slot: number | undefined, deadline: Deadline): Promise<ServerConnection> {
    const giveUpAt = performance.now() + this.#patienceMs;
    const failures = new Map<string | undefined, unknown>();
    for (;;) {
      let owner: string | undefined;
      let node: ServerConnections | undefined;
      try {
        if (this.#owners.length === 0 || failures.size > 0 || this.#wasLost(slot))
          await this.#refresh(deadline);
        owner = slot === undefined ? this.#anyMaster(failures) : this.#owners[slot];
        node = owner === undefined ? undefined : this.#nodes.get(owner);
        if (failures.has(owner) && performance.now() >= giveUpAt) throw failures.get(owner);
        if (owner === undefined) throw notServed(this.#target);
        return await this.#shared(owner, deadline);
      } catch (error) {
        if (!this.#mayRetry(error) || deadline.remainingMs() === 0) throw error;
        // A node that was forgotten meanwhile has been replaced by another one, which gets its own attempt.
        const isReplaced = owner !== undefined && this.#nodes.get(owner) !== node;
        if (failures.has(owner) && !isReplaced) {
          if (performance.now() >= giveUpAt) throw error;
          await sleep(PAUSE_MS);
        }
        failures.set(owner, error);
      }
    }
  }

  /**
   * Resolves to where a command goes after an error reply, and to undefined when the reply is the answer. Waits before
   * replies that a later attempt may not get: TRYAGAIN until the deadline, the others as long as for a restart.
   */
  async reroute(
    error: unknown,
    { slot, from, count, startedAt, deadline, detach }: Attempt,
  ): Promise<Route | undefined> {
    if (!isReply(error)) return undefined;
    const redirection = parseRedirection(error.message, from.host);
    const pauseMs = Math.min(LONGEST_PAUSE_MS, PAUSE_MS * count);
    const timeLeft = deadline.remainingMs() - pauseMs - RESERVE_MS;
    if (redirection) {
      detach();
      // A few redirections are normal while slots move. Many mean that the nodes do not agree yet.
      if (count > 4) await sleep(Math.max(0, Math.min(pauseMs, timeLeft)));
      if (timeLeft <= 0 && count > 4) throw notSettled(this.#target, error);
      const name = this.#remember(redirection.address);
      if (redirection.kind === 'ASK') return { connection: await this.#shared(name, deadline), asking: true };
      this.#owners[slot] = name;
      if (this.#mode === 'long-lived') void this.#refresh(deadline).catch(() => undefined);
      return { connection: await this.open(slot, deadline), asking: false };
    }
    const patienceMs = PATIENCE_MS[firstWord(error.message)];
    if (patienceMs === undefined || timeLeft <= 0 || performance.now() - startedAt > patienceMs)
      return undefined;
    detach();
    await sleep(pauseMs);
    await this.#refresh(deadline, from);
    return { connection: await this.open(slot, deadline), asking: false };
  }

  /** Resolves to a connection to each master, in the order of their addresses. Rejects when one cannot be reached. */
  async masters(deadline: Deadline): Promise<ServerConnection[]> {
    await this.#refresh(deadline);
    const names = [...new Set(this.#owners)].filter((name) => name !== undefined).sort();
    return await Promise.all(names.map((name) => this.#shared(name, deadline)));
  }

  /** Closes the connections to all nodes and opens no other. */
  close(): void {
    this.#closed = true;
    for (const node of this.#nodes.values()) node.close();
  }

  /** Closes the connections to all nodes. */
  closeShared(): void {
    for (const node of this.#nodes.values()) node.closeShared();
  }

  /** Loads the slots from the first node that replies, or joins the attempt that is running. */
  #refresh(deadline: Deadline, last?: ServerConnection): Promise<void> {
    return (this.#refreshing ??= this.#loadSlots(deadline, last).finally(
      () => (this.#refreshing = undefined),
    ));
  }

  async #loadSlots(deadline: Deadline, last?: ServerConnection): Promise<void> {
    let failure: unknown;
    for (const name of this.#candidates(last)) {
      if (this.#closed) throw closedError();
      try {
        const connection = await this.#shared(name, deadline);
        const ranges = parseSlots(await slotsFrom(connection), connection.host);
        const owners = new Array<string | undefined>(16_384).fill(undefined);
        for (const { from, to, master } of ranges) owners.fill(this.#remember(master), from, to + 1);
        this.#owners = owners;
        this.#forgetUnused();
        return;
      } catch (error) {
        failure = explainRedisError(error, {
          where: this.#target.display,
          sent: false,
          readOnly: true,
        });
        if (isNotACluster(error)) throw notACluster(this.#target);
        if (!this.#mayRetry(failure)) throw failure;
      }
    }
    throw failure;
  }

  /**
   * Returns the nodes to load the slots from: connected ones, then other masters, then those of the URL. The node of `last`
   * comes last: it may be cut off from the others.
   */
  #candidates(last: ServerConnection | undefined): Set<string> {
    const known = [...this.#nodes].map(([name, node]) => ({ name, connection: node.sharedIfReady() }));
    const connected = known.filter(({ connection }) => connection && connection !== last);
    const other = known.filter(({ connection }) => connection !== last);
    const seeds = this.#target.nodes.map((address) => this.#remember(address));
    const names = [...connected, ...other].map(({ name }) => name);
    return new Set([
      ...names,
      ...seeds.filter((seed) => this.#nodes.get(seed)?.sharedIfReady() !== last),
      ...seeds,
    ]);
  }

  /** Returns true for an error of one node. Another node, or the same one later, may answer. */
  #mayRetry(error: unknown): boolean {
    if (this.#closed || !(error instanceof GantzError)) return false;
    return error.code === 'REDIS_UNAVAILABLE' && error.retryable;
  }

  /**
   * Returns true when the connection to the node of a slot was lost or given up. A silent node accepts new connections, so only
   * the other nodes show that it was replaced.
   */
  #wasLost(slot: number | undefined): boolean {
    const owner = slot === undefined ? undefined : this.#owners[slot];
    return owner !== undefined && this.#nodes.get(owner)?.wasLost() === true;
  }

  #anyMaster(except: ReadonlyMap<string | undefined, unknown>): string | undefined {
    const names = [...new Set(this.#owners)].filter((name) => name !== undefined);
    const left = names.filter((name) => !except.has(name));
    const connected = left.find((name) => this.#nodes.get(name)?.sharedIfReady());
    return connected ?? left[Math.floor(Math.random() * left.length)] ?? names[0];
  }

  /** Adds a node unless it is there, and returns its name. */
  #remember(address: Address): string {
    const name = showAddress(address);
    if (this.#nodes.has(name)) return name;
    const { tls, username, password, display } = this.#target;
    const locator = fixedLocator({
      kind: 'tcp',
      ...address,
      ...(tls && { tls }),
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      database: 0,
      display,
    });
    const connections = createConnections({
      mode: this.#mode,
      where: `${display} (node ${name})`,
      locator: () => Promise.resolve(locator),
      patienceMs: 0,
      attemptMs: NODE_MS,
    });
    this.#nodes.set(name, connections);
    return name;
  }

  /** Resolves to the connection to a node. Rejects with REDIS_UNAVAILABLE when the node is forgotten meanwhile. */
  async #shared(name: string, deadline: Deadline): Promise<ServerConnection> {
    if (this.#closed) throw closedError();
    const node = this.#nodes.get(name);
    if (!node) throw notServed(this.#target);
    try {
      return await node.shared(deadline);
    } catch (error) {
      // The connections to a forgotten node are closed, which is CANCELLED.
      throw this.#nodes.get(name) === node ? error : notServed(this.#target);
    }
  }

  /** Retires the connections to nodes that serve no slot any more. Calls that wait on one get their reply. */
  #forgetUnused(): void {
    const used = new Set(this.#owners);
    for (const [name, node] of this.#nodes) {
      if (used.has(name)) continue;
      this.#nodes.delete(name);
      node.retire();
    }
  }
}

/** How long a call is repeated after a reply that says that nothing was executed, in milliseconds. */
const PATIENCE_MS: Readonly<Record<string, number>> = {
  TRYAGAIN: Infinity,
  CLUSTERDOWN: RETRY_MS,
  LOADING: RETRY_MS,
  MASTERDOWN: RETRY_MS,
  READONLY: RETRY_MS,
};

async function slotsFrom(connection: ServerConnection): Promise<unknown> {
  const limit = setTimeout(() => connection.destroy(), NODE_MS);
  try {
    return await connection.client.sendCommand(['CLUSTER', 'SLOTS']);
  } catch (error) {
    throw await connection.diagnose(error);
  } finally {
    clearTimeout(limit);
  }
}

/** Returns true when the error, or its cause, is the reply of a server that is not a node of a cluster. */
export function isNotACluster(error: unknown): boolean {
  const reply = error instanceof GantzError ? error.cause : error;
  return isReply(reply) && reply.message.startsWith('ERR This instance has cluster support disabled');
}

/** Returns the failure of a cluster's URL whose server is not a node of a cluster. */
export function notACluster({ display }: ClusterTarget): GantzError {
  return new GantzError('NOT_RUNNABLE', `The server at ${display} is not a cluster`, {
    hint: 'Write redis:// (rediss:// for TLS) in REDIS_URL.',
  });
}

function notServed({ display }: ClusterTarget): GantzError {
  return new GantzError('REDIS_UNAVAILABLE', `No node of the cluster at ${display} serves this key`, {
    hint: 'The cluster may be incomplete (CLUSTER INFO shows it), or a failover is going on: try again in a moment.',
  });
}

function notSettled({ display }: ClusterTarget, cause: unknown): GantzError {
  return new GantzError(
    'REDIS_UNAVAILABLE',
    `The nodes of the cluster at ${display} name each other for this key`,
    {
      hint: 'Slots are moving: try again in a moment.',
      cause,
    },
  );
}

function closedError(): GantzError {
  return new GantzError('CANCELLED', 'The connection to Redis is closed');
}
