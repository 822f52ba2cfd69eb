import { GantzError } from '../../contract/errors.ts';
import type { Commands, Word } from '../commands.ts';
import { isReply } from '../errors.ts';
import type { Redis } from '../redis.ts';
import { sizeOfAll, type Item } from './format.ts';

/** Thrown when a key was deleted or has expired since it was found. */
export class Gone extends Error {}

/** Returns true when a step failed because the key no longer exists or was replaced by one of another type. */
export function isGone(error: unknown): boolean {
  if (error instanceof Gone) return true;
  const reply = error instanceof GantzError ? error.cause : error;
  return isReply(reply) && /^(ERR no such key|NOGROUP|WRONGTYPE)/.test(reply.message);
}

/** The size of a chunk to aim for, in bytes. */
export const CHUNK_BYTES = 256 * 1024;
/** The number of items to read first, when their size is not known. */
export const FIRST_COUNT = 16;
const LARGEST_COUNT = 4000;

/** The type mapping of node-redis with which bulk strings are Buffers. 36 is `$`, their type in RESP. */
const AS_BYTES = { typeMapping: { 36: Buffer } } as const;

/** Sends a command and resolves to its reply, with Buffers as strings. On a cluster, the second word is the key. */
export async function sendForBytes(client: Commands, words: readonly Word[]): Promise<unknown> {
  return await client.sendCommand<unknown>(words, AS_BYTES);
}

/** Sends a command that reads a key, and resolves to its reply. Throws `Gone` when the key is absent afterwards. */
export async function readKey(client: Commands, key: Word, words: readonly Word[]): Promise<unknown> {
  const [reply, exists] = await Promise.all([
    sendForBytes(client, words),
    client.sendCommand<number>(['EXISTS', key]),
  ]);
  if (exists === 0) throw new Gone();
  return reply;
}

/** Resolves to the commands of the server that serves a key, for commands whose second word is not the key. */
export async function serverOf(redis: Redis, key: Word): Promise<Commands> {
  const { clients } = await redis.masters(key);
  return clients[0] ?? redis.client;
}

/** Returns the number of items to read next, after `count` items of this size, so that chunks have about the same size. */
export function nextCount(items: readonly Item[], count: number): number {
  const average = Math.max(1, sizeOfAll(items) / Math.max(1, items.length));
  return Math.max(1, Math.min(LARGEST_COUNT, count * 8, Math.floor(CHUNK_BYTES / average)));
}
