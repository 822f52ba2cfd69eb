import type { GlobalOptions } from '../contract/context.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Concurrency, Gate } from './gate.ts';
import { wrapRunners, type Runners } from './runners.ts';

const REDIS_CALLS = 256;
/** A script is a process, and a request or a handler holds its result. */
const OUTSIDE_CALLS = 64;

/** Returns how many calls a server runs at a time: `--max-calls`, or 256 of which 64 are scripts, HTTP requests or handlers. */
export function concurrencyOf({ maxCalls }: Pick<GlobalOptions, 'maxCalls'>): Concurrency {
  return { all: maxCalls ?? REDIS_CALLS, outside: maxCalls ?? OUTSIDE_CALLS };
}

/** Returns runners whose calls pass a gate. */
export function limitCalls(runners: Runners, gate: Gate): Runners {
  return wrapRunners(runners, (runner) => ({
    ...runner,
    call(tool, input, settings = {}) {
      const { signal, deadline = runner.deadline(tool) } = settings;
      const entrant = { what: tool.name, outside: !needsRedis(tool), deadline, signal };
      // A copy in each call is measurable. The interfaces pass the deadline.
      const all = settings.deadline ? settings : { ...settings, deadline };
      return gate.run(entrant, () => runner.call(tool, input, all));
    },
  }));
}
