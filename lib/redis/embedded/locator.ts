import { SocketClosedUnexpectedlyError } from '@redis/client/dist/lib/errors.js';
import type { Locator } from '../connection/locator.ts';
import { isLoading, isReply } from '../errors.ts';
import type { RedisOptions } from '../options.ts';
import type { EmbeddedTarget, ServerTarget } from '../target.ts';
import { checkFolders, embeddedPaths, explainFolderError } from './paths.ts';

/** Returns the locator of the embedded server. It starts the server when nothing listens on the socket. */
export function embeddedLocator(
  { display }: EmbeddedTarget,
  { env, notice }: Pick<RedisOptions, 'env' | 'notice'>,
): Locator {
  let address: ServerTarget | undefined;
  return {
    /** Checks the folders only once. */
    locate() {
      if (!address) {
        const paths = embeddedPaths(env);
        checkFolders(paths);
        address = { kind: 'unix', path: paths.socketPath, database: 0, display };
      }
      return Promise.resolve(address);
    },
    async recover(error, deadline, signal) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EACCES') throw explainFolderError(error);
      if (code !== 'ENOENT' && code !== 'ECONNREFUSED' && !isLoading(error) && !isLost(error)) throw error;
      const { ensureServer } = await import('./server.ts');
      await ensureServer({ env, notice, deadline, signal });
    },
    /** Rejects while the server loads its data. It ends when it cannot read them, and `recover` then finds the reason. */
    async check(client) {
      try {
        await client.sendCommand(['PING']);
      } catch (error) {
        if (!isReply(error) || isLoading(error)) throw error;
      }
    },
  };
}

function isLost(error: unknown): boolean {
  return error instanceof SocketClosedUnexpectedlyError;
}
