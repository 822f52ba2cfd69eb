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
  const overNodeRedis = async (): Promise<Connect> => {
    const [{ createConnections }, { oneServer }] = await Promise.all([
      import('../connection/server-connections.ts'),
      import('../connection/one-server.ts'),
    ]);
    return (binding) => oneServer(kind, createConnections({ mode, where: display, locator }), binding);
  };
  if (mode !== 'one-shot' || kind === 'sentinel' || !('Bun' in globalThis)) return await overNodeRedis();
  const { bunServer } = await import('../connection/bun-server.ts');
  return (binding) =>
    bunServer({ locator, binding, overNodeRedis: async () => (await overNodeRedis())(binding) });
}
