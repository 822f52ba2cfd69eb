import type { Deadline } from '../contract/deadline.ts';
import { GantzError } from '../contract/errors.ts';

/**
 * One step of SCAN or SSCAN, which looks at about `count` items. The cursor is that of the next step, '0' at the end.
 */
export type ScanStep<T> = (cursor: string, count: number) => Promise<{ cursor: string; items: readonly T[] }>;

type PageOptions = {
  /** Scanning stops after this many items. A page may hold more, because the items of one step stay together. */
  limit: number;
  /** The cursor of the previous page; absent for the first page. */
  cursor?: string | undefined;
  deadline: Deadline;
  /** Called after each step with the number of items found so far. */
  progress?: (found: number) => void;
};

/** The most items that one step looks at. The server serves no other client during a step. */
const LARGEST_COUNT = 1000;
/** The number of found items per step to aim for. */
const WANTED_FINDS = 50;

/** The share of the remaining time that scanning may use. The rest is for the answer. */
const SHARE_OF_TIME = 0.85;

/**
 * Scans until the limit, the end, or shortly before the deadline. Returns each item once, and the cursor of the next
 * page, null at the end. Throws INVALID_PARAMETERS when `cursor` is not a cursor.
 */
export async function scanPage<T>(
  step: ScanStep<T>,
  { limit, cursor = '0', deadline, progress }: PageOptions,
): Promise<{ items: T[]; cursor: string | null }> {
  let next = checkCursor(cursor);
  const reserveMs = deadline.remainingMs() * (1 - SHARE_OF_TIME);
  const items = new Set<T>();
  let count = Math.min(limit, WANTED_FINDS);
  do {
    const batch = await step(next, count);
    count = nextCount(count, batch.items.length);
    for (const item of batch.items) items.add(item);
    next = batch.cursor;
    progress?.(items.size);
  } while (next !== '0' && items.size < limit && deadline.remainingMs() > reserveMs);
  return { items: [...items], cursor: next === '0' ? null : next };
}

/**
 * Returns the count of the next step. Found items take most of the server's time. Where few items match, larger steps
 * keep the number of steps small.
 */
function nextCount(count: number, found: number): number {
  if (found * 2 <= WANTED_FINDS) return Math.min(count * 2, LARGEST_COUNT);
  return found > WANTED_FINDS ? Math.ceil(count / 2) : count;
}

/** Checks a cursor. The cursors of Redis are unsigned 64-bit numbers. */
function checkCursor(cursor: string): string {
  if (/^\d{1,20}$/.test(cursor) && BigInt(cursor) < 2n ** 64n) return cursor;
  throw new GantzError('INVALID_PARAMETERS', `${JSON.stringify(cursor)} is not a cursor`, {
    hint: 'Pass the cursor of the previous page unchanged, or none for the first page.',
    details: [{ path: '/cursor', message: 'is not a cursor' }],
  });
}
