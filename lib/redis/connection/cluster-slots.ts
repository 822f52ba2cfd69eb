import type { Address } from '../target.ts';

/** A range of slots, both ends included, and the master that serves it. */
export type SlotRange = { from: number; to: number; master: Address };

type NodeReply = [host: string | null, port: number, id: string, ...rest: unknown[]];

/**
 * Parses the reply of CLUSTER SLOTS. A node that does not have an address of its own in the reply has the host that was
 * asked (https://redis.io/docs/latest/commands/cluster-slots/).
 */
export function parseSlots(reply: unknown, askedHost: string): SlotRange[] {
  return (reply as [from: number, to: number, master: NodeReply, ...replicas: NodeReply[]][]).map(
    ([from, to, [host, port]]) => ({
      from,
      to,
      master: { host: host === null || host === '' || host === '?' ? askedHost : host, port },
    }),
  );
}

/** A reply that names another node for a slot. */
export type Redirection = { kind: 'MOVED' | 'ASK'; address: Address };

/** Parses the error reply `MOVED <slot> <host>:<port>` or ASK. Returns undefined for any other reply. */
export function parseRedirection(message: string, askedHost: string): Redirection | undefined {
  const match = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(message);
  if (!match) return undefined;
  const [, kind, host = '', port] = match;
  return {
    kind: kind === 'ASK' ? 'ASK' : 'MOVED',
    address: {
      host: host === '' || host === '?' ? askedHost : host.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port),
    },
  };
}
