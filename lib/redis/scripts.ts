import type { Client } from './commands.ts';

/**
 * One Lua script: its source and the SHA-1 of it, from lib/generated/scripts.ts.
 *
 * A script refuses by returning `redis.error_reply('<PREFIX> <sentence>')`, before it has written anything. The prefixes
 * are those of errors.ts: WRONGTYPE, NOTFOUND, CONFLICT, INVALID; the sentence becomes the message of the failure.
 */
export type Script = { readonly name: string; readonly sha: string; readonly source: string };

/**
 * Runs a script by its digest; only a server that does not know it yet is sent its source. `loaded` holds the digests that
 * a connection brought along: where other commands follow before the answer, a source that was sent only after it would
 * run behind them.
 */
export async function runScript(
  client: Pick<Client, 'sendCommand'>,
  { sha, source }: Script,
  keys: readonly string[],
  args: readonly string[],
  loaded?: Set<string>,
): Promise<unknown> {
  if (loaded && !loaded.has(sha)) {
    loaded.add(sha);
    // Where this is not allowed, EVAL may still be.
    client.sendCommand(['SCRIPT', 'LOAD', source]).catch(() => undefined);
  }
  const count = String(keys.length);
  try {
    return await client.sendCommand(['EVALSHA', sha, count, ...keys, ...args]);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await client.sendCommand(['EVAL', source, count, ...keys, ...args]);
  }
}
