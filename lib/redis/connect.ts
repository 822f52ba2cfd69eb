import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from '../deadline.ts';
import { GantzError } from '../errors.ts';
import type { ClientOptions } from './client.ts';
import { explainRedisError } from './errors.ts';
import { Link } from './link.ts';
import type { RedisOptions } from './redis-options.ts';
import type { Target } from './url.ts';

/** Gives connections to one Redis: the shared one, and more where a call needs one of its own. */
export type Connect = {
  /** The shared connection when it is there now. */
  ready(): Link | undefined;
  /** The shared connection, made when there is none. Rejects with a GantzError. */
  link(deadline: Deadline): Promise<Link>;
  /** One more connection, not opened yet. */
  another(options: Omit<ClientOptions, 'signal'>): Link;
  /** Closes the shared connection. */
  drop(): void;
  /** Closes the shared connection and makes no other. */
  close(): void;
};

/** How long a call of a long-lived process waits for a server that refuses: long enough for its restart. */
const PATIENCE_MS = 2000;
/** How long a long-lived process waits for one attempt, which several calls may share. */
const ATTEMPT_MS = 5000;
const PING_INTERVAL_MS = 30_000;
const LONGEST_PAUSE_MS = 1000;

/** The connections to `target`. */
export function connectTo({
  target,
  env,
  mode,
  notice,
}: Pick<RedisOptions, 'env' | 'mode' | 'notice'> & { target: Target }): Connect {
  const closing = new AbortController();
  let shared: Link | undefined;
  let attempt: Promise<Link> | undefined;
  let opening: Link | undefined;
  let address: Exclude<Target, { kind: 'embedded' }> | undefined =
    target.kind === 'embedded' ? undefined : target;
  let failures = 0;
  let notBefore = 0;

  /** Where an embedded server listens is looked up once. */
  async function locate(): Promise<Exclude<Target, { kind: 'embedded' }>> {
    if (address) return address;
    const { embeddedPlace, checkPlace } = await import('./embedded/place.ts');
    const place = embeddedPlace(env);
    checkPlace(place);
    return (address = { kind: 'unix', path: place.socketPath, database: 0, display: target.display });
  }

  async function openLink(deadline: Deadline): Promise<Link> {
    const pauseMs = notBefore - performance.now();
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: closing.signal });
    const where = await locate();
    try {
      return await openOnce(where, deadline);
    } catch (error) {
      if (target.kind !== 'embedded') throw error;
      if (codeOf(error) === 'EACCES') {
        const { explainPlaceError } = await import('./embedded/place.ts');
        throw explainPlaceError(error);
      }
      if (!isAbsent(error)) throw error;
      const { ensureServer } = await import('./embedded/server.ts');
      await ensureServer({ env, notice, deadline, signal: closing.signal });
      return await openOnce(where, deadline);
    }
  }

  async function openOnce(where: Exclude<Target, { kind: 'embedded' }>, deadline: Deadline): Promise<Link> {
    closing.signal.throwIfAborted();
    opening = new Link(where, linkOptions(mode, deadline));
    // Connecting alone is bounded by node-redis; the handshake after it is not.
    const limit = mode === 'one-shot' ? undefined : setTimeout(() => opening?.destroy(), ATTEMPT_MS);
    try {
      return await opening.open();
    } finally {
      clearTimeout(limit);
      opening = undefined;
    }
  }

  function share(deadline: Deadline): Promise<Link> {
    attempt ??= openLink(deadline)
      .then(
        (link) => {
          failures = 0;
          notBefore = 0;
          shared = link;
          return link;
        },
        (error: unknown) => {
          const pauseMs = Math.min(LONGEST_PAUSE_MS, 25 * 2 ** failures++);
          if (mode === 'long-lived') notBefore = performance.now() + pauseMs * (0.5 + Math.random() / 2);
          throw error;
        },
      )
      .finally(() => (attempt = undefined));
    return attempt;
  }

  const connect: Connect = {
    ready: () => (shared?.usable ? shared : undefined),
    async link(deadline) {
      const giveUpAt = performance.now() + (mode === 'long-lived' ? PATIENCE_MS : 0);
      for (;;) {
        try {
          return connect.ready() ?? (await share(deadline));
        } catch (error) {
          closing.signal.throwIfAborted();
          const explained = explainRedisError(error, { where: target.display, sent: false, readOnly: true });
          const worthAnother =
            explained instanceof GantzError && explained.code === 'REDIS_UNAVAILABLE' && explained.retryable;
          if (!worthAnother || performance.now() >= giveUpAt) throw explained;
        }
      }
    },
    another(options) {
      if (!address)
        throw new GantzError('INTERNAL', 'A connection of its own was asked for before the shared one');
      return new Link(address, options);
    },
    drop() {
      opening?.destroy();
      shared?.destroy();
      shared = undefined;
    },
    close() {
      closing.abort(new GantzError('CANCELLED', 'The connection to Redis is closed'));
      connect.drop();
    },
  };
  return connect;
}

function linkOptions(mode: RedisOptions['mode'], deadline: Deadline): Omit<ClientOptions, 'signal'> {
  if (mode === 'long-lived') return { connectTimeoutMs: ATTEMPT_MS, pingIntervalMs: PING_INTERVAL_MS };
  const remainingMs = deadline.remainingMs();
  // The idle timeout is the second net below the deadline; the PING keeps it from closing a connection that a call
  // with a longer wait lets rest.
  const socketTimeoutMs = remainingMs + 1000;
  // The deadline comes first, so that what ends such a call does not depend on chance.
  return { connectTimeoutMs: remainingMs + 100, socketTimeoutMs, pingIntervalMs: socketTimeoutMs / 2 };
}

function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ECONNREFUSED';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
