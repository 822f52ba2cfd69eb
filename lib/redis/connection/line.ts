import type { Place } from '../redis.ts';

/** How long a line waits at most until one of its calls runs its step: it covers an event that was lost. */
const NET_MS = 5000;

/** Calls of this process that any event of a channel can serve, in the order in which they came. */
export class Line {
  readonly #calls = new Set<LineCall>();
  #timer: NodeJS.Timeout | undefined;

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  /** True when a call sleeps: it has found nothing, and no event has come since. */
  get hasSleeper(): boolean {
    for (const call of this.#calls) if (call.wakeUp) return true;
    return false;
  }

  /** Adds a call, which is awake. */
  enter(): Pick<Place, 'sleep' | 'leave'> {
    const call: LineCall = { wakeUp: undefined, missed: false };
    this.#calls.add(call);
    return {
      sleep: (ms) => sleep(call, ms),
      leave: (passOn) => this.#leave(call, passOn),
    };
  }

  /** Wakes calls that sleep, at most `count`, the first ones first. */
  wake(count: number): void {
    const calls = [...this.#calls];
    const woken = calls.filter((call) => call.wakeUp).slice(0, count);
    // A step that runs now may have read before the event.
    const awake = calls.filter((call) => !call.wakeUp && !call.missed).slice(0, count - woken.length);
    for (const call of awake) call.missed = true;
    for (const call of woken) call.wakeUp?.();
  }

  /** Wakes a call when something is due, in `dueInMs` milliseconds, or when no event has come for a while. */
  expect(dueInMs = Infinity): void {
    clearTimeout(this.#timer);
    // The clock of the server has passed the time when a timer of this process fires one millisecond later.
    const delayMs = Math.min(dueInMs + 1, NET_MS * (0.9 + Math.random() / 5));
    this.#timer = setTimeout(() => {
      this.expect();
      this.wake(1);
    }, delayMs);
    this.#timer.unref();
  }

  #leave(call: LineCall, passOn: boolean): void {
    if (!this.#calls.delete(call)) return;
    clearTimeout(call.timer);
    if (this.isEmpty) clearTimeout(this.#timer);
    else if (call.missed || (passOn && !call.wakeUp)) this.wake(1);
  }
}

type LineCall = {
  /** Set while the call sleeps. */
  wakeUp: (() => void) | undefined;
  /** True when an event came while the call was awake and no other call slept. */
  missed: boolean;
  timer?: NodeJS.Timeout;
};

function sleep(call: LineCall, ms: number): Promise<void> {
  if (call.missed) {
    call.missed = false;
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    call.wakeUp = () => {
      call.wakeUp = undefined;
      clearTimeout(call.timer);
      resolve();
    };
    call.timer = setTimeout(call.wakeUp, ms);
  });
}
