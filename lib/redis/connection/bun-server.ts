import type { Commands, Word } from '../commands.ts';
import { isLoading } from '../errors.ts';
import type { Redis } from '../redis.ts';
import { runScript } from '../scripts.ts';
import { BunClient, bunReaches } from './bun-client.ts';
import type { Locator } from './locator.ts';
import { attach, detach, type CallConnection, type PendingCall } from './pending-call.ts';
import type { Binding, Servers } from './servers.ts';

type BunServerOptions = {
  /** Finds the server. */
  locator: () => Promise<Locator>;
  binding: Binding;
  /** Loads the same server over node-redis. */
  overNodeRedis: () => Promise<Servers>;
};

type Connection = CallConnection & { readonly client: BunClient };

/**
 * Sends the calls of a one-shot process to one server over the client of the runtime. node-redis takes over when that client
 * cannot connect, so that a failure has its right name; for subscriptions; and while the server loads its data.
 */
export function bunServer({ locator, binding, overNodeRedis }: BunServerOptions): Servers {
  const closing = new AbortController();
  /** The calls that have sent commands before the connection was ready. */
  const early = new Set<PendingCall>();
  let opening: Promise<Connection | undefined> | undefined;
  let opened: Connection | undefined;
  let loading: Promise<Servers> | undefined;
  let others: Servers | undefined;

  async function open(call: PendingCall): Promise<Connection | undefined> {
    const target = await (await locator()).locate(call.deadline, closing.signal);
    closing.signal.throwIfAborted();
    if (!bunReaches(target)) return undefined;
    const connected = (): void => {
      for (const each of early) if (!each.ended && opened) attach(each, opened);
      early.clear();
    };
    // The deadline ends the call. This timeout is longer, so that the failure of a late call is always TIMEOUT.
    const timeoutMs = call.deadline.remainingMs() + 100;
    return (opened = connectionOf(new BunClient(target, { timeoutMs, connected })));
  }

  async function loadOthers(): Promise<Servers> {
    others = await (loading ??= overNodeRedis());
    if (closing.signal.aborted) others.close();
    return others;
  }

  function bind(call: PendingCall): Redis {
    let other: Redis | undefined;
    const takeOver = async (): Promise<Redis> => (other ??= (await loadOthers()).bind(call));

    async function send(words: readonly Word[]): Promise<unknown> {
      const connection = others ? undefined : await (opening ??= open(call));
      const isAttached = connection !== undefined && call.connection === connection;
      if (!connection || (connection.client.isLost && !isAttached))
        return await (await takeOver()).client.sendCommand(words);
      if (connection.client.isConnected) attach(call, connection);
      else early.add(call);
      try {
        return await connection.client.send(words);
      } catch (error) {
        if (call.ended || (connection.client.isConnected && !isLoading(error))) throw error;
        // The server has not executed the command.
        return await (await takeOver()).client.sendCommand(words);
      }
    }

    const client = commandsOver(send);
    return {
      client,
      key: binding.key,
      run: (script, keys, args) => runScript(client, script, keys, args),
      write: async (words, options) => {
        const reply = await send(words);
        return options?.answer ?? reply;
      },
      newId: () => crypto.randomUUID(),
      connect: async () => (await takeOver()).connect(),
      masters: () => Promise.resolve({ isCluster: false, clients: [client] }),
      isCluster: false,
      nothingChanged: () => {
        if (other) other.nothingChanged();
        else detach(call);
      },
      mayRepeat: (error) => binding.mayRepeat(call, error),
      enterLine: (line) => binding.enterLine(call, line),
      ignoreAbort: () => (call.signal = undefined),
      dedicated: async (near) => (await takeOver()).dedicated(near),
    };
  }

  function closeShared(): void {
    opened?.client.close();
    opened = undefined;
    opening = undefined;
    others?.closeShared();
  }

  return {
    bind: (call) => others?.bind(call) ?? bind(call),
    patienceMs: (error) => others?.patienceMs(error) ?? 0,
    home: async (near, deadline) => (await loadOthers()).home(near, deadline),
    closeShared,
    close() {
      closing.abort();
      closeShared();
      others?.close();
    },
  };
}

function connectionOf(client: BunClient): Connection {
  return {
    client,
    answeredCalls: 0,
    addCall: () => undefined,
    removeCall: () => undefined,
    retire: () => void (client.isLost = true),
    causeOf: (error) => error,
    // Without TLS, and with a reply to the handshake, there is no other cause to find.
    mayHaveRefusedTransport: () => false,
    diagnose: (error) => Promise.resolve(error),
  };
}

type ScanOptions = { MATCH?: Word; COUNT?: number; TYPE?: Word };

/** Returns the commands of node-redis over a function that sends the words of one command. */
function commandsOver(send: (words: readonly Word[]) => Promise<unknown>): Commands {
  const commands = {
    sendCommand: (words: readonly Word[]) => send(words),
    exists: (key: Word) => send(['EXISTS', key]),
    get: (key: Word) => send(['GET', key]),
    hGet: (key: Word, field: Word) => send(['HGET', key, field]),
    info: (section?: Word) => send(section === undefined ? ['INFO'] : ['INFO', section]),
    lLen: (key: Word) => send(['LLEN', key]),
    lRange: (key: Word, start: number, stop: number) => send(['LRANGE', key, String(start), String(stop)]),
    pTTL: (key: Word) => send(['PTTL', key]),
    ping: () => send(['PING']),
    sIsMember: (key: Word, member: Word) => send(['SISMEMBER', key, member]),
    async sScan(key: Word, cursor: Word, options?: ScanOptions) {
      const [next, members] = (await send(['SSCAN', key, cursor, ...scanWords(options)])) as [
        string,
        string[],
      ];
      return { cursor: next, members };
    },
    async scan(cursor: Word, options?: ScanOptions) {
      const [next, keys] = (await send(['SCAN', cursor, ...scanWords(options)])) as [string, string[]];
      return { cursor: next, keys };
    },
  } satisfies Record<keyof Commands, unknown>;
  return commands as Commands;
}

function scanWords({ MATCH, COUNT, TYPE }: ScanOptions = {}): Word[] {
  return [
    ...(MATCH === undefined ? [] : ['MATCH', MATCH]),
    ...(COUNT === undefined ? [] : ['COUNT', String(COUNT)]),
    ...(TYPE === undefined ? [] : ['TYPE', TYPE]),
  ];
}
