import { GantzError } from '../contract/errors.ts';
import type { Process } from '../contract/process.ts';

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Turns the first signal of a process into an abort; the second one ends it as usual. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** 128 + n once a signal came. */
  exitStatus(): number | undefined;
  /** Stops listening. */
  release(): void;
};

/** Listens for SIGINT, SIGTERM and SIGHUP until released. */
export function listenForInterrupt(process: Process): Interrupt {
  const controller = new AbortController();
  let status: number | undefined;
  const listeners = (Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]).map((name) => {
    const listener = (): void => {
      // Ending this way still runs what ends the processes of scripts, which a signal's own default would not.
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
