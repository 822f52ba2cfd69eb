import type { RedisClientType } from '@redis/client';

/**
 * The Redis commands that this program uses, with the names of node-redis. This is the only list of them: builds
 * contain no other commands, and the type `Client` has no others.
 */
export const COMMANDS = [
  'exists',
  'get',
  'hGet',
  'info',
  'lLen',
  'lRange',
  'pTTL',
  'ping',
  'sIsMember',
  'sScan',
  'scan',
] as const;

/** A word of a command: text, or bytes that need not be UTF-8. */
export type Word = string | Buffer;

type ConnectionMembers =
  'connect' | 'destroy' | 'close' | 'isOpen' | 'isReady' | 'on' | 'once' | 'off' | 'sendCommand' | 'unref';
type SubscriptionMembers = 'subscribe' | 'unsubscribe' | 'pSubscribe' | 'pUnsubscribe';

/** The methods of a client that send commands. */
export type Commands = Pick<Client, (typeof COMMANDS)[number] | 'sendCommand'>;

/** A node-redis client (RESP2, no modules) with only the members that this program uses. */
export type Client = Pick<
  RedisClientType<Record<string, never>, Record<string, never>, Record<string, never>, 2>,
  (typeof COMMANDS)[number] | ConnectionMembers | SubscriptionMembers
>;
