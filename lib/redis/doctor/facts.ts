import type { GantzError } from '../../contract/errors.ts';
import type { EmbeddedStatus } from '../embedded/status.ts';
import type { Info } from '../info.ts';
import type { Target } from '../target.ts';
import type { ToolAccess } from './tool-access.ts';

/** A server or a Sentinel, and what it replied. A field is absent when the node does not reply or the user may not read it. */
export type Node = {
  /** `host:port` or the path of a socket. */
  readonly address: string;
  readonly role: 'master' | 'replica' | 'sentinel';
  /** Why the node cannot be used from here. */
  readonly failure?: GantzError;
  readonly roundTripMs?: number;
  readonly info?: Info;
  /** How far the clock of the server is ahead of the local one, in milliseconds, at least. Negative when it is behind. */
  readonly clockAheadMs?: number;
  /** The setting `save`: when snapshots are written. Empty for never. */
  readonly save?: string;
  /** The fields of CLUSTER INFO. */
  readonly cluster?: ReadonlyMap<string, string>;
  /** Which tools the user may run; only of masters. */
  readonly access?: ToolAccess;
};

/** The embedded server: its state, and the space on the disk of its data, in bytes. */
export type EmbeddedFacts = EmbeddedStatus & { disk_free_bytes: number; data_bytes: number };

/** What the checks use. */
export type Facts = {
  readonly target: Target;
  readonly mode: 'standalone' | 'cluster' | 'sentinel';
  readonly nodes: readonly Node[];
  readonly embedded?: EmbeddedFacts;
};

/** Returns the masters that reply. */
export function mastersOf({ nodes }: Facts): Node[] {
  return nodes.filter(({ role, failure }) => role === 'master' && failure === undefined);
}

/** Returns a field of INFO; undefined when it is not known. */
export function fieldOf({ info }: Node, name: string): string | undefined {
  return info?.fields.get(name);
}
