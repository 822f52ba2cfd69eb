import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { callTool } from './api.ts';
import { Facts } from './facts.tsx';
import { JsonView } from './json-view.tsx';
import { messageOf, offers } from './store.ts';
import { shortened, timeLeft, visible } from './text.ts';
import { useNow, useRead, type Reading } from './use-read.ts';

/** How often a viewer reads again, in milliseconds. */
const MS = 2000;
const PAGE = 100;

type Viewer = (props: { name: string }) => VNode;

/** Shows the content of one structure, by its kind. */
export const VIEWERS = {
  cache: CacheView,
  list: ListView,
  hash: HashView,
  set: SetView,
  sorted_set: SortedSetView,
  session: SessionView,
  lock: LockView,
  queue: QueueView,
  stream: StreamView,
  rate_limit: RateLimitView,
} as const satisfies Readonly<Record<string, Viewer>>;

/** Shows a reading, or why there is none. */
function Shown<T>({ reading, show }: { reading: Reading<T>; show: (value: T) => VNode }): VNode {
  const { value, problem } = reading;
  return (
    <>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {visible(problem)}
        </p>
      )}
      {value === undefined ? problem === undefined && <p class="note">Loading…</p> : show(value)}
    </>
  );
}

function Gone(): VNode {
  return <p class="note">It no longer exists: it was deleted, or its time to live has ended.</p>;
}

