import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty } from './empty.tsx';
import { address, offers, route } from './store.ts';
import { shortened, size, timeLeft, visible } from './text.ts';
import { useNow, useRead } from './use-read.ts';
import { VIEWERS } from './viewers.tsx';

/** The kinds of structures, as `state_list` names them: their titles, and what the size of one counts. */
const KINDS = {
  cache: { title: 'Cache', unit: 'Size' },
  session: { title: 'Sessions', unit: 'Keys' },
  queue: { title: 'Queues', unit: 'Jobs' },
  lock: { title: 'Locks', unit: 'Holders' },
  stream: { title: 'Streams', unit: 'Events' },
  rate_limit: { title: 'Rate limits', unit: 'Entries' },
  list: { title: 'Lists', unit: 'Values' },
  hash: { title: 'Hashes', unit: 'Fields' },
  set: { title: 'Sets', unit: 'Members' },
  sorted_set: { title: 'Sorted sets', unit: 'Members' },
} as const;

type KindName = keyof typeof KINDS;

/** How often the page reads again, in milliseconds. */
const LIST_MS = 3000;
const PAGE = 100;

const prefix = signal('');

type Entries = {
  entries: { name: string; ttl_ms: number | null; size: number }[];
  cursor: string | null;
};

/** Returns true when the tools of this server can list what is in Redis. */
export function canShowState(): boolean {
  return offers('state_list');
}

/** The structures of one kind, and the content of the chosen one. */
export function StatePage(): VNode {
  const [given = '', name] = route.value.rest;
  const kind: KindName = Object.hasOwn(KINDS, given) ? (given as KindName) : 'cache';
  const Viewer = VIEWERS[kind];
  return (
    <div class={name === undefined ? 'split wide' : 'split wide chosen'}>
      <section class="list" aria-label="Structures">
        <h1 class="page-title">State</h1>
        <nav class="kinds" aria-label="Kinds">
          {Object.entries(KINDS).map(([id, { title }]) => (
            <a key={id} href={address('state', id)} aria-current={id === kind ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <StructureList key={kind} kind={kind} chosen={name} />
      </section>
      {name !== undefined && (
        <div class="detail">
          <article class="tool" key={`${kind} ${name}`}>
            <a class="back" href={address('state', kind)}>
              Close
            </a>
            <header>
              <h1>{visible(shortened(name, 300))}</h1>
            </header>
            <Viewer name={name} />
          </article>
        </div>
      )}
    </div>
  );
}

function StructureList({ kind, chosen }: { kind: KindName; chosen: string | undefined }): VNode {
  const { title, unit } = KINDS[kind];
  /** The cursors of the pages before, the current one last. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const pattern = `${prefix.value.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
  useEffect(() => setCursors([]), [pattern]);
  const params = { kind, pattern, limit: PAGE, ...(cursor !== undefined && { cursor }) };
  const { value, at, problem } = useRead<Entries>('state_list', params, LIST_MS);
  const now = useNow();
  const entries = value?.entries ?? [];
  const next = value?.cursor;
  return (
    <>
      <div class="toolbar">
        <input
          type="search"
          aria-label="Names that begin with"
          placeholder="Names that begin with…"
          value={prefix.value}
          onInput={({ currentTarget }) => (prefix.value = currentTarget.value)}
        />
        {(cursors.length > 0 || typeof next === 'string') && (
          <>
            <button
              type="button"
              class="quiet"
              disabled={cursors.length === 0}
              onClick={() => setCursors(cursors.slice(0, -1))}
            >
              Previous page
            </button>
            <button
              type="button"
              class="quiet"
              disabled={typeof next !== 'string'}
              onClick={() => typeof next === 'string' && setCursors([...cursors, next])}
            >
              Next page
            </button>
          </>
        )}
      </div>
      {problem !== undefined && (
        <p class="problem inset" role="alert">
          {visible(problem)}
        </p>
      )}
      {value && entries.length === 0 ? (
        typeof next === 'string' ? (
          <p class="loading">Nothing is on this page. There are more pages.</p>
        ) : (
          <Empty title={prefix.value === '' ? `${title}: nothing yet` : 'No name begins like this'}>
            <p>
              {prefix.value === ''
                ? 'What tools write appears here within seconds. '
                : 'Names are case sensitive, and the search begins at their first character. '}
              <a href={address('tools')}>Run a tool</a> that writes one.
            </p>
          </Empty>
        )
      ) : (
        <div class="table" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="num">
                  {unit}
                </th>
                <th scope="col" class="num">
                  Time to live
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((entry) => (
                <tr
                  key={entry.name}
                  class={entry.name === chosen ? 'chosen' : undefined}
                  onClick={() => (location.hash = address('state', kind, entry.name))}
                >
                  <td class="long">
                    <a
                      href={address('state', kind, entry.name)}
                      aria-current={entry.name === chosen ? 'true' : undefined}
                    >
                      {visible(shortened(entry.name, 200))}
                    </a>
                  </td>
                  <td class="num">{kind === 'cache' ? size(entry.size) : entry.size}</td>
                  <td class="num">{timeLeft(entry.ttl_ms, now - at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
