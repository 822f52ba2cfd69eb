import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../lib/contract/call.ts';
import { GantzError } from '../lib/contract/errors.ts';
import type { PubsubSubscribeParameters, PubsubSubscribeResult } from '../lib/generated/tools.ts';
import type { Client } from '../lib/redis/commands.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { globUnder } from '../lib/redis/pattern.ts';
import type { DedicatedRedis, Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/operation.ts';

/** The operations on channels. Only callers that are subscribed at the time receive a message. */
export const pubsub = {
  publish: async (redis, { channel, message }) => ({
    channel,
    subscribers: Number(await redis.write(['PUBLISH', redis.key('channel', channel), encode(message)])),
  }),

  subscribe: async (redis, params, call) => {
    const { channel, pattern, subscription_id: id = randomUUID() } = params;
    requireOneOf({ channel, pattern });
    const { messages, ...end } = await listen(redis, { ...params, subscription_id: id }, call);
    const target = pattern === undefined ? { channel: channel ?? null } : { channel: null, pattern };
    return { ...target, subscription_id: id, messages, ...end };
  },

  unsubscribe: async (redis, { channel, pattern, subscription_id }) => {
    const [kind, name] = requireOneOf({ channel, pattern, subscription_id });
    const control = controlChannel(redis, kind, name);
    const near = kind === 'channel' ? redis.key('channel', name) : control;
    return { unsubscribed: await endSubscriptions(redis, control, near) };
  },
} satisfies Group<'pubsub'>;

type SelectorKind = 'channel' | 'pattern' | 'subscription_id';
type Message = PubsubSubscribeResult['messages'][number];
type End = Pick<PubsubSubscribeResult, 'messages' | 'received' | 'reason'>;

/** Subscribes on a dedicated connection, and waits until the subscription ends. */
async function listen(
  redis: Redis,
  params: PubsubSubscribeParameters & { subscription_id: string },
  call: Call,
): Promise<End> {
  const source = sourceOf(redis, params);
  // On a cluster, PUBLISH counts the subscribers of its own node: that of the channel.
  await using connection = await redis.dedicated(source.channel ?? source.pattern);
  const inbox = openInbox(params, call);
  const confirmed = subscribe(connection.client, source, inbox);
  await Promise.race([confirmed, inbox.ended, connection.lost]);
  call.notice(`subscribed ${params.subscription_id}`);
  call.onSubscribed?.();
  // The timeout of the subscription counts from here. Until Redis confirms, the deadline of the call applies.
  const release = startWait(redis, connection, inbox, params, call);
  try {
    return await Promise.race([inbox.ended, connection.lost]);
  } finally {
    release();
  }
}

/** The messages that a subscription received. */
type Inbox = {
  /** Adds a message. */
  readonly add: (message: Message) => void;
  /** Ends the subscription. */
  readonly end: (reason: End['reason']) => void;
  /** Resolves to the result when the subscription has ended. */
  readonly ended: Promise<End>;
};

function openInbox({ count }: PubsubSubscribeParameters, { follow, given, emit }: Call): Inbox {
  // With --follow, the default of `count` does not apply.
  const most = !follow || given('count') ? count : Infinity;
  const messages: Message[] = [];
  let received = 0;
  let settle: (end: End) => void = () => undefined;
  const ended = new Promise<End>((resolve) => (settle = resolve));
  let open = true;
  const end = (reason: End['reason']): void => {
    open = false;
    settle({ messages, received, reason });
  };
  return {
    add(message) {
      if (!open) return;
      received++;
      emit({ event: 'message', ...message, progress: received, ...(most !== Infinity && { total: most }) });
      if (!follow) messages.push(message);
      if (received >= most) end('count');
    },
    end,
    ended,
  };
}

/**
 * Ends the subscription at its timeout and, with --follow, when the call is interrupted. Returns the function that
 * stops the timer and the listener.
 */
function startWait(
  redis: Redis,
  connection: DedicatedRedis,
  { end }: Inbox,
  { timeout }: PubsubSubscribeParameters,
  { follow, given, signal, deadline }: Call,
): () => void {
  const waitMs = deadline.allowWait(!follow || given('timeout') ? timeout * 1000 : Infinity);
  // Shortly before the timeout, a PING checks that the server still replies. Without it, a dead server would look like
  // a channel without messages.
  const checkMs = Math.min(1000, waitMs / 2);
  const checkAndEnd = async (): Promise<void> => {
    const timeoutPassed = sleep(checkMs, undefined, { ref: false });
    await connection.ping(Math.min(checkMs + 1000, deadline.remainingMs() * 0.95));
    await timeoutPassed;
    end('timeout');
  };
  // When the PING fails, the connection is lost, and `connection.lost` ends the call.
  const startCheck = (): void => void checkAndEnd().catch(() => undefined);
  const timer = waitMs < 2 ** 31 ? setTimeout(startCheck, waitMs - checkMs) : undefined;
  const interrupt = (): void => end('interrupted');
  if (follow) {
    redis.ignoreAbort();
    signal?.addEventListener('abort', interrupt);
  }
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  };
}