/** A table of rows whose last cell is a JSON value. */
function Rows({
  heads,
  rows,
}: {
  heads: readonly string[];
  rows: readonly (readonly [string | number, unknown])[];
}): VNode {
  if (rows.length === 0) return <p class="note">Nothing is here.</p>;
  return (
    <div class="table boxed" tabIndex={0} role="region" aria-label={heads.join(' and ')}>
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, value]) => (
            <tr key={first}>
              <td class="first">{visible(shortened(String(first), 200))}</td>
              <td class="value">{short(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function short(value: unknown): string {
  return visible(shortened(typeof value === 'string' ? value : JSON.stringify(value), 1000));
}

function Pager({
  page,
  more,
  onPage,
}: {
  page: number;
  more: boolean;
  onPage: (page: number) => void;
}): VNode {
  if (page === 0 && !more) return <></>;
  return (
    <div class="actions">
      <button type="button" class="quiet" disabled={page === 0} onClick={() => onPage(page - 1)}>
        Previous
      </button>
      <span class="note">Page {page + 1}</span>
      <button type="button" class="quiet" disabled={!more} onClick={() => onPage(page + 1)}>
        Next
      </button>
    </div>
  );
}

function CacheView({ name }: { name: string }): VNode {
  const reading = useRead<{ value: unknown; found: boolean }>('cache_get', { key: name }, MS);
  return (
    <Shown
      reading={reading}
      show={({ value, found }) =>
        found ? <JsonView text={JSON.stringify(value)} label="Value" name={name} /> : <Gone />
      }
    />
  );
}

function ListView({ name }: { name: string }): VNode {
  const [page, setPage] = useState(0);
  const start = page * PAGE;
  const reading = useRead<{ values: unknown[] }>('list_range', { key: name, start, end: start + PAGE }, MS);
  return (
    <Shown
      reading={reading}
      show={({ values }) => (
        <>
          <Rows
            heads={['Index', 'Value']}
            rows={values.slice(0, PAGE).map((value, index) => [start + index, value])}
          />
          <Pager page={page} more={values.length > PAGE} onPage={setPage} />
        </>
      )}
    />
  );
}

function HashView({ name }: { name: string }): VNode {
  const reading = useRead<{ data?: Record<string, unknown>; found: boolean }>('hash_get', { key: name }, MS);
  return (
    <Shown
      reading={reading}
      show={({ data, found }) =>
        data && found ? (
          <Rows heads={['Field', 'Value']} rows={Object.entries(data).slice(0, 1000)} />
        ) : (
          <Gone />
        )
      }
    />
  );
}

function SetView({ name }: { name: string }): VNode {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const params = { key: name, limit: PAGE, ...(cursor !== undefined && { cursor }) };
  const reading = useRead<{ members: unknown[]; cursor: string | null }>('set_members', params, MS);
  return (
    <Shown
      reading={reading}
      show={({ members, cursor: next }) => (
        <>
          <Rows heads={['No.', 'Member']} rows={members.map((member, index) => [index + 1, member])} />
          <Pager
            page={cursors.length}
            more={next !== null}
            onPage={(page) =>
              setCursors(page < cursors.length ? cursors.slice(0, page) : [...cursors, next ?? ''])
            }
          />
        </>
      )}
    />
  );
}

function SortedSetView({ name }: { name: string }): VNode {
  const [page, setPage] = useState(0);
  const params = { key: name, limit: PAGE + 1, offset: page * PAGE };
  const reading = useRead<{ members: { member: unknown; score: number }[] }>('sorted_set_range', params, MS);
  return (
    <Shown
      reading={reading}
      show={({ members }) => (
        <>
          <div class="table boxed" tabIndex={0} role="region" aria-label="Members">
            <table>
              <thead>
                <tr>
                  <th scope="col">Rank</th>
                  <th scope="col" class="num">
                    Score
                  </th>
                  <th scope="col">Member</th>
                </tr>
              </thead>
              <tbody>
                {members.slice(0, PAGE).map(({ member, score }, index) => (
                  <tr key={index}>
                    <td class="first">{page * PAGE + index}</td>
                    <td class="num">{score}</td>
                    <td class="value">{short(member)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Pager page={page} more={members.length > PAGE} onPage={setPage} />
        </>
      )}
    />
  );
}

type Session = { found: boolean; ttl: number | null; session: Record<string, unknown> | null };

function SessionView({ name }: { name: string }): VNode {
  const reading = useRead<Session>('session_get', { session_id: name }, MS);
  const now = useNow();
  return (
    <Shown
      reading={reading}
      show={({ session, ttl }) => {
        if (!session) return <Gone />;
        const { data, revision, ...rest } = session;
        const others = Object.entries(rest).filter(([key]) => key !== 'id' && key !== 'session_id');
        return (
          <>
            <Facts
              facts={[
                ['Revision', Number(revision)],
                ['Time to live', timeLeft(ttl === null ? null : ttl * 1000, now - reading.at)],
                ...others.map(([key, value]) => [titleOf(key), timeOr(value)] as const),
              ]}
            />
            <JsonView text={JSON.stringify(data ?? null)} label="Data" name={name} />
          </>
        );
      }}
    />
  );
}

/** Returns the name of a field as a title: `created_at` is `Created at`. */
function titleOf(field: string): string {
  return `${field.charAt(0).toUpperCase()}${field.slice(1).replaceAll('_', ' ')}`;
}

function timeOr(value: unknown): string {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  return isTime ? new Date(value).toLocaleString() : short(value);
}

type Lock = { held: boolean; owner: string | null; fence: number | null; expires_in_ms: number | null };

function LockView({ name }: { name: string }): VNode {
  const reading = useRead<Lock>('lock_status', { name }, MS);
  const now = useNow();
  return (
    <Shown
      reading={reading}
      show={({ held, owner, fence, expires_in_ms: left }) => (
        <Facts
          facts={[
            ['Held', held ? 'yes' : 'no'],
            ['Holder', owner === null ? (held ? 'it gave no name' : 'nobody') : visible(owner)],
            ['Ends in', left === null ? '–' : timeLeft(left, now - reading.at)],
            ['Fence', fence ?? '–'],
          ]}
        />
      )}
    />
  );
}

const STATES = ['ready', 'delayed', 'taken', 'dead'] as const;
type Counts = Record<(typeof STATES)[number], number> & { due: number; oldest_age_ms: number | null };
type Job = { id: string; payload: unknown; attempt: number; max_attempts: number; last_error?: string };
type Jobs = { jobs: Job[]; cursor: string | null };

function QueueView({ name }: { name: string }): VNode {
  const [state, setState] = useState<(typeof STATES)[number]>('ready');
  const [round, setRound] = useState(0);
  const [said, setSaid] = useState('');
  const counts = useRead<Counts>('queue_stats', { queue: name }, 1000, round);
  const jobs = useRead<Jobs>('queue_peek', { queue: name, state, limit: PAGE }, 1000, round);
  const requeue = async (ids?: readonly string[]): Promise<void> => {
    try {
      const { envelope } = await callTool(
        'queue_requeue',
        JSON.stringify({ queue: name, ...(ids && { ids }) }),
      );
      const moved = Number(envelope['moved']);
      setSaid(
        envelope.success
          ? `${moved} ${moved === 1 ? 'job is' : 'jobs are'} ready again`
          : (envelope.error ?? ''),
      );
    } catch (error) {
      setSaid(messageOf(error));
    }
    setRound((last) => last + 1);
  };
  const canRequeue = state === 'dead' && offers('queue_requeue');
  return (
    <>
      <Shown
        reading={counts}
        show={(value) => (
          <>
            <div class="toggle wide" role="group" aria-label="Jobs in the state">
              {STATES.map((one) => (
                <button key={one} type="button" aria-pressed={one === state} onClick={() => setState(one)}>
                  {one} <strong>{value[one]}</strong>
                </button>
              ))}
            </div>
            {value.oldest_age_ms !== null && (
              <p class="note">The oldest ready job was added {timeLeft(value.oldest_age_ms, 0)} ago.</p>
            )}
          </>
        )}
      />
      <Shown
        reading={jobs}
        show={({ jobs: list, cursor }) => (
          <>
            {canRequeue && list.length > 0 && (
              <button type="button" class="inline" onClick={() => void requeue()}>
                Make all ready again
              </button>
            )}
            <p class="note" role="status">
              {visible(said)}
            </p>
            {list.length === 0 && <p class="note">No job is {state}.</p>}
            {list.length > 0 && (
              <ul class="boxed jobs">
                {list.map((job) => (
                  <li key={job.id}>
                    <details>
                      <summary>
                        <code>{short(job.payload)}</code>
                        {job.attempt > 0 && (
                          <span class="note">
                            {job.attempt} of {job.max_attempts} attempts
                            {job.last_error !== undefined && `: ${short(job.last_error)}`}
                          </span>
                        )}
                      </summary>
                      <JsonView text={JSON.stringify(job)} label={`Job ${visible(job.id)}`} name={job.id} />
                    </details>
                    {canRequeue && (
                      <button type="button" class="quiet" onClick={() => void requeue([job.id])}>
                        Make ready again
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            )}
            {cursor !== null && <p class="note">Only the first {PAGE} jobs are shown.</p>}
          </>
        )}
      />
    </>
  );
}

type StreamFacts = {
  length: number;
  first_id: string | null;
  last_id: string | null;
  groups: { name: string; pending: number; lag: number | null }[];
};

function StreamView({ name }: { name: string }): VNode {
  const facts = useRead<StreamFacts>('stream_info', { stream: name }, 1000);
  const [after, setAfter] = useState<readonly string[]>(['0']);
  const from = after.at(-1) ?? '0';
  const events = useRead<{ events: { id: string; event: unknown }[]; last_id: string }>(
    'stream_read',
    { stream: name, after: from, count: PAGE },
    1000,
  );
  return (
    <>
      <Shown
        reading={facts}
        show={({ length, first_id: first, last_id: last, groups }) => (
          <Facts
            facts={[
              ['Events', length],
              ['First', first ?? '–'],
              ['Last', last ?? '–'],
              ...groups.map(
                (group) =>
                  [
                    `Group ${visible(shortened(group.name, 60))}`,
                    `${group.pending} pending, ${group.lag ?? 'unknown'} not taken yet`,
                  ] as const,
              ),
            ]}
          />
        )}
      />
      <Shown
        reading={events}
        show={({ events: list, last_id: last }) => (
          <>
            <Rows heads={['Id', 'Event']} rows={list.map(({ id, event }) => [id, event])} />
            <Pager
              page={after.length - 1}
              more={list.length === PAGE}
              onPage={(page) =>
                setAfter(page < after.length - 1 ? after.slice(0, page + 1) : [...after, last])
              }
            />
          </>
        )}
      />
    </>
  );
}

type Remaining = { allowed: boolean; current: number; limit: number; remaining: number };

/** A limit is in the calls and not in Redis, so a person enters it. With cost 0, the call counts nothing. */
function RateLimitView({ name }: { name: string }): VNode {
  const [limit, setLimit] = useState(10);
  const [seconds, setSeconds] = useState(60);
  return (
    <>
      <p class="note">
        The requests that are counted are in Redis; the limit is a parameter of each call. Enter it to see
        what remains in a sliding window.
      </p>
      <div class="pair">
        <label>
          Limit
          <input
            type="number"
            min={1}
            value={limit}
            onInput={({ currentTarget }) => setLimit(Math.max(1, Math.floor(Number(currentTarget.value))))}
          />
        </label>
        <label>
          Window in seconds
          <input
            type="number"
            min={1}
            value={seconds}
            onInput={({ currentTarget }) => setSeconds(Math.max(1, Math.floor(Number(currentTarget.value))))}
          />
        </label>
      </div>
      <RateLimitFacts name={name} limit={limit} seconds={seconds} />
    </>
  );
}

function RateLimitFacts({ name, limit, seconds }: { name: string; limit: number; seconds: number }): VNode {
  const params = { identifier: name, limit, window_seconds: seconds, cost: 0 };
  const reading = useRead<Remaining>('rate_limit_sliding_window', params, MS);
  return (
    <Shown
      reading={reading}
      show={({ allowed, current, remaining }) => (
        <>
          <Facts
            facts={[
              ['Counted', current],
              ['Remaining', remaining],
              ['Next request', allowed ? 'allowed' : 'not allowed'],
            ]}
          />
          <meter aria-label="Counted of the limit" min={0} max={limit} value={current} />
        </>
      )}
    />
  );
}
