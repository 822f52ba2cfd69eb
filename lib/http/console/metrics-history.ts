import type { GuardEvent } from '../../run/guards/guard-events.ts';
import { CODES, type Code } from '../../contract/errors.ts';
import { bucketOf, BUCKETS } from './duration-buckets.ts';

/** The length of a slot, in milliseconds. */
export const SLOT_MS = 10_000;
/** How many slots are kept: those of an hour. */
export const KEPT_SLOTS = 360;
/** The name of all calls that are not counted by their tool, such as those of unknown names. It is no name of a tool. */
export const OTHERS = '(others)';
/** How many tools are counted by their names. */
const MAX_TOOLS = 255;
/** How many counters a slot has at most, so that an hour takes at most 13 MB. Further calls of the slot count as `OTHERS`. */
const MAX_COUNTERS = 6000;

/** What guards did that the history counts, as `<guard> <event>`. */
const EVENTS = [
  'cache hit',
  'cache miss',
  'cache stale',
  'rate_limit limited',
  'concurrency limited',
] as const;

/** What is counted for each tool: the durations by their buckets, and these. */
const COUNTERS = [
  // A call of an unknown name has no duration, and that of a subscription lasts as long as its client wants.
  'without duration',
  // A call that the server refused because too many were in flight.
  'overloaded',
  ...EVENTS,
  ...(Object.keys(CODES) as Code[]),
] as const;

const COUNTER_INDEX: ReadonlyMap<string, number> = new Map(
  COUNTERS.map((name, index) => [name, BUCKETS + index]),
);

/** How many counters a tool has. A tool and a counter have to fit into 16 bits. */
export const COUNTERS_OF_TOOL = 256;

/** Returns the index of a counter among the counts of a tool. */
export function counterIndex(name: (typeof COUNTERS)[number]): number {
  return COUNTER_INDEX.get(name) ?? 0;
}

/** What a look at Redis found. */
export type RedisSample = {
  /** How long a PING took, in milliseconds. */
  ms: number;
  /** The memory in use and its limit, in bytes. Absent when the server does not say; a limit also when there is none. */
  used?: number;
  limit?: number;
};

/** The counts of ten seconds. */
export type Slot = {
  /** Its number since the history began. A slot in which the process did not run is missing. */
  readonly number: number;
  /** When it began, by the clock of the machine, in milliseconds since 1970. */
  readonly at: number;
  /** The counters that are not zero: the index of a tool × 256 + the index of the counter. */
  readonly keys: Uint16Array;
  readonly counts: Uint32Array;
  /** The most calls in flight and waiting at a time. */
  readonly inFlight: number;
  readonly waiting: number;
  /** How many calls and requests the server refused because too many were in flight. */
  readonly refused: number;
  /** The memory of the process, in bytes. */
  readonly memory: number;
  readonly redis: RedisSample | undefined;
};

/** The counts of the last hour. */
export type MetricsHistory = {
  /** Counts a call that begins. */
  begin(): void;
  /** Looks at how many calls wait. Called when a call may have begun to wait. */
  noteWaiting(): void;
  /** Counts a call that has ended; its duration only when there is one. */
  end(
    tool: string,
    durationMs: number | undefined,
    code: Code | undefined,
    events: readonly GuardEvent[],
  ): void;
  /** Counts a call that no tool has taken. */
  refuse(code: Code): void;
  /** Keeps what a look at Redis found. */
  note(redis: RedisSample): void;
  /** Begins a new slot when its time has come. */
  advance(): void;
  /** Returns the slots of the last hour, the oldest first, and the counts of the current one so far as the last. */
  slots(): readonly Slot[];
  /** Returns the name of the tool with an index. */
  nameOf(index: number): string;
  /** What is measured at this moment: how many calls are in flight and wait, and the memory of the process in bytes. */
  state(): { in_flight: number; waiting: number; memory: number };
  /** Returns the time until the next slot begins, in milliseconds. */
  msToNextSlot(): number;
};

/** What the history reads. All but `now` and `wallNow` are read about once in a slot. */
export type HistorySources = {
  /** A clock that never jumps, in milliseconds. */
  now: () => number;
  /** The clock of the machine, for the times of the slots. */
  wallNow: () => number;
  queued: () => number;
  /** How many calls and requests were refused since the start. */
  refused: () => number;
  memory: () => number;
};

