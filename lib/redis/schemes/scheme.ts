import type { Environment } from '../../contract/process.ts';
import type { RedisOptions } from '../options.ts';
import type { Binding, Servers } from '../connection/servers.ts';
import type { Target } from '../target.ts';

/** One kind of REDIS_URL. */
export type Scheme<T extends Target = Target> = {
  readonly kind: T['kind'];
  /** The words that may stand before the colon, in lower case. */
  readonly names: readonly string[];
  /** An example, for messages. */
  readonly form: string;
  /**
   * Parses a URL that begins with one of the names. `env` holds the REDIS_TLS_* and REDIS_SENTINEL_* variables. Throws
   * NOT_RUNNABLE; the message never repeats the URL, which may contain a password.
   */
  parse(url: string, name: string, env: Environment): T;
  /** Loads what connects to the server or the servers. Nothing is connected before the first command. */
  connect(target: T, options: Pick<RedisOptions, 'env' | 'mode' | 'notice'>): Promise<Connect>;
};

/** Returns how the commands of calls reach their servers. */
export type Connect = (binding: Binding) => Servers;
