import type { Deadline } from '../deadline.ts';
import { GantzError } from '../errors.ts';

/** One SCAN-like step that looks at about `count` items: those of the batch, and the cursor of the next, '0' at the end. */
export type ScanStep<T> = (cursor: string, count: number) => Promise<{ cursor: string; items: readonly T[] }>;

type PageOptions<T> = {
  /** Where scanning stops; a page may hold more, since a batch is never cut. */
  limit: number;
  /** The cursor that the page before gave; absent for the first page. */
  cursor?: string | undefined;
  deadline: Deadline;
  /** Called after each batch with how many items there are so far. */
  progress?: (found: number) => void;
  /** What makes two items the same; the item itself when absent. */
  identity?: (item: T) => unknown;
};

/** The most that one step looks at, and about the most that it finds: the server does nothing else meanwhile. */
const LARGEST_BATCH = 1000;
const LARGEST_FIND = 50;

/** The share of the time left that scanning may use; the rest is for answering. */
const SHARE_OF_TIME = 0.85;

/** Scans until the limit, the end or shortly before the deadline: each item once, and the cursor to go on from, null at the end. */
export async function scanPage<T>(
  step: ScanStep<T>,
  { limit, cursor = '0', deadline, progress, identity = (item) => item }: PageOptions<T>,
): Promise<{ items: T[]; cursor: string | null }> {
  let next = checkCursor(cursor);
  const reserveMs = deadline.remainingMs() * (1 - SHARE_OF_TIME);
  const items = new Map<unknown, T>();
  let batchSize = Math.min(limit, LARGEST_FIND);
  do {
    const batch = await step(next, batchSize);
    batchSize = nextSize(batchSize, batch.items.length);
    for (const item of batch.items) {
      const key = identity(item);
      if (!items.has(key)) items.set(key, item);
    }
    next = batch.cursor;
    progress?.(items.size);
  } while (next !== '0' && items.size < limit && deadline.remainingMs() > reserveMs);
  return { items: [...items.values()], cursor: next === '0' ? null : next };
}

/** Where few match, small steps would be many; what costs the server time is what it finds. */
function nextSize(size: number, found: number): number {
  if (found * 2 <= LARGEST_FIND) return Math.min(size * 2, LARGEST_BATCH);
  return found > LARGEST_FIND ? Math.ceil(size / 2) : size;
}

/** Redis' cursors are unsigned 64-bit numbers. */
function checkCursor(cursor: string): string {
  if (/^\d{1,20}$/.test(cursor) && BigInt(cursor) < 2n ** 64n) return cursor;
  throw new GantzError('INVALID_PARAMETERS', `${JSON.stringify(cursor)} is not a cursor`, {
    hint: 'Give back the cursor of the page before as it was, or none to start.',
    details: [{ path: '/cursor', message: 'is not a cursor' }],
  });
}
