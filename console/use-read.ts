import { useEffect, useState } from 'preact/hooks';
import { read } from './api.ts';
import { messageOf, offers } from './store.ts';

/** What a read has returned so far. */
export type Reading<T> = {
  value?: T;
  /** When the value came, as `Date.now()`. */
  at: number;
  /** Why the last read failed. */
  problem?: string;
};

/**
 * Reads by a tool that the server offers, and again every `everyMs` milliseconds while the page can be seen. Other parameters begin a new reading. `round`
 * changes to read at once.
 */
export function useRead<T>(tool: string, params: object, everyMs: number, round = 0): Reading<T> {
  const key = JSON.stringify([tool, params]);
  const [reading, setReading] = useState<Reading<T> & { key: string }>({ key, at: 0 });
  const isOffered = offers(tool);
  useEffect(() => {
    if (!isOffered) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async (): Promise<void> => {
      if (!document.hidden) {
        try {
          const value = await read<T>(tool, params, abort.signal);
          setReading({ key, value, at: Date.now() });
        } catch (error) {
          if (abort.signal.aborted) return;
          setReading((last) => ({
            ...(last.key === key ? last : { at: 0 }),
            key,
            problem: messageOf(error),
          }));
        }
      }
      if (!abort.signal.aborted) timer = setTimeout(() => void again(), everyMs);
    };
    void again();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, round, isOffered]);
  if (!isOffered) return { at: 0, problem: `The options of this server do not allow the tool ${tool}.` };
  return reading.key === key ? reading : { at: 0 };
}

/** Returns the time, as `Date.now()`, anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
