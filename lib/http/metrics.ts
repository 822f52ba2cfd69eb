import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { toGantzError, type Code } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import type { Gate } from '../serving/gate.ts';
import { wrapRunners, type Runners } from '../serving/runners.ts';
import { guardEvents, type GuardEvent } from '../run/guards/guard-events.ts';
import type { Runner } from '../run/runner.ts';
import type { MetricsHistory } from './console/metrics-history.ts';

/** The metrics of a server. */
export type Metrics = {
  /** Returns runners that count every call, and count a name that `find` refuses as a failed call. */
  count(runners: Runners): Runners;
  /** Returns all metrics in the text format of Prometheus. */
  render(): Promise<string>;
  readonly contentType: string;
};

/** The buckets of durations in seconds, from a local cache hit to a slow script. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The label of all unknown names, so that a client cannot add labels without limit. */
const UNKNOWN = '(unknown)';

const NONE: readonly GuardEvent[] = [];

/**
 * Creates the metrics. `gate` counts the calls that wait and those that were refused. `redisUp` is called for each rendering;
 * it returns undefined when no tool uses Redis. `history` gets the same calls, except those that the console makes to show a page.
 */
export function createMetrics(
  gate: Gate,
  redisUp: () => Promise<boolean | undefined>,
  history?: MetricsHistory,
): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'gantz_calls_total',
    help: 'Calls of tools that have ended.',
    labelNames: ['tool'],
    registers,
  });
  const failures = new Counter({
    name: 'gantz_call_failures_total',
    help: 'Calls of tools that failed, by the code of the failure.',
    labelNames: ['tool', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'gantz_call_duration_seconds',
    help: 'How long calls of tools took.',
    labelNames: ['tool'],
    buckets: BUCKETS,
    registers,
  });
  const guards = new Counter({
    name: 'gantz_guard_total',
    help: 'What guards of tools did.',
    labelNames: ['tool', 'guard', 'event'],
    registers,
  });
  let inFlight = 0;
  new Gauge({
    name: 'gantz_calls_in_flight',
    help: 'Calls of tools in flight, those that wait included.',
    registers,
    collect() {
      this.set(inFlight);
    },
  });
  new Gauge({
    name: 'gantz_calls_queued',
    help: 'Calls of tools that wait for others to end.',
    registers,
    collect() {
      this.set(gate.queued);
    },
  });
  new Counter({
    name: 'gantz_calls_refused_total',
    help: 'Calls and requests that were refused because too many others were in flight.',
    registers,
    collect() {
      this.reset();
      this.inc(gate.refused);
    },
  });
  new Gauge({
    name: 'gantz_redis_up',
    help: '1 when Redis answers, 0 when not; absent when no tool uses Redis.',
    registers,
    async collect() {
      this.reset();
      const up = await redisUp();
      if (up === undefined) this.remove();
      else this.set(up ? 1 : 0);
    },
  });

  function countGuards(tool: Tool, notes: unknown, code?: Code): readonly GuardEvent[] {
    const events = guardEvents(tool, notes, code);
    for (const [guard, event, times = 1] of events) guards.inc({ tool: tool.name, guard, event }, times);
    return events;
  }

  function counted(runner: Runner): Runner {
    // The labels of each tool are resolved once, because resolving them slows each call.
    const known = new Map(
      runner.manifest.tools.map(({ name }) => [
        name,
        { calls: calls.labels(name), duration: durations.labels(name) },
      ]),
    );
    return {
      ...runner,
      find(name) {
        try {
          return runner.find(name);
        } catch (error) {
          const tool = known.has(name) ? name : UNKNOWN;
          const { code } = toGantzError(error);
          calls.inc({ tool });
          failures.inc({ tool, code });
          history?.refuse(code);
          throw error;
        }
      },
      async call(tool, input, settings) {
        const begun = performance.now();
        // The reads of a page that is open would hide what clients do.
        const shown = settings?.origin?.view ? undefined : history;
        let code: Code | undefined;
        let events: readonly GuardEvent[] = NONE;
        inFlight++;
        shown?.begin();
        try {
          const answer = runner.call(tool, input, settings);
          shown?.noteWaiting();
          const result = await answer;
          events = countGuards(tool, result['gantz']);
          return result;
        } catch (thrown) {
          const error = toGantzError(thrown);
          ({ code } = error);
          failures.inc({ tool: tool.name, code });
          events = countGuards(tool, error.fields?.['gantz'], code);
          throw thrown;
        } finally {
          inFlight--;
          const durationMs = performance.now() - begun;
          const counters = known.get(tool.name);
          counters?.calls.inc();
          counters?.duration.observe(durationMs / 1000);
          shown?.end(tool.name, settings?.follow ? undefined : durationMs, code, events);
        }
      },
    };
  }

  return {
    count: (runners) => wrapRunners(runners, counted),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
