import type { Client, Word } from './commands.ts';
import { isRefused, isReply } from './errors.ts';

/**
 * One Lua script: its source and the SHA-1 digest of the source, from lib/generated/scripts.ts.
 *
 * A script fails by returning `redis.error_reply('<PREFIX> <sentence>')`, before it has written anything. The prefix is
 * one of errors.ts: WRONGTYPE, NOTFOUND, CONFLICT, INVALID, TOOLARGE or OVERLOADED. The sentence becomes the message of the failure.
 */
export type Script = { readonly name: string; readonly sha: string; readonly source: string };

/**
 * Runs a script by its digest, and sends the source only when the server does not have the script yet, or when it does not
 * run EVALSHA for this user. Rejects with the error of node-redis.
 *
 * `loaded` holds the digests of the scripts that were loaded over a connection. With it, the source is loaded before
 * the first run. Otherwise the EVAL after a NOSCRIPT reply would run after the commands that other calls sent
 * meanwhile.
 */
export async function runScript(
  client: Pick<Client, 'sendCommand'>,
  { sha, source }: Script,
  keys: readonly Word[],
  args: readonly Word[],
  loaded?: Set<string>,
): Promise<unknown> {
  if (loaded && !loaded.has(sha)) {
    loaded.add(sha);
    // A user that may not load scripts may still be allowed to run EVAL.
    client.sendCommand(['SCRIPT', 'LOAD', source]).catch(() => undefined);
  }
  const count = String(keys.length);
  try {
    return await client.sendCommand(['EVALSHA', sha, count, ...keys, ...args]);
  } catch (error) {
    if (!isUnknownScript(error) && !isRefused(error, 'EVALSHA')) throw error;
    return await client.sendCommand(['EVAL', source, count, ...keys, ...args]);
  }
}

function isUnknownScript(error: unknown): boolean {
  return isReply(error) && error.message.startsWith('NOSCRIPT');
}
