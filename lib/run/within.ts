import type { Deadline } from '../contract/deadline.ts';

/** Waits for the promise. Throws TIMEOUT when the deadline passes first, and the reason of the signal when it aborts first. */
export async function within<T>(promise: Promise<T>, deadline: Deadline, signal?: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(deadline.error()), deadline.remainingMs());
    onAbort = () => reject(signal?.reason as Error);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
  }
}
