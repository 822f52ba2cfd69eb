import type { Locator } from '../connection/locator.ts';
import type { RedisOptions } from '../options.ts';
import type { Target } from '../target.ts';
import type { Connect } from './scheme.ts';

/** Connects to one server, which `locator` finds. It is called before the first connection. */
export async function serveOne(
  { kind, display }: Target,
  { mode }: Pick<RedisOptions, 'mode'>,
  locator: () => Promise<Locator>,
): Promise<Connect> {
  const [{ createConnections }, { oneServer }] = await Promise.all([
    import('../connection/server-connections.ts'),
    import('../connection/one-server.ts'),
  ]);
  return (binding) => oneServer(kind, createConnections({ mode, where: display, locator }), binding);
}
