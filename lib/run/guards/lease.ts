/** How long a lease lasts unless it is renewed, in milliseconds. It frees what a process held that was killed. */
export const LEASE_MS = 10_000;

const RENEW_MS = LEASE_MS / 3;

/** Runs `work` and calls `renew` at intervals meanwhile. */
export async function withLease<R>(renew: () => Promise<void>, work: () => Promise<R>): Promise<R> {
  const timer = setInterval(() => void renew(), RENEW_MS);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