/** Keeps counts of the calls of the last hour. */
export function keepHistory({ now, wallNow, queued, refused, memory }: HistorySources): MetricsHistory {
  const begunAt = now();
  const closed: Slot[] = [];
  /** The names by their indexes, with the last slot that counts each. */
  const names: string[] = [OTHERS];
  const lastUse: number[] = [0];
  const indexes = new Map<string, number>();
  let inFlight = 0;
  let open = openSlot(0);

  function openSlot(number: number): OpenSlot {
    const sinceBegin = now() - begunAt - number * SLOT_MS;
    return {
      number,
      at: wallNow() - sinceBegin,
      counts: new Map(),
      inFlight,
      waiting: queued(),
      refusedBefore: refused(),
      redis: undefined,
    };
  }

  function advance(): void {
    const number = Math.floor((now() - begunAt) / SLOT_MS);
    if (number <= open.number) return;
    closed.push(pack(open));
    const oldest = number - KEPT_SLOTS;
    while ((closed[0]?.number ?? oldest) < oldest) closed.shift();
    open = openSlot(number);
  }

  function pack({ counts, refusedBefore, ...others }: OpenSlot): Slot {
    return {
      ...others,
      keys: Uint16Array.from(counts.keys()),
      counts: Uint32Array.from(counts.values()),
      refused: refused() - refusedBefore,
      memory: memory(),
    };
  }

  function indexOf(tool: string): number {
    if (open.counts.size >= MAX_COUNTERS) return 0;
    const index = indexes.get(tool) ?? newIndex(tool);
    lastUse[index] = open.number;
    return index;
  }

  function newIndex(tool: string): number {
    const oldest = open.number - KEPT_SLOTS;
    const index =
      names.length <= MAX_TOOLS
        ? names.length
        : lastUse.findIndex((number, place) => place > 0 && number < oldest);
    if (index < 0) return 0;
    const before = names[index];
    if (before !== undefined) indexes.delete(before);
    names[index] = tool;
    indexes.set(tool, index);
    return index;
  }

  function add(index: number, counter: number): void {
    const key = index * COUNTERS_OF_TOOL + counter;
    open.counts.set(key, (open.counts.get(key) ?? 0) + 1);
  }

  return {
    begin() {
      advance();
      inFlight++;
      if (inFlight > open.inFlight) open.inFlight = inFlight;
    },
    noteWaiting() {
      const waiting = queued();
      if (waiting > open.waiting) open.waiting = waiting;
    },
    end(tool, durationMs, code, events) {
      advance();
      inFlight--;
      const index = indexOf(tool);
      add(index, durationMs === undefined ? counterIndex('without duration') : bucketOf(durationMs));
      let isOfGuard = false;
      for (const [guard, event] of events) {
        const counter = COUNTER_INDEX.get(`${guard} ${event}`);
        if (counter === undefined) continue;
        add(index, counter);
        isOfGuard ||= event === 'limited';
      }
      if (code === undefined) return;
      add(index, counterIndex(code));
      if (code === 'OVERLOADED' && !isOfGuard) add(index, counterIndex('overloaded'));
    },
    refuse(code) {
      advance();
      add(0, counterIndex('without duration'));
      add(0, counterIndex(code));
    },
    note(redis) {
      advance();
      open.redis = redis;
    },
    advance,
    slots() {
      advance();
      return inOrder([...closed, pack(open)]);
    },
    nameOf: (index) => names[index] ?? OTHERS,
    state: () => ({ in_flight: inFlight, waiting: queued(), memory: memory() }),
    msToNextSlot: () => (open.number + 1) * SLOT_MS - (now() - begunAt),
  };
}

type OpenSlot = {
  number: number;
  at: number;
  counts: Map<number, number>;
  inFlight: number;
  waiting: number;
  refusedBefore: number;
  redis: RedisSample | undefined;
};

/**
 * Returns the slots with times that grow. When the clock of the machine was set back, the slots before get earlier times. When it was
 * set forward, or the machine slept, a gap remains.
 */
function inOrder(slots: readonly Slot[]): Slot[] {
  let next = Infinity;
  let nextNumber = 0;
  return slots
    .toReversed()
    .map((slot) => {
      const latest = next - (nextNumber - slot.number) * SLOT_MS;
      const at = Math.round(Math.min(slot.at, latest));
      next = at;
      nextNumber = slot.number;
      return { ...slot, at };
    })
    .toReversed();
}
