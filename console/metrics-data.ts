import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MetricsAnswer } from '../lib/http/metrics-answer.ts';
import { getJson } from './api.ts';
import { messageOf } from './store.ts';

/** The counts of the last hour, as columns. */
export type Points = MetricsAnswer['points'];

/** What the server has answered, and all points that are known. */
export type Known = {
  readonly tool: string | undefined;
  readonly rangeS: number;
  readonly answer: MetricsAnswer;
  readonly points: Points;
};

const POLL_MS = 3000;
const KEPT_MS = 3_600_000;

/** The last answer. It stays when another page is open. */
export const known = signal<Known | undefined>(undefined);
/** Why the last request failed. */
export const failure = signal<string | undefined>(undefined);

/** Reads the counts of a tool, or of all, every few seconds while the page can be seen. */
export function useMetrics(tool: string | undefined, rangeS: number): void {
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isReading = false;
    const again = async (): Promise<void> => {
      clearTimeout(timer);
      if (isReading) return;
      isReading = true;
      try {
        if (!document.hidden) {
          known.value = await readMetrics(tool, rangeS, known.value, abort.signal);
          failure.value = undefined;
        }
      } catch (error) {
        if (!abort.signal.aborted) failure.value = messageOf(error);
      }
      isReading = false;
      if (!abort.signal.aborted) timer = setTimeout(() => void again(), POLL_MS);
    };
    const onVisible = (): void => void (document.hidden || again());
    document.addEventListener('visibilitychange', onVisible);
    void again();
    return () => {
      document.removeEventListener('visibilitychange', onVisible);
      abort.abort();
      clearTimeout(timer);
    };
  }, [tool, rangeS]);
}

/** Returns how many slots of ten seconds make one point, so that a chart has about as many points as it can show. */
function joinFor(rangeS: number): number {
  return rangeS > 900 ? 3 : 1;
}

async function readMetrics(
  tool: string | undefined,
  rangeS: number,
  before: Known | undefined,
  signal: AbortSignal,
): Promise<Known> {
  const join = joinFor(rangeS);
  const same = before && before.tool === tool && joinFor(before.rangeS) === join ? before : undefined;
  const query = new URLSearchParams({ range: String(rangeS), join: String(join) });
  if (tool !== undefined) query.set('tool', tool);
  if (same) query.set('since', String(same.answer.last));
  const answer = await getJson<MetricsAnswer>(`console/metrics?${query}`, { signal });
  if (!same) return { tool, rangeS, answer, points: answer.points };
  const [next] = answer.points.at;
  const last = same.points.at.at(-1);
  // The server was started again, or its clock was set back.
  const isOther = answer.started !== same.answer.started || (next ?? Infinity) <= (last ?? 0);
  if (isOther) return await readMetrics(tool, rangeS, undefined, signal);
  return { tool, rangeS, answer, points: append(same.points, answer.points, KEPT_MS / answer.point_ms) };
}

function append(
  { codes: before, ...columns }: Points,
  { codes: after, ...added }: Points,
  kept: number,
): Points {
  const joined = Object.entries(columns).map(([name, column]) => [
    name,
    [...column, ...added[name as keyof typeof added]].slice(-kept),
  ]);
  const zeros = (column: readonly unknown[]): number[] => column.map(() => 0);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const codes = [...names].map((name) => [
    name,
    [...(before[name] ?? zeros(columns.at)), ...(after[name] ?? zeros(added.at))].slice(-kept),
  ]);
  return {
    ...(Object.fromEntries(joined) as typeof columns),
    codes: Object.fromEntries(codes) as Points['codes'],
  };
}

/** The times of the points for a chart, and how a column is drawn over them. */
export type Timeline = {
  /** When the points begin, in seconds since 1970. Where some are missing, there is one more time. */
  readonly times: readonly number[];
  /** Returns the values of a column at these times; null where one is missing. */
  readonly place: (column: readonly (number | null)[]) => (number | null)[];
};

/** Returns the timeline of points. */
export function timelineOf(points: Points, pointMs: number): Timeline {
  const times: number[] = [];
  const indexes: (number | undefined)[] = [];
  let last: number | undefined;
  for (const [index, at] of points.at.entries()) {
    const begin = Number(at) / 1000;
    if (last !== undefined && begin - last > (1.5 * pointMs) / 1000) {
      times.push((last + begin) / 2);
      indexes.push(undefined);
    }
    times.push(begin);
    indexes.push(index);
    last = begin;
  }
  return {
    times,
    place: (column) => indexes.map((index) => (index === undefined ? null : (column[index] ?? null))),
  };
}
