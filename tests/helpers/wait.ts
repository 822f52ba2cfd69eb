import { once, type EventEmitter } from 'node:events';

/** The longest wait of a test, in milliseconds. A fast machine needs far less; a slow machine under load needs part of it. */
const WAIT_LIMIT_MS = 60_000;

/** The time between two checks of a condition, in milliseconds. */
const INTERVAL_MS = 10;

/** Options of every wait. */
export type WaitOptions = {
  /** A noun for what the test waits for. It is part of the failure's message. A function is called when the wait fails. */
  what: string | (() => string);
  /** Milliseconds (default: WAIT_LIMIT_MS). */
  limitMs?: number;
  /** Milliseconds between two checks of a condition (default: INTERVAL_MS). Longer where each check costs much. */
  everyMs?: number;
};

// The real timers, because some tests replace the global ones.
const { setTimeout, clearTimeout } = globalThis;

/** Waits until a condition returns something truthy, and returns that. Throws when the limit passes first. */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions): Promise<T> {
  let over = false;
  const poll = async (): Promise<T> => {
    while (!over) {
      const result = await condition();
      if (result) return result;
      await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? INTERVAL_MS));
    }
    throw limitPassed(options);
  };
  try {
    return await settled(poll(), options);
  } finally {
    over = true;
  }
}

/** Waits for a promise to settle. Throws when the limit passes first. */
export async function settled<T>(promise: T | Promise<T>, options: WaitOptions): Promise<T> {
  const { limitMs = WAIT_LIMIT_MS } = options;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(limitPassed(options)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for the next event of this name, and returns its arguments. Throws when the limit passes first. */
export async function nextEvent(
  emitter: EventEmitter,
  name: string,
  options: WaitOptions,
): Promise<unknown[]> {
  return await settled(once(emitter, name) as Promise<unknown[]>, options);
}

function limitPassed({ what, limitMs = WAIT_LIMIT_MS }: WaitOptions): Error {
  return new Error(`Waited ${limitMs} ms without success for ${typeof what === 'string' ? what : what()}`);
}
