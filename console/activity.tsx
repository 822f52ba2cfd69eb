import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ActivityEntry as Entry } from '../lib/http/activity-entry.ts';
import { eventsOf, request, type Envelope } from './api.ts';
import { Empty } from './empty.tsx';
import { JsonView } from './json-view.tsx';
import { address, load, messageOf, route } from './store.ts';
import { duration, shortened, visible } from './text.ts';
import { Time } from './time.tsx';
import { Verdict } from './tool.tsx';

/** As many as the server keeps. */
const KEPT = 500;
const RETRY_MS = 2000;

const entries = signal<readonly Entry[]>([]);
const connection = signal<'connecting' | 'open' | 'lost'>('connecting');
const paused = signal<readonly Entry[] | undefined>(undefined);
const words = signal('');
const onlyFailed = signal(false);

/**
 * Follows the calls of the server until the returned function is called. A lost connection is opened again. A hidden page has none,
 * since a browser opens only six to a server, for all tabs together; it gets the calls since then when it is seen again.
 */
export function followActivity(): () => void {
  const abort = new AbortController();
  void keepFollowing(abort.signal);
  return () => abort.abort();
}

async function keepFollowing(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.hidden) {
      await nextEvent('visibilitychange');
      continue;
    }
    const abort = new AbortController();
    const end = (): void => abort.abort();
    signal.addEventListener('abort', end);
    document.addEventListener('visibilitychange', end);
    try {
      await follow(abort.signal);
    } catch {
      // The page says that the connection is lost.
    } finally {
      signal.removeEventListener('abort', end);
      document.removeEventListener('visibilitychange', end);
    }
    if (abort.signal.aborted) continue;
    connection.value = 'lost';
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function nextEvent(name: string): Promise<void> {
  return new Promise((resolve) => document.addEventListener(name, () => resolve(), { once: true }));
}

/** True when a feed was open before. */
let wasOpen = false;

async function follow(signal: AbortSignal): Promise<void> {
  const response = await request('console/activity', { signal });
  if (!response.ok) throw new Error(`The server answers ${response.status}`);
  for await (const { event, data } of eventsOf(response)) {
    connection.value = 'open';
    if (event === 'calls') entries.value = (JSON.parse(data) as Entry[]).reverse();
    if (event === 'call') entries.value = [JSON.parse(data) as Entry, ...entries.value.slice(0, KEPT - 1)];
    // Another manifest may be served when the feed is open again.
    if (event === 'reloaded' || (event === 'calls' && wasOpen)) void load();
    wasOpen = true;
  }
}

