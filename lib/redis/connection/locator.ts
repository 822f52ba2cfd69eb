import type { Deadline } from '../../contract/deadline.ts';
import type { Client } from '../commands.ts';
import type { ServerTarget } from '../target.ts';

/** Finds the server for each new connection. */
export type Locator = {
  /** Resolves to the server to connect to. Rejects with a GantzError when none is known. */
  locate(deadline: Deadline, signal: AbortSignal): Promise<ServerTarget>;
  /**
   * Called with the error of an attempt to connect. Resolves when another attempt may succeed at once; otherwise it
   * rejects with the error to report.
   */
  recover?(error: unknown, deadline: Deadline, signal: AbortSignal): Promise<void>;
  /** Rejects unless the server of a new connection is the one that is looked for. */
  check?(client: Pick<Client, 'sendCommand'>): Promise<void>;
  /** Rejects when another server has taken the place of the one of a connection. Called again and again. */
  recheck?(client: Pick<Client, 'sendCommand'>, connected: ServerTarget, signal: AbortSignal): Promise<void>;
};

/** Returns the locator of a server whose address is known. */
export function fixedLocator(target: ServerTarget): Locator {
  return { locate: () => Promise.resolve(target) };
}
