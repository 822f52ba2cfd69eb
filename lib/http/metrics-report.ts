import { CODES, type Code } from '../contract/errors.ts';
import { BUCKETS, percentileOf } from './duration-buckets.ts';
import type { CallCounts, MetricsAnswer, ServerState } from './metrics-answer.ts';
import {
  COUNTERS_OF_TOOL,
  counterIndex,
  OTHERS,
  SLOT_MS,
  type MetricsHistory,
  type Slot,
} from './metrics-history.ts';

const CODE_NAMES = Object.keys(CODES) as Code[];

/** What a client asks for. */
export type ReportQuery = {
  /** Only the calls of this tool. */
  tool: string | undefined;
  /** How many slots make one point of the charts. */
  join: number;
  /** Only the points after the one of this number. */
  since: number;
  /** The range of the sums, in milliseconds until now. */
  rangeMs: number;
};

type ReportOptions = ReportQuery & {
  history: MetricsHistory;
  wallNow: number;
  /** Returns true for the names of tools that the options of the server allow now. */
  isAllowed: (tool: string) => boolean;
};

type Report = Pick<MetricsAnswer, 'last' | 'points' | 'range' | 'called' | 'tools'>;

/** Returns the points as columns, and the sums of the range. */
export function reportOf({ history, tool, join, since, rangeMs, wallNow, isAllowed }: ReportOptions): Report {
  const slots = history.slots();
  const complete = joinSlots(slots, join).slice(0, -1);
  const nameOf = (index: number): string => {
    const name = history.nameOf(index);
    return isAllowed(name) ? name : OTHERS;
  };
  const isChosen = (name: string): boolean => tool === undefined || name === tool;
  const shown = complete
    .filter(({ number }) => number > since)
    .map((slot) => {
      const counts = noCounts();
      add(slot, (index) => (isChosen(nameOf(index)) ? counts : undefined));
      return { slot, counts };
    });
  const inRange = slots.filter(({ at }) => at > wallNow - rangeMs);
  const byTool = countsByTool(inRange, nameOf);
  const tools = [...byTool].map(([name, counts]) => ({ name, counts }));
  const sum = noCounts();
  for (const { name, counts } of tools) {
    if (isChosen(name))
      for (const [counter, count] of counts.entries()) sum[counter] = (sum[counter] ?? 0) + count;
  }
  const refused = inRange.reduce((count, slot) => count + slot.refused, 0);
  return {
    last: complete.at(-1)?.number ?? -1,
    points: {
      ...columnsOf(
        shown.map(({ slot, counts }) => ({
          at: slot.at,
          ...callCounts(counts, tool === undefined ? slot.refused : undefined),
          ...serverState(slot),
        })),
      ),
      codes: failuresOf((counter) => {
        const column = shown.map(({ counts }) => counts[counter] ?? 0);
        return column.some((count) => count > 0) ? column : undefined;
      }),
    },
    range: {
      ...callCounts(sum, tool === undefined ? refused : undefined),
      codes: failuresOf((counter) => sum[counter] || undefined),
    },
    called: [...new Set(indexesIn(slots).map(nameOf))].sort(),
    tools: {
      tool: tools.map(({ name }) => name),
      calls: tools.map(({ counts }) => callsIn(counts)),
      failed: tools.map(({ counts }) => failuresIn(counts)),
      p95: tools.map(({ counts }) => rounded(percentileOf(counts, 0.95))),
    },
  };
}

/** Makes one slot of each `size` slots: its counts are sums, and what is measured is the most, except the memory. */
function joinSlots(slots: readonly Slot[], size: number): Slot[] {
  if (size === 1) return [...slots];
  const groups = new Map<number, Slot[]>();
  for (const slot of slots) {
    const number = Math.floor(slot.number / size);
    const group = groups.get(number) ?? [];
    group.push(slot);
    groups.set(number, group);
  }
  return [...groups].map(([number, group]) => joinAs(number, size, group));
}

function joinAs(number: number, size: number, group: readonly Slot[]): Slot {
  const length = group.reduce((sum, { keys }) => sum + keys.length, 0);
  const keys = new Uint16Array(length);
  const counts = new Uint32Array(length);
  let place = 0;
  for (const slot of group) {
    keys.set(slot.keys, place);
    counts.set(slot.counts, place);
    place += slot.keys.length;
  }
  const [first] = group;
  const samples = group.flatMap(({ redis }) => redis ?? []);
  const most = (values: readonly number[]): number => Math.max(0, ...values);
  return {
    number,
    // Its first slots may be missing.
    at: (first?.at ?? 0) - ((first?.number ?? 0) - number * size) * SLOT_MS,
    keys,
    counts,
    inFlight: most(group.map(({ inFlight }) => inFlight)),
    waiting: most(group.map(({ waiting }) => waiting)),
    refused: group.reduce((sum, { refused }) => sum + refused, 0),
    memory: group.at(-1)?.memory ?? 0,
    redis: samples.at(-1) && { ...samples.at(-1), ms: most(samples.map(({ ms }) => ms)) },
  };
}

