import { signal } from '@preact/signals';
import { access, callTool, type Answer, type Envelope } from './api.ts';
import { shortened, timeOfDay, visible } from './text.ts';

/** What a person listens to. */
export type Source = { kind: 'channel' | 'pattern' | 'stream'; name: string };

export type Subscription = Source & {
  id: number;
  state: 'connecting' | 'open' | 'lost' | 'ended';
  /** Why it is lost, or has ended. */
  problem?: string;
};

/** A message, or a notice about a subscription, which has no `text`. */
export type Entry = {
  id: number;
  /** When it came, or when the event was appended, as an ISO date. */
  time: string;
  kind: Source['kind'];
  /** The channel or the stream. */
  from: string;
  /** The id of an event of a stream. */
  eventId?: string;
  /** The value as JSON. */
  text?: string;
  /** The beginning of the value, or the notice. */
  shown: string;
};

/** How many entries are kept, and how many characters their values may have together. */
const KEPT = 1000;
const KEPT_LENGTH = 20_000_000;
/**
 * A browser opens six connections to a server, for all tabs together. A subscription to a channel or a pattern needs one, the feed of
 * calls another, and calls of tools the rest. A stream is read by short calls.
 */
const MOST_CONNECTIONS = 3;
const RETRY_MS = 2000;
const STREAM_MS = 1000;
const STREAM_PAGE = 100;
/** Messages that come within this time are drawn together. */
const DRAW_MS = 100;

export const subscriptions = signal<readonly Subscription[]>([]);
/** The newest first. */
export const entries = signal<readonly Entry[]>([]);
/** How many entries there were, with those that are not kept any more. */
export const counted = signal(0);

const running = new Map<number, AbortController>();
let waiting: Entry[] = [];
let lastId = 0;

/** Begins to listen. Returns why that is not possible, or ''. */
export function subscribe({ kind, name }: Source): string {
  const active = subscriptions.value.filter(({ state }) => state !== 'ended');
  if (active.some((one) => one.kind === kind && one.name === name)) return 'You listen to this already.';
  if (kind !== 'stream' && active.filter((one) => one.kind !== 'stream').length >= MOST_CONNECTIONS)
    return `At most ${MOST_CONNECTIONS} channels and patterns at a time: a browser opens few connections to a server. A pattern such as news* covers several channels.`;
  const subscription: Subscription = { kind, name, id: ++lastId, state: 'connecting' };
  // One that has ended is replaced.
  const others = subscriptions.value.filter((one) => one.kind !== kind || one.name !== name);
  subscriptions.value = [...others, subscription];
  start(subscription);
  return '';
}

/** Ends a subscription. */
export function unsubscribe(id: number): void {
  running.get(id)?.abort();
  running.delete(id);
  subscriptions.value = subscriptions.value.filter((one) => one.id !== id);
}

/** Forgets all messages. */
export function clear(): void {
  waiting = [];
  entries.value = [];
}

// A page that the browser keeps for the button Back would hold its calls on the server.
addEventListener('pagehide', () => {
  for (const abort of running.values()) abort.abort();
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) for (const one of subscriptions.value) if (one.state !== 'ended') start(one);
});

function start(subscription: Subscription): void {
  const abort = new AbortController();
  running.set(subscription.id, abort);
  void keepListening(subscription, abort.signal);
}

async function keepListening(subscription: Subscription, signal: AbortSignal): Promise<void> {
  const { kind } = subscription;
  const listen = kind === 'stream' ? readStream(subscription) : receive(subscription);
  let lostAt: string | undefined;
  const onOpen = (): void => {
    if (lostAt !== undefined) tell(subscription, backAgain(kind, lostAt));
    lostAt = undefined;
    change(subscription, 'open');
  };
  for (;;) {
    const { problem, isOver } = await listen(signal, onOpen).catch(() => UNREACHABLE);
    if (signal.aborted) return;
    if (isOver) {
      tell(subscription, problem);
      change(subscription, 'ended', problem);
      running.get(subscription.id)?.abort();
      return;
    }
    if (lostAt === undefined) {
      lostAt = new Date().toISOString();
      tell(subscription, `${problem} ${LOST[kind]}`);
    }
    change(subscription, 'lost', problem);
    await pause(RETRY_MS, signal);
  }
}

const MISSED = 'Trying again; messages that are published meanwhile are missed.';
const LOST = {
  channel: MISSED,
  pattern: MISSED,
  stream: 'Trying again; reading goes on after the last event.',
} as const;

function backAgain(kind: Source['kind'], lostAt: string): string {
  if (kind === 'stream') return 'Reading again, from the event after the last one on.';
  return `Subscribed again. Messages since ${timeOfDay(lostAt).time} may be missing.`;
}

/** What ended a try to listen. `isOver` is true when it is not tried again. */
type End = { problem: string; isOver: boolean };
type Listen = (signal: AbortSignal, onOpen: () => void) => Promise<End>;

const UNREACHABLE: End = { problem: 'The connection to the server is lost.', isOver: false };

