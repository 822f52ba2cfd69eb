import { isUtf8 } from 'node:buffer';
import { GantzError } from '../../contract/errors.ts';
import { Deadline } from '../../contract/deadline.ts';
import { isExported } from '../keys.ts';
import { escapeGlob } from '../pattern.ts';
import { findOrigin, type ScanOrigin } from '../scan-origin.ts';
import { scanPage, serversChanged } from '../scan.ts';
import { parseTime } from './clock.ts';
import { expiryReader } from './expiry.ts';
import {
  encodeBytes,
  FORMAT,
  sizeOf,
  sizeOfAll,
  TYPES,
  VERSION,
  type Bytes,
  type End,
  type Header,
  type Item,
  type Part,
  type Type,
} from './format.ts';
import { CHUNK_BYTES, Gone, isGone, sendForBytes } from './read-key.ts';
import { READERS } from './read.ts';
import type { Step } from './steps.ts';

/** Counts of exported structures, updated while an export runs. */
export type ExportTally = { keys: number; types: Partial<Record<Type, number>> };

type ExportOptions = { namespace: string; step: Step; tally: ExportTally };

/** What all lines of a structure have. */
type Structure = Pick<Part, 'space' | 'name' | 'type' | 'expires_at_ms'>;

/** A structure whose first items were read. */
type Opened = Structure & {
  first: Item[];
  next: IteratorResult<Item[], undefined>;
  rest: AsyncGenerator<Item[], undefined>;
};

/** How many keys one page of SCAN finds. */
const PAGE_KEYS = 1000;
/** How many structures are read at a time: at most so many, and about so many bytes. */
const MOST_AT_A_TIME = 128;
const BYTES_AT_A_TIME = 8 * 1024 * 1024;
/** A line ends when its items have this size. */
const LINE_BYTES = 1024 * 1024;

/**
 * Yields the lines of an export of a namespace, without their line breaks. They are read as they are taken, so the memory is
 * constant. Throws CONFLICT when the servers change meanwhile, NOT_RUNNABLE for a single node of a cluster, and
 * OUTPUT_TOO_LARGE for an element of more than 128 MiB.
 */
export async function* exportNamespace({ namespace, step, tally }: ExportOptions): AsyncGenerator<string> {
  const time = await step(({ client }) => sendForBytes(client, ['TIME']));
  const header: Header = { format: FORMAT, version: VERSION, namespace, time_ms: parseTime(time) };
  yield JSON.stringify(header);
  const open = opener(namespace, step);
  let atATime = 8;
  for await (const keys of pagesOf(namespace, step)) {
    for (let from = 0; from < keys.length;) {
      const some = keys.slice(from, from + atATime);
      from += some.length;
      let size = 1;
      for (const structure of await Promise.all(some.map(open))) {
        if (!structure) continue;
        size += sizeOfAll(structure.first) + sizeOfAll(structure.next.value ?? []);
        yield* linesOf(structure, tally);
      }
      const wanted = Math.floor((BYTES_AT_A_TIME * some.length) / size);
      atATime = Math.max(1, Math.min(MOST_AT_A_TIME, atATime * 4, wanted));
    }
  }
  const end: End = { end: true, ...tally };
  yield JSON.stringify(end);
}

/** Yields the keys of the namespace, page by page. */
async function* pagesOf(namespace: string, step: Step): AsyncGenerator<Buffer[]> {
  const pattern = `${escapeGlob(`${namespace}:`)}*`;
  let cursor: string | null = '0';
  let origin: ScanOrigin | undefined;
  try {
    while (cursor !== null) {
      const from: string = cursor;
      const page: { items: Buffer[]; cursor: string | null } = await step((redis) =>
        scanPage(
          async (client, at, count) => {
            const words = ['SCAN', at, 'MATCH', pattern, 'COUNT', String(count)];
            const [next, items] = (await sendForBytes(client, words)) as [Buffer, Buffer[]];
            return { cursor: next.toString(), items };
          },
          {
            origin: async () => (origin = await findOrigin(redis)),
            limit: PAGE_KEYS,
            cursor: from,
            deadline: new Deadline({ budgetMs: PAGE_MS }),
          },
        ),
      );
      yield page.items;
      ({ cursor } = page);
    }
    // The next page checks the servers. After the last one, a hash or set may have been read with a cursor of another server.
    const { id } = await step(findOrigin);
    if (id !== origin?.id) throw serversChanged();
  } catch (error) {
    throw explainConflict(error);
  }
}

/** How long one page may take before it ends with the keys found so far, in milliseconds. */
const PAGE_MS = 5000;

