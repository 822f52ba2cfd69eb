import type { Commands } from '../commands.ts';

/**
 * Returns commands that wait for a connection. Only the first command calls `connect`, so an operation that sends no
 * command needs no server.
 */
export function lazyClient(connect: () => Promise<Commands>): Commands {
  return new Proxy({} as Commands, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        const client = await connect();
        const command = Reflect.get(client, name) as (...args: unknown[]) => unknown;
        return await command.apply(client, args);
      },
  });
}