/** Returns a function that receives the messages of a channel or a pattern. */
function receive(subscription: Subscription): Listen {
  const { kind, name } = subscription;
  let hasConnection = false;
  return async (signal, onOpen) => {
    hasConnection ||= await takeConnection(signal);
    if (!hasConnection) return BUSY;
    let count = 0;
    const { envelope } = await callTool('pubsub_subscribe', JSON.stringify({ [kind]: name }), {
      signal,
      view: true,
      onSubscribed: onOpen,
      onEvent({ event, channel, message, progress }) {
        if (event !== 'message') return;
        const missing = Number(progress) - count - 1;
        count = Number(progress);
        if (missing > 0)
          tell(subscription, `Messages that came too fast for this browser are missing: ${missing}.`);
        add({ kind, from: String(channel), time: new Date().toISOString(), ...valueOf(message) });
      },
    });
    if (!envelope.success) return endOf(envelope);
    const isOver = envelope['reason'] === 'unsubscribed';
    return {
      problem: isOver
        ? 'Somebody ended the subscription, with pubsub_unsubscribe.'
        : 'The server ended the call.',
      isOver,
    };
  };
}

const BUSY: End = {
  problem: `Other tabs of this browser listen to ${MOST_CONNECTIONS} channels and patterns already.`,
  isOver: false,
};

/** Takes one of the connections that all tabs may use for subscriptions, until the signal aborts. Returns false when there is none. */
async function takeConnection(signal: AbortSignal): Promise<boolean> {
  // Only pages of the loopback, or with TLS, have locks.
  if (!('locks' in navigator)) return true;
  for (let index = 0; index < MOST_CONNECTIONS; index++) {
    const isTaken = await new Promise<boolean>((resolve) => {
      void navigator.locks.request(`gantz-live-${index}`, { ifAvailable: true }, async (lock) => {
        resolve(lock !== null);
        if (lock) await aborted(signal);
      });
    });
    if (isTaken) return true;
  }
  return false;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

type Read = { events: { id: string; event: unknown }[]; last_id: string; lost: number | null };

/** Returns a function that reads the events of a stream from now on, and after a failure those after the last one. */
function readStream(subscription: Subscription): Listen {
  const { kind, name } = subscription;
  let after = '$';
  return async (signal, onOpen) => {
    for (;;) {
      // What comes while nobody looks is read afterwards.
      if (after !== '$' && document.hidden) {
        await pause(STREAM_MS, signal);
        if (signal.aborted) return { problem: '', isOver: true };
        continue;
      }
      const { envelope }: Answer = await callTool(
        'stream_read',
        JSON.stringify({ stream: name, after, count: STREAM_PAGE }),
        { signal, view: true },
      );
      if (envelope.code === 'CONFLICT') {
        tell(subscription, 'The stream was deleted and made anew: reading begins at its first event.');
        after = '0';
        continue;
      }
      if (!envelope.success) return endOf(envelope);
      onOpen();
      const { events, last_id: last, lost } = envelope as unknown as Read;
      if (lost !== 0 && after !== '$')
        tell(
          subscription,
          lost === null
            ? 'Events may be missing: the stream was deleted or has expired.'
            : `${lost} events were removed before they were read here.`,
        );
      after = last;
      for (const { id, event } of events)
        add({ kind, from: name, time: timeOfEvent(id), eventId: id, ...valueOf(event) });
      if (events.length < STREAM_PAGE) await pause(STREAM_MS, signal);
    }
  };
}

function endOf({ error = '', retryable = false }: Envelope): End {
  return {
    problem: /[.!?]$/.test(error) ? error : `${error}.`,
    isOver: !retryable && access.value !== 'needed',
  };
}

function valueOf(value: unknown): Pick<Entry, 'text' | 'shown'> {
  const text = JSON.stringify(value);
  return { text, shown: visible(shortened(typeof value === 'string' ? value : text, 300)) };
}

/** Returns the time in the id of an event, `<Unix ms>-<n>`. */
function timeOfEvent(id: string): string {
  const time = new Date(Number.parseInt(id, 10));
  return (Number.isNaN(time.getTime()) ? new Date() : time).toISOString();
}

/** Adds a notice about a subscription to the messages. */
function tell({ kind, name }: Source, notice: string): void {
  add({ kind, from: name, time: new Date().toISOString(), shown: visible(shortened(notice, 1000)) });
}

function add(entry: Omit<Entry, 'id'>): void {
  waiting.push({ ...entry, id: ++lastId });
  // The timers of a hidden page are late.
  if (waiting.length >= KEPT) draw();
  else if (waiting.length === 1) setTimeout(draw, DRAW_MS);
}

function draw(): void {
  if (waiting.length === 0) return;
  counted.value += waiting.length;
  const all = [...waiting.reverse(), ...entries.value].slice(0, KEPT);
  waiting = [];
  let length = 0;
  const end = all.findIndex(({ text = '' }, index) => (length += text.length) > KEPT_LENGTH && index > 0);
  entries.value = end < 0 ? all : all.slice(0, end);
}

function change({ id }: Subscription, state: Subscription['state'], problem?: string): void {
  const last = subscriptions.value.find((one) => one.id === id);
  if (!last || (last.state === state && last.problem === problem)) return;
  const { problem: _, ...rest } = last;
  const changed = { ...rest, state, ...(problem !== undefined && { problem }) };
  subscriptions.value = subscriptions.value.map((one) => (one.id === id ? changed : one));
}

/** Waits, at most until the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
