import type { RedisClientType } from '@redis/client';

/**
 * The Redis commands that this program uses, by node-redis' names: the only list of them.
 * Builds carry no others, and the type of `Client` lets the code name no others.
 */
export const COMMANDS = [
  'exists',
  'get',
  'hDel',
  'hGet',
  'info',
  'lPop',
  'lRange',
  'pTTL',
  'ping',
  'publish',
  'rPop',
  'sIsMember',
  'sRem',
  'sScan',
  'scan',
  'set',
  'unlink',
] as const;

type Connection =
  'connect' | 'destroy' | 'close' | 'isOpen' | 'isReady' | 'on' | 'once' | 'off' | 'sendCommand';
type Subscriptions = 'subscribe' | 'unsubscribe' | 'pSubscribe' | 'pUnsubscribe';

/** The part of a client by which commands are sent. */
export type Commands = Pick<Client, (typeof COMMANDS)[number] | 'sendCommand'>;

/** A node-redis client (RESP2, no modules) narrowed to what this program uses. */
export type Client = Pick<
  RedisClientType<Record<string, never>, Record<string, never>, Record<string, never>, 2>,
  (typeof COMMANDS)[number] | Connection | Subscriptions
>;
