import type { Runner } from '../run/runner.ts';

/** The traces and metrics of a process. */
export type Telemetry = {
  /** Returns a runner whose calls are traced and measured. */
  readonly observe: (runner: Runner) => Runner;
  /** Exports what is left, for at most 2 s. Never throws. */
  readonly end: () => Promise<void>;
};
