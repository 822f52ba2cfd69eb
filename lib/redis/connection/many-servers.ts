import type { Client, Commands, Word } from '../commands.ts';
import { isReply, slotsMove } from '../errors.ts';
import type { Redis } from '../redis.ts';
import { runScript } from '../scripts.ts';
import { slotOf } from '../slot.ts';
import type { Cluster, Route } from './cluster.ts';
import { parseRedirection } from './cluster-slots.ts';
import { attach, detach, type PendingCall } from './pending-call.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Binding, Servers } from './servers.ts';

/** Commands whose first argument is no key. Any node replies to them. */
const WITHOUT_KEY: ReadonlySet<string> = new Set(['info', 'ping']);

/** Sends one command over a connection. With `asking`, ASKING comes directly before it. */
type Send<T> = (connection: ServerConnection, asking: boolean) => Promise<T>;

/** Sends each command of a call to the node of a cluster that serves its key. */
export function manyServers(
  cluster: Cluster,
  { key, mode, dedicated, enterLine, mayRepeat }: Binding,
): Servers {
  /** Sends a command, and follows the redirections of the nodes. */
  async function route<T>(call: PendingCall, name: Word, send: Send<T>): Promise<T> {
    const slot = slotOf(name);
    const startedAt = performance.now();
    let next: Route = {
      connection: cluster.ready(slot) ?? (await cluster.open(slot, call.deadline)),
      asking: false,
    };
    for (let count = 1; ; count++) {
      const { connection, asking } = next;
      attach(call, connection);
      try {
        const reply = await send(connection, asking);
        call.executed = true;
        return reply;
      } catch (error) {
        // An error reply means that nothing was executed. A node that replies MOVED may be gone a moment later.
        const onward = await cluster.reroute(error, {
          slot,
          from: connection,
          count,
          startedAt,
          deadline: call.deadline,
          detach: () => detach(call),
        });
        if (!onward) throw error;
        next = onward;
      }
    }
  }

  /** Returns the commands of a call. The first argument is the key, and of `sendCommand` the second word. */
  function commandsOf(call: PendingCall): Commands {
    return new Proxy({} as Commands, {
      get:
        (_, command: string) =>
        async (...args: unknown[]) => {
          const [first] = args;
          const word =
            command === 'sendCommand' ? (first as Word[])[1] : WITHOUT_KEY.has(command) ? undefined : first;
          if (word === undefined) return await callMethod(await anyMaster(call), command, args);
          const name = (Array.isArray(word) ? word[0] : word) as Word;
          return await route(call, name, ({ client }, asking) => {
            if (asking) ask(client);
            return callMethod(client, command, args);
          });
        },
    });
  }

  async function anyMaster(call: PendingCall): Promise<Client> {
    const connection = await cluster.open(undefined, call.deadline);
    attach(call, connection);
    return connection.client;
  }

  return {
    bind(call): Redis {
      const client = commandsOf(call);
      return {
        client,
        key,
        run: (script, keys, args) =>
          route(call, keys[0] ?? '', (connection, asking) => {
            const loaded = mode === 'long-lived' ? connection.scripts : undefined;
            return runScript(
              asking ? askingClient(connection.client) : connection.client,
              script,
              keys,
              args,
              loaded,
            );
          }),
        write: (words, { near = words[1] ?? '', answer } = {}) => {
          const reply = route(call, near, ({ client }, asking) => {
            if (asking) ask(client);
            return client.sendCommand(words);
          });
          return answer === undefined ? reply : reply.then(() => answer);
        },
        newId: () => crypto.randomUUID(),
        async connect() {
          await anyMaster(call);
        },
        async masters(near) {
          // The command finds the node that serves the key now.
          if (near !== undefined) await client.exists(near);
          const connections =
            near === undefined
              ? await cluster.masters(call.deadline)
              : [await cluster.open(slotOf(near), call.deadline)];
          return { isCluster: true, clients: connections.map((connection) => clientOf(call, connection)) };
        },
        isCluster: true,
        nothingChanged: () => {
          detach(call);
          call.executed = false;
        },
        mayRepeat: (error) => mayRepeat(call, error),
        enterLine: (line) => enterLine(call, line),
        ignoreAbort: () => (call.signal = undefined),
        async dedicated(near) {
          const slot = near === undefined ? undefined : slotOf(near);
          const connection = await cluster.open(slot, call.deadline);
          attach(call, connection);
          return await dedicated(call, connection);
        },
      };
    },
    patienceMs: () => 0,
    home: (near, deadline) => cluster.open(slotOf(near), deadline),
    closeShared: () => cluster.closeShared(),
    close: () => cluster.close(),
  };
}

/** Returns the commands of one node. Its redirections are CONFLICT, because a cursor belongs to one node. */
function clientOf(call: PendingCall, connection: ServerConnection): Commands {
  return new Proxy({} as Commands, {
    get:
      (_, command: string) =>
      async (...args: unknown[]) => {
        attach(call, connection);
        try {
          return await callMethod(connection.client, command, args);
        } catch (error) {
          if (isReply(error) && parseRedirection(error.message, '')) throw slotsMove(error);
          throw error;
        }
      },
  });
}

/** Returns a client that sends ASKING directly before each script command. Loading a script needs none. */
function askingClient(client: Client): Pick<Client, 'sendCommand'> {
  return {
    sendCommand: (args: Word[]) => {
      if (args[0] !== 'SCRIPT') ask(client);
      return client.sendCommand(args);
    },
  };
}

/** Sends ASKING. The next command that is sent without a pause follows it directly. */
function ask(client: Client): void {
  client.sendCommand(['ASKING']).catch(() => undefined);
}

function callMethod(client: Client, command: string, args: unknown[]): Promise<never> {
  const method = Reflect.get(client, command) as (...args: unknown[]) => Promise<never>;
  return method.apply(client, args);
}