function explainConflict(error: unknown): unknown {
  if (!(error instanceof GantzError) || error.code !== 'CONFLICT') return error;
  return new GantzError('CONFLICT', error.message.replace(/(?<=^The servers have changed) .*/, ''), {
    retryable: true,
    hint: 'The export is incomplete. Export again when the servers no longer change.',
    cause: error,
  });
}

/** Returns the function that reads the first items of a key; it resolves to undefined for a key that is not exported. */
function opener(namespace: string, step: Step): (key: Buffer) => Promise<Opened | undefined> {
  const readExpiry = expiryReader();
  return async (bytes) => {
    const parts = splitKey(bytes, namespace);
    if (!parts) return undefined;
    // node-redis sends text faster than bytes.
    const key = isUtf8(bytes) ? bytes.toString('utf8') : bytes;
    try {
      const [type, expiresAtMs] = await step((redis) =>
        Promise.all([redis.client.sendCommand<string>(['TYPE', key]), readExpiry(redis, key)]),
      );
      if (!isType(type)) throw unknownType(parts, type);
      const rest = READERS[type](step, key);
      const first: Item[] = [];
      let next = await rest.next();
      // A structure of one line is imported faster than one of several.
      while (!next.done && (first.length === 0 || sizeOfAll(first) + sizeOfAll(next.value) <= CHUNK_BYTES)) {
        first.push(...next.value);
        next = await rest.next();
      }
      if (first.length === 0) return undefined;
      const expiry = expiresAtMs === undefined ? {} : { expires_at_ms: expiresAtMs };
      return { ...parts, type, ...expiry, first, next, rest };
    } catch (error) {
      if (isGone(error)) return undefined;
      throw withKey(error, parts);
    }
  };
}

/** Yields the lines of a structure. When it is gone meanwhile, the last line says so, and it does not count. */
async function* linesOf(opened: Opened, tally: ExportTally): AsyncGenerator<string> {
  const { first, next, rest, ...structure } = opened;
  let part = 0;
  let items = first;
  let following = next;
  try {
    for (;;) {
      const lines = splitItems(structure.type, items);
      for (const [index, value] of lines.entries()) {
        const more = index < lines.length - 1 || !following.done;
        const numbers = more || part > 0 ? { part: ++part } : {};
        if (!more) count(tally, structure.type);
        yield JSON.stringify({ ...structure, ...numbers, ...(more && { more: true }), value });
      }
      if (following.done) return;
      items = following.value;
      following = await rest.next();
    }
  } catch (error) {
    if (!isGone(error)) throw withKey(error, structure);
    yield JSON.stringify({ ...structure, part: part + 1, gone: true, value: [] });
  }
}

/** Splits items into the values of lines of bounded size. */
function splitItems(type: Type, items: Item[]): Part['value'][] {
  if (type === 'string') return items as Bytes[];
  const values: Item[][] = [];
  let size = Infinity;
  for (const item of items) {
    if (size > LINE_BYTES) {
      values.push([]);
      size = 0;
    }
    values.at(-1)?.push(item);
    size += sizeOf(item);
  }
  return values;
}

function count(tally: ExportTally, type: Type): void {
  tally.keys++;
  tally.types[type] = (tally.types[type] ?? 0) + 1;
}

/** Splits `<namespace>:<space>:<name>`. Returns undefined for a space that is not exported. */
function splitKey(key: Buffer, namespace: string): Pick<Part, 'space' | 'name'> | undefined {
  const begin = namespace.length + 1;
  const end = key.indexOf(':', begin);
  if (end < 0) return undefined;
  const space = key.toString('latin1', begin, end);
  return isExported(space) ? { space, name: encodeBytes(key.subarray(end + 1)) } : undefined;
}

function isType(type: string): type is Type {
  return (TYPES as readonly string[]).includes(type);
}

function unknownType({ space, name }: Pick<Part, 'space' | 'name'>, type: string): Error {
  if (type === 'none') return new Gone();
  return new GantzError('WRONG_TYPE', `${space} ${JSON.stringify(name)} has the type ${type}`, {
    hint: `gantz export copies ${TYPES.join(', ')}. Copy or delete this key with another program.`,
  });
}

/** Returns the failure with the name of the key when an element is too large. */
function withKey(error: unknown, { space, name }: Pick<Part, 'space' | 'name'>): unknown {
  if (!(error instanceof GantzError) || error.code !== 'OUTPUT_TOO_LARGE') return error;
  return new GantzError('OUTPUT_TOO_LARGE', `${space} ${JSON.stringify(name)}: ${error.message}`, {
    hint: 'Copy this key with another program, or delete it.',
  });
}
