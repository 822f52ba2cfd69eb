import { isLoading, isNotMaster } from '../errors.ts';
import type { Redis } from '../redis.ts';
import { runScript } from '../scripts.ts';
import type { Target } from '../target.ts';
import { lazyClient } from './lazy-client.ts';
import { attach, detach, type PendingCall } from './pending-call.ts';
import type { ServerConnection } from './server-connection.ts';
import { RETRY_MS, type ServerConnections } from './server-connections.ts';
import type { Binding, Servers } from './servers.ts';

/** Sends all calls to one server over its shared connection. */
export function oneServer(
  kind: Target['kind'],
  connections: ServerConnections,
  { key, mode, dedicated, enterLine, mayRepeat }: Binding,
): Servers {
  function bind(call: PendingCall): Redis {
    const connection = connections.sharedIfReady();
    return connection ? bindTo(connection, call) : bindLazily(call);
  }

  function bindTo(connection: ServerConnection, call: PendingCall): Redis {
    attach(call, connection);
    const { client } = connection;
    // After `nothingChanged`, the next command may need another connection.
    let lazy: Redis | undefined;
    const others = (): Redis => (lazy ??= bindLazily(call));
    const isAttached = (): boolean => call.connection === connection;
    return {
      get client() {
        return isAttached() ? client : others().client;
      },
      key,
      run: (script, keys, args) =>
        isAttached()
          ? runScript(client, script, keys, args, mode === 'long-lived' ? connection.scripts : undefined)
          : others().run(script, keys, args),
      write: (words, options) => {
        if (!isAttached()) return others().write(words, options);
        const reply = client.sendCommand(words);
        return options?.answer === undefined ? reply : reply.then(() => options.answer);
      },
      newId: () => crypto.randomUUID(),
      connect: () => Promise.resolve(),
      masters: () =>
        isAttached() ? Promise.resolve({ isCluster: false, clients: [client] }) : others().masters(),
      isCluster: false,
      nothingChanged: () => {
        detach(call);
        lazy = undefined;
      },
      mayRepeat: (error) => mayRepeat(call, error),
      enterLine: (line) => enterLine(call, line),
      ignoreAbort: () => (call.signal = undefined),
      dedicated: () => (isAttached() ? dedicated(call, connection) : others().dedicated()),
    };
  }

  /** Returns a `Redis` whose first command opens the shared connection. */
  function bindLazily(call: PendingCall): Redis {
    let connecting: Promise<Redis> | undefined;
    const connected = (): Promise<Redis> =>
      (connecting ??= connections.shared(call.deadline).then((connection) => bindTo(connection, call)));
    return {
      client: lazyClient(async () => (await connected()).client),
      key,
      run: async (script, keys, args) => (await connected()).run(script, keys, args),
      write: async (words, options) => (await connected()).write(words, options),
      newId: () => crypto.randomUUID(),
      connect: async () => (await connected()).connect(),
      masters: async (near) => (await connected()).masters(near),
      isCluster: false,
      nothingChanged: () => {
        detach(call);
        connecting = undefined;
      },
      mayRepeat: (error) => mayRepeat(call, error),
      enterLine: (line) => enterLine(call, line),
      ignoreAbort: () => (call.signal = undefined),
      dedicated: async (near) => (await connected()).dedicated(near),
    };
  }

  return {
    bind,
    patienceMs(error) {
      // A server that loads its data has executed nothing. An embedded server finishes soon, so the call waits.
      if (isLoading(error)) return kind === 'embedded' ? Infinity : RETRY_MS;
      // The Sentinels name the new master soon.
      return kind === 'sentinel' && isNotMaster(error) ? RETRY_MS : 0;
    },
    home: (_, deadline) => connections.shared(deadline),
    closeShared: () => connections.closeShared(),
    close: () => connections.close(),
  };
}
