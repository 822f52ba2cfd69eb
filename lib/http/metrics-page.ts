import type { Runner } from '../run/runner.ts';
import type { Runners } from '../serving/runners.ts';
import { jsonAnswer, refusal, type Answer } from './answer.ts';
import type { MetricsAnswer } from './metrics-answer.ts';
import { KEPT_SLOTS, SLOT_MS, type MetricsHistory, type RedisSample } from './metrics-history.ts';
import { redisState, reportOf, type ReportQuery } from './metrics-report.ts';
import { usesRedis } from './redis-sampler.ts';

/** Redis is asked as long as a page has read within this time, in milliseconds. */
const WATCHED_MS = 60_000;
const LONGEST_RANGE_S = (KEPT_SLOTS * SLOT_MS) / 1000;

/** The metrics of the console. */
export type MetricsPage = {
  /** Answers a request for the history; `url` is its target. */
  answer(url: string): Answer;
  /** Stops the timer. */
  close(): void;
};

/** What the page needs. */
type MetricsPageOptions = {
  history: MetricsHistory;
  /** The runners without the limits of calls: a look at Redis takes the place of no call. */
  runners: Runners;
  /** Looks at Redis. */
  sample: (runner: Runner, signal: AbortSignal) => Promise<RedisSample>;
  /** A clock that never jumps, in milliseconds. */
  now: () => number;
  /** Aborts when the server stops. It does not wait for Redis then. */
  signal: AbortSignal;
};

/**
 * Answers with the history, and looks at Redis every 10 s while a page reads. Without a page it does not: a server must not connect to
 * Redis, or start an embedded one, only to fill a chart.
 */
export function openMetricsPage(options: MetricsPageOptions): MetricsPage {
  const { history, runners, now, signal } = options;
  const started = Date.now();
  let readAt = -Infinity;
  let redis: RedisSample | 'unknown' | 'down' = 'unknown';
  let sampledAt = -Infinity;
  let isSampling = false;
  let timer: NodeJS.Timeout | undefined;

  async function sample(): Promise<void> {
    if (isSampling || signal.aborted || !usesRedis(runners.current)) return;
    isSampling = true;
    sampledAt = now();
    try {
      redis = await runners.use((runner) => options.sample(runner, signal));
      history.note(redis);
    } catch {
      // The charts have a gap.
      redis = 'down';
    } finally {
      isSampling = false;
    }
  }

  /** Begins each slot on time, so that it has what is measured in it also when no call comes. */
  function tick(): void {
    history.advance();
    if (now() - readAt < WATCHED_MS) void sample();
    timer = setTimeout(tick, history.msToNextSlot()).unref();
  }
  tick();

  function redisNow(): MetricsAnswer['server']['redis'] {
    if (!usesRedis(runners.current)) return 'unused';
    return typeof redis === 'string' ? redis : 'up';
  }

  return {
    answer(url) {
      const query = queryOf(url);
      if (!query) {
        return refusal(400, 'USAGE', 'The query of /console/metrics is wrong', {
          hint: `since is the number of a point, range a number of seconds up to ${LONGEST_RANGE_S}, and join a number of slots up to ${KEPT_SLOTS}.`,
        });
      }
      readAt = now();
      if (readAt - sampledAt > 2 * SLOT_MS) {
        redis = 'unknown';
        void sample();
      }
      const allowed = new Set(runners.current.tools.map(({ name }) => name));
      const wallNow = Date.now();
      const isAllowed = (tool: string): boolean => allowed.has(tool);
      const value: MetricsAnswer = {
        started,
        now: wallNow,
        point_ms: SLOT_MS * query.join,
        ...reportOf({ ...query, history, wallNow, isAllowed }),
        server: {
          ...history.state(),
          ...redisState(typeof redis === 'string' ? undefined : redis),
          redis: redisNow(),
        },
      };
      return jsonAnswer(200, value);
    },
    close: () => clearTimeout(timer),
  };
}

/** Returns what the target of a request asks for; undefined for a wrong query. */
function queryOf(url: string): ReportQuery | undefined {
  const query = new URLSearchParams(/\?(.*)$/.exec(url)?.[1] ?? '');
  const read = (name: string, otherwise: number, from: number, to: number): number => {
    const text = query.get(name) ?? String(otherwise);
    const number = /^-?\d{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= from && number <= to ? number : NaN;
  };
  const since = read('since', -1, -1, Infinity);
  const rangeMs = read('range', LONGEST_RANGE_S, 1, LONGEST_RANGE_S) * 1000;
  const join = read('join', 1, 1, KEPT_SLOTS);
  if ([since, rangeMs, join].some(Number.isNaN)) return undefined;
  return { since, rangeMs, join, tool: query.get('tool') || undefined };
}