/** The Redis channels of a subscription. Either `channel` or `pattern` is set. */
type SubscribedChannels = {
  /** The part of a Redis channel before the name of the channel. */
  prefix: string;
  channel: string | undefined;
  pattern: string | undefined;
  /** The channels on which `unsubscribe` publishes. */
  controls: string[];
};

function sourceOf(
  redis: Redis,
  params: PubsubSubscribeParameters & { subscription_id: string },
): SubscribedChannels {
  const [kind, name] = requireOneOf({ channel: params.channel, pattern: params.pattern });
  const prefix = redis.key('channel', '');
  return {
    prefix,
    channel: kind === 'channel' ? redis.key('channel', name) : undefined,
    pattern: kind === 'pattern' ? globUnder(prefix, name) : undefined,
    controls: [
      controlChannel(redis, kind, name),
      controlChannel(redis, 'subscription_id', params.subscription_id),
    ],
  };
}

/** Subscribes to the messages and to the control channels. Resolves when Redis has confirmed all of them. */
async function subscribe(
  client: Client,
  { prefix, channel, pattern, controls }: SubscribedChannels,
  inbox: Inbox,
): Promise<void> {
  const receive = (text: string, from: string): void =>
    inbox.add({ channel: from.slice(prefix.length), message: decode(text) });
  await Promise.all([
    channel !== undefined && client.subscribe(channel, receive),
    pattern !== undefined && client.pSubscribe(pattern, receive),
    client.subscribe(controls, () => inbox.end('unsubscribed')),
  ]);
}

/** Returns the Redis channel that ends the subscriptions of a channel, a pattern or an id. */
function controlChannel(redis: Redis, kind: SelectorKind, name: string): string {
  return redis.key('subscription', `${kind}:${name}`);
}

/**
 * Publishes on a control channel, and returns the number of subscriptions that it reaches. On a cluster, the node that
 * serves `near` publishes: for a channel the node of its messages, so that the subscriptions receive them first.
 */
async function endSubscriptions(redis: Redis, control: string, near: string): Promise<number> {
  if (!redis.isCluster) return Number(await redis.write(['PUBLISH', control, 'unsubscribe']));
  const { clients } = await redis.masters();
  // Every node of a cluster delivers a message, but counts only its own subscribers.
  const counts = await Promise.all(
    clients.map((client) =>
      client.sendCommand<[channel: string, count: number]>(['PUBSUB', 'NUMSUB', control]),
    ),
  );
  const answer = counts.reduce((sum, [, count]) => sum + count, 0);
  return Number(await redis.write(['PUBLISH', control, 'unsubscribe'], { near, answer }));
}

/** Returns the parameter that is given. Throws INVALID_PARAMETERS unless it is exactly one. */
function requireOneOf(choices: Partial<Record<SelectorKind, string | undefined>>): [SelectorKind, string] {
  const given = Object.entries(choices).filter(
    (entry): entry is [SelectorKind, string] => entry[1] !== undefined,
  );
  const [first] = given;
  if (first && given.length === 1) return first;
  const message = `Give exactly one of ${Object.keys(choices).join(', ')}`;
  const paths = given.length === 0 ? [''] : given.map(([kind]) => `/${kind}`);
  throw new GantzError('INVALID_PARAMETERS', message, {
    details: paths.map((path) => ({ path, message: path === '' ? 'one is missing' : 'excludes the others' })),
  });
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
