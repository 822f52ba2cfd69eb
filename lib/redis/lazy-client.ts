import type { Commands } from './commands.ts';

/** Commands that wait for a connection; the first of them asks for it, so that whoever calls none needs none. */
export function lateClient(connected: () => Promise<Commands>): Commands {
  return new Proxy({} as Commands, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        const client = await connected();
        const command = Reflect.get(client, name) as (...args: unknown[]) => unknown;
        return await command.apply(client, args);
      },
  });
}
