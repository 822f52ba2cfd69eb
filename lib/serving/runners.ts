import type { Runner } from '../run/runner.ts';

/** Holds the runner of new calls, which may be replaced at any time. A call in flight keeps the runner it began with. */
export type Runners = {
  /** The runner of new calls. */
  readonly current: Runner;
  /** Calls `work` with the current runner, which stays open until the returned promise settles. */
  use<R>(work: (runner: Runner) => Promise<R>): Promise<R>;
  /** Makes a runner the current one. */
  replace(runner: Runner): void;
  /** Calls `listener` after each replacement. Returns a function that removes it. */
  onReplace(listener: () => void): () => void;
  /** Returns true when no call is in flight. */
  isIdle(): boolean;
  /** Resolves when no call is in flight, or after `limitMs` milliseconds. */
  idle(limitMs: number): Promise<void>;
  /** Closes every runner; calls in flight fail. */
  close(): Promise<void>;
};

/** Returns a view of a holder in which each runner is replaced by what `wrap` returns for it. It calls `wrap` once for each. */
export function wrapRunners(runners: Runners, wrap: (runner: Runner) => Runner): Runners {
  const wrapped = new WeakMap<Runner, Runner>();
  const wrapOnce = (runner: Runner): Runner => {
    const known = wrapped.get(runner) ?? wrap(runner);
    wrapped.set(runner, known);
    return known;
  };
  return {
    ...runners,
    get current() {
      return wrapOnce(runners.current);
    },
    use: (work) => runners.use((runner) => work(wrapOnce(runner))),
  };
}

/** Creates a holder with `first` as the current runner. The holder closes each runner when its last call has ended. */
export function holdRunners(first: Runner): Runners {
  const listeners = new Set<() => void>();
  const uses = new Map<Runner, number>([[first, 0]]);
  const waiting: (() => void)[] = [];
  let current = first;
  const settle = (runner: Runner): void => {
    if (runner === current || uses.get(runner) !== 0) return;
    uses.delete(runner);
    void runner.close();
  };
  const isIdle = (): boolean => [...uses.values()].every((count) => count === 0);
  const count = (runner: Runner, by: number): void => {
    const before = uses.get(runner);
    if (before !== undefined) uses.set(runner, before + by);
  };
  return {
    get current() {
      return current;
    },
    async use(work) {
      const runner = current;
      count(runner, 1);
      try {
        return await work(runner);
      } finally {
        count(runner, -1);
        settle(runner);
        if (waiting.length > 0 && isIdle()) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    isIdle,
    async idle(limitMs) {
      if (isIdle()) return;
      let timer: NodeJS.Timeout | undefined;
      const idle = new Promise<void>((resolve) => waiting.push(resolve));
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
      await Promise.race([idle, late]);
      clearTimeout(timer);
    },
    replace(runner) {
      const before = current;
      uses.set(runner, 0);
      current = runner;
      settle(before);
      for (const listener of listeners) listener();
    },
    onReplace(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      await Promise.all([...uses.keys()].map((runner) => runner.close()));
    },
  };
}