/** The calls of all clients as they end, and the parameters and the answer of the chosen one. */
export function ActivityPage(): VNode {
  const [id] = route.value.rest;
  const all = paused.value ?? entries.value;
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = all.filter((entry) => {
    if (onlyFailed.value && entry.success) return false;
    const text = `${entry.tool} ${interfaceText(entry.interface)} ${entry.code ?? 'ok'}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  return (
    <div class={id === undefined ? 'split wide' : 'split wide chosen'}>
      <section class="list" aria-label="Calls">
        <h1 class="page-title">Activity</h1>
        <div class="toolbar">
          <input
            type="search"
            aria-label="Filter calls"
            placeholder="Filter by tool or code"
            value={words.value}
            onInput={({ currentTarget }) => (words.value = currentTarget.value)}
          />
          <label class="check">
            <input
              type="checkbox"
              checked={onlyFailed.value}
              onChange={({ currentTarget }) => (onlyFailed.value = currentTarget.checked)}
            />
            Failures only
          </label>
          <button
            type="button"
            class="quiet"
            aria-pressed={paused.value !== undefined}
            onClick={() => (paused.value = paused.value ? undefined : entries.value)}
          >
            {paused.value ? 'Continue' : 'Pause'}
          </button>
          <span class={`live ${paused.value ? 'paused' : connection.value}`} role="status">
            {paused.value ? 'Paused' : STATES[connection.value]}
          </span>
        </div>
        {shown.length > 0 ? (
          <CallTable calls={shown} chosen={id} />
        ) : all.length > 0 ? (
          <Empty title="No call matches">
            <p>{all.length} calls are hidden by the filter.</p>
            <button type="button" onClick={() => ((words.value = ''), (onlyFailed.value = false))}>
              Show all calls
            </button>
          </Empty>
        ) : (
          <Empty title="No calls yet">
            <p>
              Each call of this server appears here when it ends, whichever client makes it. Run one in{' '}
              <a href={address('tools')}>Tools</a>, or connect an agent to{' '}
              <code>{new URL('mcp', document.baseURI).href}</code>.
            </p>
          </Empty>
        )}
      </section>
      {id !== undefined && (
        <div class="detail">
          <CallDetail key={id} id={id} />
        </div>
      )}
    </div>
  );
}

const STATES = { connecting: 'Connecting', open: 'Live', lost: 'Connection lost; trying again' } as const;

function CallTable({ calls, chosen }: { calls: readonly Entry[]; chosen: string | undefined }): VNode {
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Table of calls">
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Tool</th>
            <th scope="col">Result</th>
            <th scope="col" class="num">
              Duration
            </th>
            <th scope="col" class="minor">
              Interface
            </th>
            <th scope="col" class="minor">
              Guards
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <tr
              key={call.id}
              class={String(call.id) === chosen ? 'chosen' : undefined}
              onClick={() => (location.hash = address('activity', String(call.id)))}
            >
              <td class="time">
                <Time iso={call.time} />
              </td>
              <td>
                <a
                  href={address('activity', String(call.id))}
                  aria-current={String(call.id) === chosen ? 'true' : undefined}
                >
                  <Breakable text={visible(shortened(call.tool, 100))} />
                </a>
              </td>
              <td>
                <span class={call.success ? 'code good' : 'code bad'}>
                  <Breakable text={call.success ? 'OK' : visible(call.code ?? '')} />
                </span>
              </td>
              <td class="num">{duration(call.duration_ms)}</td>
              <td class="minor">{interfaceText(call.interface)}</td>
              <td class="minor">{guardText(call.gantz)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isNarrow = matchMedia('(max-width: 680px)');

/** Text that a narrow table breaks after `_`. */
function Breakable({ text }: { text: string }): VNode {
  if (!isNarrow.matches) return <>{text}</>;
  const [first, ...rest] = text.split(/(?<=_)/);
  return (
    <>
      {first}
      {rest.map((part) => [<wbr />, part])}
    </>
  );
}

function interfaceText(name: string): string {
  return { http: 'REST', mcp: 'MCP' }[name] ?? visible(name);
}

function guardText(gantz: Entry['gantz'] = {}): string {
  const { cached, stale, replayed, attempts, refused_by: refusedBy } = gantz;
  return [
    stale ? 'stale answer' : cached && 'cached',
    replayed && 'replayed',
    typeof attempts === 'number' && `${attempts} attempts`,
    typeof refusedBy === 'string' && refusedBy.replaceAll('_', ' '),
  ]
    .filter((part) => typeof part === 'string')
    .map(visible)
    .join(', ');
}

type Detail = Entry & {
  text: { parameters: string | undefined; answer: string | undefined };
  envelope: Envelope | undefined;
};

function CallDetail({ id }: { id: string }): VNode {
  const loaded = useRef(signal<{ call?: Detail; problem?: string }>({})).current;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    fetchCall(id, abort.signal).then(
      (call) => (loaded.value = { call }),
      (error: unknown) => abort.signal.aborted || (loaded.value = { problem: messageOf(error) }),
    );
    return () => abort.abort();
  }, [id]);
  const { call, problem } = loaded.value;
  useEffect(() => heading.current?.focus(), [call, problem]);
  if (problem !== undefined) {
    return (
      <Empty title="This call is not kept">
        <p>{visible(problem)}</p>
        <a href={address('activity')}>Show the calls that are</a>
      </Empty>
    );
  }
  if (!call) return <p class="loading">Loading the call…</p>;
  const { parameters, answer } = call.text;
  return (
    <article class="tool">
      <a class="back" href={address('activity')}>
        Close
      </a>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {visible(shortened(call.tool, 200))}
        </h1>
        <p class="note">
          <time dateTime={call.time}>{new Date(call.time).toLocaleString()}</time> over{' '}
          {interfaceText(call.interface)} · <a href={address('tools', call.tool)}>Open the tool</a>
        </p>
      </header>
      <div class="run-status">
        <Verdict
          answer={{
            envelope: call.envelope ?? { ...call, error: 'The answer is too long to be kept' },
            text: '',
          }}
          ms={call.duration_ms}
        />
      </div>
      {parameters === undefined ? (
        <p class="note">The parameters are longer than 64 KiB, so they are not kept.</p>
      ) : (
        <JsonView text={parameters} label="Parameters" name={`${call.tool}-parameters`} />
      )}
      {answer === undefined ? (
        <p class="note">Parameters and answer together are longer than 64 KiB, so the answer is not kept.</p>
      ) : (
        <JsonView text={answer} label="Answer" name={`${call.tool}-answer`} />
      )}
    </article>
  );
}

async function fetchCall(id: string, signal: AbortSignal): Promise<Detail> {
  const response = await request(`console/activity/${encodeURIComponent(id)}`, { signal });
  const text = await response.text();
  const value = JSON.parse(text) as Entry & { parameters?: unknown; answer?: Envelope; result?: Envelope };
  if (!response.ok) throw new Error(value.result?.error ?? `The server answers ${response.status}`);
  return {
    ...value,
    envelope: value.answer,
    text: {
      parameters: value.parameters === undefined ? undefined : JSON.stringify(value.parameters),
      answer: value.answer === undefined ? undefined : JSON.stringify(value.answer),
    },
  };
}
