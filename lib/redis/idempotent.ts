import { hash, randomUUID } from 'node:crypto';
import {
  idempotencyClaim,
  idempotent as wrapper,
  idempotentCommand,
  idempotentPublish,
} from '../generated/scripts.ts';
import type { Word } from './commands.ts';
import type { Redis } from './redis.ts';
import type { Script } from './scripts.ts';
import { slotTag } from './slot-tag.ts';

/** An idempotency key of a call, and the call. */
export type IdempotentCall = {
  key: string;
  /** A text of 64 characters. Another one with the same key is CONFLICT. */
  fingerprint: string;
  /** How long the answer is kept, in milliseconds. */
  keepMs: number;
};

/** A `Redis` for one call with an idempotency key. */
export type IdempotentRedis = {
  readonly redis: Redis;
  /** Returns true when each change of the call was made by an earlier one. */
  readonly replayed: () => boolean;
};

/** The size in bytes above which an answer is not kept. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/** Returns the key of what is kept for an idempotency key. It has a digest, because an idempotency key may be a secret. */
export function idempotencyKeyOf({ key }: Pick<Redis, 'key'>, idempotencyKey: string): string {
  return key('idempotency', hash('sha256', idempotencyKey));
}

/**
 * Returns a `Redis` whose `run` and `write` take effect once for each idempotency key: a repetition gets the first reply. The effect
 * and its record are one script, so that both exist or none does. In a cluster, this first claims the key in its own slot, and
 * rejects with CONFLICT when the key was used for another call; on one server, the first write does.
 */
export function idempotent(redis: Redis, call: IdempotentCall): IdempotentRedis | Promise<IdempotentRedis> {
  return redis.isCluster
    ? claim(redis, call).then((seed) => decorate(redis, call, seed))
    : decorate(redis, call);
}

function decorate(redis: Redis, call: IdempotentCall, seed?: string): IdempotentRedis {
  const added = call.fingerprint + String(call.keepMs);
  /** How many replies were kept now, came from a record, and changed nothing. */
  const counts: [number, number, number] = [0, 0, 0];
  let ids = 0;

  function once(
    script: Script,
    keys: readonly Word[],
    args: readonly Word[],
    near = keys[0],
  ): Promise<unknown> {
    const record = recordKey(redis, call, String(near));
    return redis.run(wrapScript(script), [...keys, record], [...args, added]).then((reply) => {
      const [state, first] = reply as [state: 0 | 1 | 2, reply: unknown];
      counts[state]++;
      return first;
    });
  }

  return {
    redis: {
      ...redis,
      get client() {
        return redis.client;
      },
      run: (script, keys, args) => once(script, keys, args),
      write([command = '', key = '', ...words], { near = key, answer = '' } = {}) {
        if (command !== 'PUBLISH') return once(idempotentCommand, [key], [command, ...words]);
        // Its second word is a channel and not a key.
        return once(idempotentPublish, [], [key, ...words, String(answer)], near);
      },
      newId: seed === undefined ? redis.newId : () => uuidOf(`${seed}:${ids++}`),
    },
    replayed: () => counts[1] > 0 && counts[0] === 0,
  };
}

/** Claims the key, and returns a random text that all calls with this key share. */
async function claim(redis: Redis, { key, fingerprint, keepMs }: IdempotentCall): Promise<string> {
  const args = [fingerprint, randomUUID(), String(keepMs)];
  const seed = await redis.run(idempotencyClaim, [idempotencyKeyOf(redis, key)], args);
  redis.nothingChanged();
  return String(seed);
}

/**
 * Returns the key of the record for a write near a key. In a cluster, the hash tag puts it into the slot of that key, and a call
 * has a record for each key that it writes.
 */
function recordKey(redis: Redis, { key }: IdempotentCall, near: string): string {
  if (!redis.isCluster) return idempotencyKeyOf(redis, key);
  return redis.key('idempotency', `{${slotTag(near)}}:${hash('sha256', `${hash('sha256', key)}${near}`)}`);
}

const wrapped = new WeakMap<Script, Script>();

/** Returns the script that runs another one as the body of idempotent.lua. */
export function wrapScript(script: Script): Script {
  const known = wrapped.get(script);
  if (known) return known;
  const source = wrapper.source.replace(/^-- @body$/m, () => script.source);
  const result = { name: `idempotent ${script.name}`, sha: hash('sha1', source), source };
  wrapped.set(script, result);
  return result;
}

/** Returns a UUID that is the same for the same text. */
function uuidOf(text: string): string {
  const hex = hash('sha256', text);
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
