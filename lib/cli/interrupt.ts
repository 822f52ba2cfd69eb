import { GantzError } from '../contract/errors.ts';
import type { Process } from '../contract/process.ts';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The state of listening for signals: the first signal aborts, the second ends the process. */
export type Interrupt = {
  /** Aborts at the first signal, with CANCELLED as its reason. */
  readonly signal: AbortSignal;
  /** Returns 128 + n after signal n has arrived, and undefined before. */
  exitStatus(): number | undefined;
  /** Stops listening. */
  release(): void;
};

/** Listens for SIGINT, SIGTERM and SIGHUP until `release` is called. */
export function listenForInterrupt(process: Process): Interrupt {
  const controller = new AbortController();
  let status: number | undefined;
  const listeners = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((name) => {
    const listener = (): void => {
      // process.exit runs the exit handlers, which end the processes of scripts. The default action of a signal does not.
      if (status !== undefined) process.exit?.(128 + SIGNALS[name]);
      status = 128 + SIGNALS[name];
      controller.abort(new GantzError('CANCELLED', `Interrupted by ${name}`));
    };
    process.on(name, listener);
    return { name, listener };
  });
  const release = (): void => {
    for (const { name, listener } of listeners) process.off(name, listener);
  };
  return { signal: controller.signal, exitStatus: () => status, release };
}
