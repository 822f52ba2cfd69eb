import { GantzError } from '../errors.ts';
import type { Calls } from './calls.ts';
import { parseNamespace } from './keys.ts';
import type { Redis } from './redis.ts';
import type { Binding, RedisOptions } from './redis-options.ts';
import { parseRedisUrl } from './url.ts';

/** What a server says of itself. */
export type ServerInfo = {
  server: 'redis' | 'valkey';
  version: string;
  /** The server, without user and password. */
  where: string;
  /** Milliseconds of one PING. */
  roundTripMs: number;
};

/** The way to one Redis; connected when it is first used. */
export type RedisConnection = {
  /** The server, without user and password. */
  readonly where: string;
  /** Runs `work` with a connection until its deadline; every failure is a GantzError with its outcome. */
  use<R>(binding: Binding, work: (redis: Redis) => Promise<R>): Promise<R>;
  /** Which server it is, and how far. */
  info(binding: Binding): Promise<ServerInfo>;
  /** Ends all connections; calls under way fail. Nothing keeps the process alive afterwards. */
  close(): Promise<void>;
};

/** Opens the way to a Redis. A wrong URL or namespace throws at once; nothing is loaded or connected before it is used. */
export function openRedis({ url, namespace, env, mode, notice }: RedisOptions): RedisConnection {
  const target = parseRedisUrl(url);
  const checkedNamespace = parseNamespace(namespace);
  let calls: Calls | undefined;
  let closed = false;

  async function open(): Promise<Calls> {
    const { Calls: Opened } = await import('./calls.ts');
    if (closed) throw new GantzError('CANCELLED', 'The connection to Redis is closed');
    return (calls ??= new Opened({ target, namespace: checkedNamespace, env, mode, notice }));
  }

  async function locate(): Promise<string> {
    if (target.kind !== 'embedded') return target.display;
    const { embeddedPlace } = await import('./embedded/place.ts');
    return `embedded: ${embeddedPlace(env).socketPath}`;
  }

  const connection: RedisConnection = {
    where: target.display,
    use(binding, work) {
      return calls ? calls.use(binding, work) : open().then((opened) => opened.use(binding, work));
    },
    async info(binding) {
      return await connection.use({ ...binding, readOnly: true }, async ({ client }) => {
        const text = await client.info('server');
        const begun = performance.now();
        await client.ping();
        const roundTripMs = Math.round((performance.now() - begun) * 1000) / 1000;
        const valkey = /^valkey_version:(.+?)\r?$/m.exec(text)?.[1];
        const version = valkey ?? /^redis_version:(.+?)\r?$/m.exec(text)?.[1] ?? 'unknown';
        return {
          server: valkey === undefined ? 'redis' : 'valkey',
          version,
          where: await locate(),
          roundTripMs,
        };
      });
    },
    close() {
      closed = true;
      calls?.close();
      return Promise.resolve();
    },
  };
  return connection;
}
