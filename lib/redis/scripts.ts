import type { Client } from './commands.ts';

/**
 * One Lua script: its source and the SHA-1 of it, from lib/generated/scripts.ts.
 *
 * A script refuses by returning `redis.error_reply('<PREFIX> <sentence>')`, before it has written anything. The prefixes
 * are those of errors.ts: WRONGTYPE, NOTFOUND, CONFLICT, INVALID; the sentence becomes the message of the failure.
 */
export type Script = { readonly name: string; readonly sha: string; readonly source: string };

/** Runs a script by its digest; only a server that does not know it yet is sent its source. */
export async function runScript(
  client: Pick<Client, 'sendCommand'>,
  { sha, source }: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  const count = String(keys.length);
  try {
    return await client.sendCommand(['EVALSHA', sha, count, ...keys, ...args]);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await client.sendCommand(['EVAL', source, count, ...keys, ...args]);
  }
}
