import type { Deadline } from '../contract/deadline.ts';

/** The promise's value, unless the deadline passes (TIMEOUT) or the signal aborts (its reason) first. */
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
