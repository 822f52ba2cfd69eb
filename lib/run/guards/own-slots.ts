/** A limited number of calls of this process, in the order in which they came. */
type Slots = {
  /** Resolves to true when the call may run, and to false when none of the others ended within `waitMs`. Rejects on abort. */
  take(waitMs: number, signal: AbortSignal | undefined): Promise<boolean>;
  giveBack(): void;
};

const all = new Map<string, Slots>();

/** Returns the slots of a name. Later calls may have another limit, after an edit of the manifest. */
export function ownSlots(name: string, limit: number): Slots {
  const id = JSON.stringify([name, limit]);
  const known = all.get(id) ?? createSlots(limit);
  all.set(id, known);
  return known;
}

function createSlots(limit: number): Slots {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async take(waitMs, signal) {
      signal?.throwIfAborted();
      if (running < limit) {
        running++;
        return true;
      }
      if (waitMs <= 0) return false;
      return await new Promise<boolean>((resolve, reject) => {
        const leave = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
          const index = waiting.indexOf(start);
          if (index >= 0) waiting.splice(index, 1);
        };
        const start = (): void => {
          leave();
          resolve(true);
        };
        const abort = (): void => {
          leave();
          reject(signal?.reason as Error);
        };
        const timer = setTimeout(() => {
          leave();
          resolve(false);
        }, waitMs);
        signal?.addEventListener('abort', abort, { once: true });
        waiting.push(start);
      });
    },
    giveBack() {
      const next = waiting.shift();
      // The slot passes to the call that waits longest.
      if (next) next();
      else running--;
    },
  };
}