/** The counts of a tool by the index of the counter. */
type Counts = Float64Array;

function noCounts(): Counts {
  return new Float64Array(COUNTERS_OF_TOOL);
}

/** Adds the counts of a slot to those that `into` returns for the index of a tool. */
function add({ keys, counts }: Slot, into: (index: number) => Counts | undefined): void {
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] ?? 0;
    const counter = key % COUNTERS_OF_TOOL;
    const sums = into((key - counter) / COUNTERS_OF_TOOL);
    if (sums) sums[counter] = (sums[counter] ?? 0) + (counts[place] ?? 0);
  }
}

function countsByTool(slots: readonly Slot[], nameOf: (index: number) => string): Map<string, Counts> {
  const byName = new Map<string, Counts>();
  const byIndex: Counts[] = [];
  const ofIndex = (index: number): Counts => {
    const name = nameOf(index);
    const counts = byName.get(name) ?? noCounts();
    byName.set(name, counts);
    return counts;
  };
  for (const slot of slots) add(slot, (index) => (byIndex[index] ??= ofIndex(index)));
  return byName;
}

/** Returns the indexes of the tools that were called in the slots. */
function indexesIn(slots: readonly Slot[]): number[] {
  const found = new Set<number>();
  for (const { keys } of slots) {
    let last: number | undefined;
    // The keys of a tool are mostly together.
    for (const key of keys) {
      const index = Math.floor(key / COUNTERS_OF_TOOL);
      if (index !== last) found.add(index);
      last = index;
    }
  }
  return [...found];
}

/** Returns what `read` returns for the counter of each code, without the codes for which it returns undefined. */
function failuresOf<T>(read: (counter: number) => T | undefined): Record<string, T> {
  const found: Record<string, T> = {};
  for (const code of CODE_NAMES) {
    const value = read(counterIndex(code));
    if (value !== undefined) found[code] = value;
  }
  return found;
}

function callsIn(counts: Counts): number {
  const measured = counts.subarray(0, BUCKETS).reduce((all, count) => all + count, 0);
  return measured + (counts[counterIndex('without duration')] ?? 0);
}

function failuresIn(counts: Counts): number {
  return CODE_NAMES.reduce((all, code) => all + (counts[counterIndex(code)] ?? 0), 0);
}

/** `refused` is how many calls and requests the server refused. Without it, only calls of the tool are counted. */
function callCounts(counts: Counts, refused: number | undefined): CallCounts {
  const count = (name: Parameters<typeof counterIndex>[0]): number => counts[counterIndex(name)] ?? 0;
  return {
    calls: callsIn(counts),
    failed: failuresIn(counts),
    p50: rounded(percentileOf(counts, 0.5)),
    p95: rounded(percentileOf(counts, 0.95)),
    p99: rounded(percentileOf(counts, 0.99)),
    hits: count('cache hit'),
    stale: count('cache stale'),
    misses: count('cache miss'),
    rate_limited: count('rate_limit limited'),
    concurrency_limited: count('concurrency limited'),
    overloaded: refused ?? count('overloaded'),
  };
}

function serverState({ inFlight, waiting, memory, redis }: Slot): ServerState {
  return { in_flight: inFlight, waiting, memory, ...redisState(redis) };
}

/** Returns the members of a look at Redis; null for what is not known. */
export function redisState(
  redis: Slot['redis'],
): Pick<ServerState, 'redis_ms' | 'redis_used' | 'redis_limit'> {
  return {
    redis_ms: rounded(redis?.ms ?? null),
    redis_used: redis?.used ?? null,
    redis_limit: redis?.limit ?? null,
  };
}

type Row = Record<'at' | keyof CallCounts | keyof ServerState, number | null>;

/** The columns of the answer. */
const COLUMNS = {
  at: true,
  calls: true,
  failed: true,
  p50: true,
  p95: true,
  p99: true,
  hits: true,
  stale: true,
  misses: true,
  rate_limited: true,
  concurrency_limited: true,
  overloaded: true,
  in_flight: true,
  waiting: true,
  memory: true,
  redis_ms: true,
  redis_used: true,
  redis_limit: true,
} as const satisfies Record<keyof Row, true>;

/** Returns rows as columns. */
function columnsOf(rows: readonly Row[]): Record<keyof Row, (number | null)[]> {
  const names = Object.keys(COLUMNS) as (keyof Row)[];
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])])) as Record<
    keyof Row,
    (number | null)[]
  >;
}

/** Returns milliseconds with three digits, for a short text. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Number(ms.toPrecision(3));
}
