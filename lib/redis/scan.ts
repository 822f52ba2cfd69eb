import type { Deadline } from '../contract/deadline.ts';
import { GantzError } from '../contract/errors.ts';
import type { Commands } from './commands.ts';
import type { ScanOrigin } from './scan-origin.ts';

/**
 * One step of SCAN or SSCAN on one server, which looks at about `count` items. The cursor is that of the next step, '0' at
 * the end.
 */
export type ScanStep<T> = (
  client: Commands,
  cursor: string,
  count: number,
) => Promise<{ cursor: string; items: readonly T[] }>;

type PageOptions = {
  /** Finds the servers to scan. */
  origin: () => Promise<ScanOrigin>;
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
 * Scans one server after the other until the limit, the end, or shortly before the deadline. Returns each item once, and
 * the cursor of the next page, null at the end. Throws INVALID_PARAMETERS when `cursor` is not a cursor, and CONFLICT when
 * the servers are no longer those of the cursor.
 */
export async function scanPage<T>(
  step: ScanStep<T>,
  { origin, limit, cursor, deadline, progress }: PageOptions,
): Promise<{ items: T[]; cursor: string | null }> {
  const start = parseCursor(cursor);
  const { clients, id, mayMove } = await origin();
  if (start.id !== undefined && start.id !== id) throw serversChanged();
  let { server, next } = start;
  const reserveMs = deadline.remainingMs() * (1 - SHARE_OF_TIME);
  const items = new Set<T>();
  let count = Math.min(limit, WANTED_FINDS);
  for (let client = clients[server]; client; client = clients[server]) {
    const batch = await step(client, next, count);
    count = nextCount(count, batch.items.length);
    for (const item of batch.items) items.add(item);
    next = batch.cursor;
    if (next === '0') server++;
    progress?.(items.size);
    if (items.size >= limit || deadline.remainingMs() <= reserveMs) break;
  }
  if (mayMove && (await origin()).id !== id) throw serversChanged();
  return { items: [...items], cursor: server < clients.length ? `${server}-${next}-${id}` : null };
}

/**
 * Returns the count of the next step. Found items take most of the server's time. Where few items match, larger steps
 * keep the number of steps small.
 */
function nextCount(count: number, found: number): number {
  if (found * 2 <= WANTED_FINDS) return Math.min(count * 2, LARGEST_COUNT);
  return found > WANTED_FINDS ? Math.ceil(count / 2) : count;
}

/** `id` is undefined at the start of a listing. */
type Cursor = { server: number; next: string; id: string | undefined };

/**
 * Parses `<index of the server>-<cursor of Redis>-<id of the servers>`. The cursors of Redis are unsigned 64-bit numbers. As in
 * Redis, 0 begins a listing.
 */
function parseCursor(text: string | undefined): Cursor {
  if (text === undefined || text === '0') return { server: 0, next: '0', id: undefined };
  const [, server, next = '', id = ''] = /^(\d{1,4})-(\d{1,20})-([0-9a-f]*)$/.exec(text) ?? [];
  if (server !== undefined && BigInt(next) < 2n ** 64n) return { server: Number(server), next, id };
  throw new GantzError('INVALID_PARAMETERS', `${JSON.stringify(text)} is not a cursor`, {
    hint: 'Pass the cursor of the previous page unchanged, or none for the first page.',
    details: [{ path: '/cursor', message: 'is not a cursor' }],
  });
}

/** Returns the failure of a listing whose servers changed. */
export function serversChanged(): GantzError {
  return new GantzError(
    'CONFLICT',
    'The servers have changed since the listing began, so its cursor would skip entries',
    {
      retryable: false,
      hint: 'List again, without a cursor.',
    },
  );
}
