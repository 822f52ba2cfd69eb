import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../lib/call.ts';
import { GantzError } from '../lib/errors.ts';
import type { PubsubSubscribeParameters, PubsubSubscribeResult } from '../lib/generated/tools.ts';
import type { Client } from '../lib/redis/commands.ts';
import { decode, encode } from '../lib/redis/codec.ts';
import { globUnder } from '../lib/redis/pattern.ts';
import type { DedicatedRedis, Redis } from '../lib/redis/redis.ts';
import type { Group } from '../lib/redis/row.ts';

/** Messages to whoever listens now. */
export const pubsub = {
  publish: async (redis, { channel, message }) => ({
    channel,
    subscribers: await redis.client.publish(redis.key('channel', channel), encode(message)),
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
    return { unsubscribed: await redis.client.publish(control, 'unsubscribe') };
  },
} satisfies Group<'pubsub'>;

type Kind = 'channel' | 'pattern' | 'subscription_id';
type Message = PubsubSubscribeResult['messages'][number];
type End = Pick<PubsubSubscribeResult, 'messages' | 'received' | 'reason'>;

/** Holds a subscription on a connection of its own until something ends it. */
async function listen(
  redis: Redis,
  params: PubsubSubscribeParameters & { subscription_id: string },
  call: Call,
): Promise<End> {
  const source = sourceOf(redis, params);
  await using connection = await redis.dedicated();
  const inbox = openInbox(params, call);
  const confirmed = subscribe(connection.client, source, inbox);
  await Promise.race([confirmed, inbox.ended, connection.lost]);
  call.notice(`subscribed ${params.subscription_id}`);
  // Only now does its own wait begin: a server that never confirms is bound like any other that is silent.
  const release = bindWait(redis, connection, inbox, params, call);
  try {
    return await Promise.race([inbox.ended, connection.lost]);
  } finally {
    release();
  }
}

type Inbox = {
  /** Takes a message in. */
  readonly take: (message: Message) => void;
  readonly end: (reason: End['reason']) => void;
  /** What came, once something ended it. */
  readonly ended: Promise<End>;
};

function openInbox({ count }: PubsubSubscribeParameters, { follow, given, emit }: Call): Inbox {
  // Who follows waits for ever, unless he says otherwise.
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
    take(message) {
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

/** Ends the wait at its timeout, and with --follow on an interrupt; gives the function that stops watching. */
function bindWait(
  redis: Redis,
  connection: DedicatedRedis,
  { end }: Inbox,
  { timeout }: PubsubSubscribeParameters,
  { follow, given, signal, deadline }: Call,
): () => void {
  const waitMs = deadline.allowWait(!follow || given('timeout') ? timeout * 1000 : Infinity);
  // Asked shortly before: silence is a quiet channel only where there is a server.
  const askMs = Math.min(1000, waitMs / 2);
  const ask = async (): Promise<void> => {
    const over = sleep(askMs, undefined, { ref: false });
    await connection.ask(Math.min(askMs + 1000, deadline.remainingMs() * 0.95));
    await over;
    end('timeout');
  };
  // A connection that is lost ends the wait by itself.
  const begin = (): void => void ask().catch(() => undefined);
  const timer = waitMs < 2 ** 31 ? setTimeout(begin, waitMs - askMs) : undefined;
  const interrupt = (): void => end('interrupted');
  if (follow) {
    redis.outliveSignal();
    signal?.addEventListener('abort', interrupt);
  }
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', interrupt);
  };
}

/** What a subscription listens to, by the names that Redis knows. */
type Source = {
  prefix: string;
  /** One of them is there. */
  channel: string | undefined;
  pattern: string | undefined;
  /** Where it hears that it shall end. */
  controls: string[];
};

function sourceOf(redis: Redis, params: PubsubSubscribeParameters & { subscription_id: string }): Source {
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

/** Subscribes to the messages, and to what may end them; resolves once Redis has confirmed all of it. */
async function subscribe(
  client: Client,
  { prefix, channel, pattern, controls }: Source,
  inbox: Inbox,
): Promise<void> {
  const take = (text: string, from: string): void =>
    inbox.take({ channel: from.slice(prefix.length), message: decode(text) });
  await Promise.all([
    channel !== undefined && client.subscribe(channel, take),
    pattern !== undefined && client.pSubscribe(pattern, take),
    client.subscribe(controls, () => inbox.end('unsubscribed')),
  ]);
}

/** The channel on which subscriptions of this channel, pattern or id hear that they shall end. */
function controlChannel(redis: Redis, kind: Kind, name: string): string {
  return redis.key('subscription', `${kind}:${name}`);
}

/** The one that is given; INVALID_PARAMETERS when it is none or several. */
function requireOneOf(choices: Partial<Record<Kind, string | undefined>>): [Kind, string] {
  const given = Object.entries(choices).filter((entry): entry is [Kind, string] => entry[1] !== undefined);
  const [first] = given;
  if (first && given.length === 1) return first;
  const message = `Give exactly one of ${Object.keys(choices).join(', ')}`;
  const paths = given.length === 0 ? [''] : given.map(([kind]) => `/${kind}`);
  throw new GantzError('INVALID_PARAMETERS', message, {
    details: paths.map((path) => ({ path, message: path === '' ? 'one is missing' : 'excludes the others' })),
  });
}

if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');
