import { GantzError } from '../contract/errors.ts';
import type { Span } from '../contract/span.ts';
import type { Commands } from './commands.ts';
import type { Calls } from './connection/calls.ts';
import type { Diagnosis } from './doctor/examine.ts';
import { parseNamespace } from './keys.ts';
import type { RedisOptions, UseOptions } from './options.ts';
import type { Redis } from './redis.ts';
import type { Scheme } from './schemes/scheme.ts';
import { parseRedisUrl, SCHEMES } from './url.ts';

/** What `info` returns about a server. */
type ServerInfo = {
  /** `unknown`, as the version, when the server refuses INFO. */
  server: 'redis' | 'valkey' | 'unknown';
  version: string;
  /** The address of the server, without user and password. */
  where: string;
  /** The time of one PING, in milliseconds. */
  roundTripMs: number;
};

type Work<R> = (redis: Redis) => Promise<R>;

/** Access to one Redis. The connection opens at the first command. */
export type RedisHandle = {
  /** The address of the server, without user and password. */
  readonly where: string;
  /** The namespace that was set; undefined when it is the default. */
  readonly namespace: string | undefined;
  /** Runs `work` with a connection until the deadline. Every failure is a GantzError with its outcome. */
  use<R>(options: UseOptions, work: Work<R>): Promise<R>;
  /** Finds out which server it is, and measures the time of one PING. */
  info(options: UseOptions): Promise<ServerInfo>;
  /** Checks the server or the servers, over connections of its own. A server that cannot be reached is the result of a check. */
  examine(options: UseOptions): Promise<Diagnosis>;
  /** Closes all connections. Pending calls fail with CANCELLED. Nothing keeps the process alive afterwards. */
  close(): Promise<void>;
};

/**
 * Returns access to the Redis of a URL. Nothing is loaded or connected before the first use. Throws NOT_RUNNABLE for a
 * wrong URL and USAGE for a wrong namespace.
 */
export function openRedis({ url, namespace, env, mode, notice }: RedisOptions): RedisHandle {
  const target = parseRedisUrl(url, env);
  const checkedNamespace = parseNamespace(namespace);
  let calls: Calls | undefined;
  let closed = false;
  let traced: typeof import('./traced.ts').traced | undefined;

  async function loadCalls(): Promise<Calls> {
    const scheme: Scheme = SCHEMES[target.kind];
    const [{ Calls: Loaded }, servers] = await Promise.all([
      import('./connection/calls.ts'),
      scheme.connect(target, { env, mode, notice }),
    ]);
    if (closed) throw new GantzError('CANCELLED', 'The connection to Redis is closed');
    return (calls ??= new Loaded({
      where: target.display,
      namespace: checkedNamespace,
      env,
      mode,
      servers,
    }));
  }

  /** Returns work whose commands are spans below this one. */
  function inSpan<R>(span: Span, work: Work<R>): Work<R> {
    return async (redis) => {
      traced ??= (await import('./traced.ts')).traced;
      return await work(traced(redis, span, target));
    };
  }

  async function locate(): Promise<string> {
    if (target.kind !== 'embedded') return target.display;
    const { embeddedPaths } = await import('./embedded/paths.ts');
    return `embedded: ${embeddedPaths(env).socketPath}`;
  }

  const handle: RedisHandle = {
    where: target.display,
    namespace: namespace === '' ? undefined : namespace,
    use(options, givenWork) {
      const work = options.span?.isRecorded ? inSpan(options.span, givenWork) : givenWork;
      return calls ? calls.use(options, work) : loadCalls().then((loaded) => loaded.use(options, work));
    },
    async info(options) {
      return await handle.use({ ...options, readOnly: true }, async ({ client }) => {
        const engine = await readEngine(client);
        const startedAt = performance.now();
        await client.ping();
        const roundTripMs = Math.round((performance.now() - startedAt) * 1000) / 1000;
        return { ...engine, where: await locate(), roundTripMs };
      });
    },
    async examine({ deadline, signal }) {
      const { examine } = await import('./doctor/examine.ts');
      const start = (): Promise<unknown> =>
        handle.use({ deadline, signal, readOnly: true }, ({ connect }) => connect());
      return await examine({ target, env, namespace: checkedNamespace, deadline, signal, start });
    },
    close() {
      closed = true;
      calls?.close();
      return Promise.resolve();
    },
  };
  return handle;
}

/** Reads which server it is, and its version. */
async function readEngine(client: Commands): Promise<Pick<ServerInfo, 'server' | 'version'>> {
  let text: string;
  try {
    text = await client.info('server');
  } catch (error) {
    const { isRefused } = await import('./errors.ts');
    if (isRefused(error, 'INFO')) return { server: 'unknown', version: 'unknown' };
    throw error;
  }
  const valkey = /^valkey_version:(.+?)\r?$/m.exec(text)?.[1];
  if (valkey !== undefined) return { server: 'valkey', version: valkey };
  return { server: 'redis', version: /^redis_version:(.+?)\r?$/m.exec(text)?.[1] ?? 'unknown' };
}
