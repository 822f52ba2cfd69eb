import { ErrorReply, SocketClosedUnexpectedlyError } from '@redis/client/dist/lib/errors.js';
import type { Word } from '../commands.ts';
import type { ServerTarget } from '../target.ts';

// This module exists because of the time of a one-shot call in the executable: node-redis needs node:net, node:stream and
// node:events, which take 1,100 page faults, more than the start of the runtime (Bun). The client that is part of the runtime
// takes 70. It is used only where its replies and failures are those of node-redis; bun-server.ts uses node-redis for all else.

/** The part of Bun's `RedisClient` that this module uses. Its method `connect` hides why connecting failed. */
type Native = {
  onconnect: (() => void) | null;
  /** Rejects with an error whose `code` begins with `ERR_REDIS_`. */
  send(command: string, args: readonly Word[]): Promise<unknown>;
  /** Rejects what is pending. */
  close(): void;
};

type NativeOptions = { autoReconnect: false; enableOfflineQueue: true; connectionTimeout: number };

const { Bun } = globalThis as {
  Bun?: { RedisClient: new (url: string, options: NativeOptions) => Native };
};

/** Returns true when the runtime is Bun and its client connects to this server as node-redis does. */
export function bunReaches(target: ServerTarget): boolean {
  return Bun !== undefined && urlOf(target) !== undefined;
}

/** One connection of Bun's client. It connects when it is made. A lost connection is not replaced. */
export class BunClient {
  /** True when the server has answered the handshake. Before this, no command has been sent, whatever failed. */
  isConnected = false;
  isLost = false;
  readonly #native: Native;
  readonly #selected: Promise<unknown> | undefined;

  /** `connected` is called before the first command is sent. Throws for a target that `bunReaches` refuses. */
  constructor(target: ServerTarget, { timeoutMs, connected }: { timeoutMs: number; connected: () => void }) {
    const url = urlOf(target);
    if (!Bun || url === undefined) throw new Error(`Bun cannot connect to ${target.display}`);
    this.#native = new Bun.RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: true,
      connectionTimeout: Math.max(1, Math.ceil(timeoutMs)),
    });
    this.#native.onconnect = () => {
      this.isConnected = true;
      connected();
    };
    // Bun asks for RESP3, whose maps lose the order of the fields of a hash.
    this.#send(['HELLO', '2']).catch(() => undefined);
    // With the database in the URL, Bun sends the queued commands before it has the reply to SELECT.
    if (target.database !== 0) {
      this.#selected = this.#send(['SELECT', String(target.database)]);
      this.#selected.catch(() => undefined);
    }
  }

  /** Sends the words of a command. Rejects with the errors of node-redis. */
  async send(words: readonly Word[]): Promise<unknown> {
    if (this.#selected) await this.#selected;
    return await this.#send(words);
  }

  /** Closes the connection. Pending commands fail. */
  close(): void {
    this.isLost = true;
    this.#native.close();
  }

  async #send([command = '', ...args]: readonly Word[]): Promise<unknown> {
    try {
      return await this.#native.send(String(command), args);
    } catch (error) {
      const { code, message } = error as Error & { code?: string };
      if (code === 'ERR_REDIS_SERVER_ERROR') throw new ErrorReply(message, { cause: error });
      this.isLost = true;
      throw Object.assign(new SocketClosedUnexpectedlyError(), { cause: error });
    }
  }
}

/** Returns the URL for Bun, or undefined when it would not connect to the same server in the same way. */
function urlOf(target: ServerTarget): string | undefined {
  const { username = '', password = '' } = target;
  const credentials =
    username + password === '' ? '' : `${encodeURIComponent(username)}:${encodeURIComponent(password)}@`;
  if (username !== '' && password === '') return undefined;
  if (target.kind === 'unix') {
    // Bun takes no credentials for a socket, and does not decode its path.
    return credentials === '' && /^[\w./-]+$/.test(target.path) ? `redis+unix://${target.path}` : undefined;
  }
  // TLS needs the checks of tls.ts, and node:crypto for them.
  if (target.tls || !/^[\w.:-]+$/.test(target.host)) return undefined;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `redis://${credentials}${host}:${target.port}`;
}
