import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Empty } from './empty.tsx';
import { JsonView } from './json-view.tsx';
import {
  clear,
  counted,
  entries,
  subscribe,
  subscriptions,
  unsubscribe,
  type Entry,
  type Source,
  type Subscription,
} from './live-feed.ts';
import { address, offers, route, tools } from './store.ts';
import { shortened, visible } from './text.ts';
import { Time } from './time.tsx';
import { CallForm, fillIn } from './tool.tsx';

/** The kinds of sources: the tool that listens, and the tool that publishes with its parameter for the name. */
const KINDS = {
  channel: { title: 'Channel', example: 'news', listen: 'pubsub_subscribe' },
  pattern: { title: 'Pattern', example: 'news*', listen: 'pubsub_subscribe' },
  stream: { title: 'Stream', example: 'orders', listen: 'stream_read' },
} as const;

type Kind = Source['kind'];

const PUBLISHERS = {
  channel: { title: 'To a channel', tool: 'pubsub_publish' },
  stream: { title: 'To a stream', tool: 'stream_append' },
} as const;

type Publisher = keyof typeof PUBLISHERS;

const words = signal('');
/** What is shown while new messages are held back, and how many there were then. */
const paused = signal<{ entries: readonly Entry[]; counted: number } | undefined>(undefined);

/** Returns the keys of a table of tools whose tool the server offers. */
function offered<K extends string>(table: Readonly<Record<K, object>>, toolOf: (kind: K) => string): K[] {
  return (Object.keys(table) as K[]).filter((kind) => offers(toolOf(kind)));
}

const listenable = (): Kind[] => offered(KINDS, (kind: Kind) => KINDS[kind].listen);
const publishable = (): Publisher[] => offered(PUBLISHERS, (kind: Publisher) => PUBLISHERS[kind].tool);

/** Returns true when the tools of this server can listen to messages. */
export function canShowLive(): boolean {
  return listenable().length > 0;
}

/** The messages of channels, patterns and streams as they come, and the chosen one, or a form that publishes. */
export function LivePage(): VNode {
  const [what, to, name] = route.value.rest;
  const isPublishing = what === 'publish' && publishable().length > 0;
  return (
    <div class={what === undefined ? 'split wide' : 'split wide chosen'}>
      <section class="list" aria-label="Messages">
        <div class="title-bar">
          <h1 class="page-title">Live</h1>
          {publishable().length > 0 && (
            <a class="button" href={publishAddress()} aria-current={isPublishing ? 'true' : undefined}>
              Publish a message
            </a>
          )}
        </div>
        <SubscribeForm />
        <Sources />
        <Messages chosen={what} />
      </section>
      {what !== undefined && (
        <div class="detail">
          {isPublishing ? <PublishPanel to={to} name={name} /> : <MessageDetail key={what} id={what} />}
        </div>
      )}
    </div>
  );
}

/** Returns the address of the form that publishes: to where the message came from, or the first source. */
function publishAddress(source?: { kind: Kind; from: string }): string {
  const first = subscriptions.value.find(({ kind }) => kind !== 'pattern');
  const [kind, name] = source ? [source.kind, source.from] : [first?.kind, first?.name];
  if (kind === undefined || name === undefined) return address('live', 'publish');
  return address('live', 'publish', kind === 'stream' ? 'stream' : 'channel', name);
}

function SubscribeForm(): VNode {
  const kinds = listenable();
  const [chosen, setKind] = useState<Kind>('channel');
  const kind = kinds.includes(chosen) ? chosen : (kinds[0] ?? 'channel');
  const [name, setName] = useState('');
  const [problem, setProblem] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    const refused = name === '' ? 'Enter a name.' : subscribe({ kind, name });
    setProblem(refused);
    if (refused === '') setName('');
  };
  return (
    <form class="toolbar subscribe" onSubmit={submit}>
      <select
        aria-label="Listen to a"
        value={kind}
        onChange={({ currentTarget }) => setKind(currentTarget.value as Kind)}
      >
        {kinds.map((one) => (
          <option key={one} value={one}>
            {KINDS[one].title}
          </option>
        ))}
      </select>
      <input
        type="text"
        aria-label="Name"
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : 'subscribe-problem'}
        placeholder={`Name, such as ${KINDS[kind].example}`}
        autocomplete="off"
        spellcheck={false}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" class="primary">
        Subscribe
      </button>
      {problem !== '' && (
        <p class="problem" id="subscribe-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

/** What is listened to, each with its state and a button that ends it. */
function Sources(): VNode {
  return (
    <ul class="sources" aria-label="Subscriptions" aria-live="polite">
      {subscriptions.value.map((one) => (
        <li key={one.id} class={`source ${one.state}`} title={one.problem && visible(one.problem)}>
          <span class={`live ${one.state}`}>{STATES[one.state]}</span>
          <span>
            {KINDS[one.kind].title.toLowerCase()} <code>{nameOf(one)}</code>
          </span>
          <button
            type="button"
            class="quiet"
            aria-label={`End the subscription to ${KINDS[one.kind].title.toLowerCase()} ${nameOf(one)}`}
            onClick={() => unsubscribe(one.id)}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

const STATES = { connecting: 'Connecting', open: 'Listening', lost: 'Trying again', ended: 'Ended' } as const;

function nameOf({ name }: Subscription): string {
  return visible(shortened(name, 60));
}

function Messages({ chosen }: { chosen: string | undefined }): VNode {
  const all = paused.value?.entries ?? entries.value;
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ from, text }: Entry): boolean => {
    // A notice is always shown.
    if (text === undefined) return true;
    const searched = `${from} ${text}`.toLowerCase();
    return wanted.every((word) => searched.includes(word));
  };
  const shown = wanted.length === 0 ? all : all.filter(matches);
  const held = paused.value ? counted.value - paused.value.counted : 0;
  const isUsed = subscriptions.value.length > 0 || all.length > 0;
  return (
    <>
      {isUsed && (
        <div class="toolbar">
          <input
            type="search"
            aria-label="Filter messages"
            placeholder="Filter by text"
            value={words.value}
            onInput={({ currentTarget }) => (words.value = currentTarget.value)}
          />
          <button
            type="button"
            class="quiet"
            aria-pressed={paused.value !== undefined}
            onClick={() => {
              paused.value = paused.value ? undefined : { entries: entries.value, counted: counted.value };
            }}
          >
            {paused.value ? 'Continue' : 'Pause'}
          </button>
          <button
            type="button"
            class="quiet"
            disabled={all.length === 0}
            onClick={() => {
              clear();
              paused.value &&= { entries: [], counted: counted.value };
            }}
          >
            Clear
          </button>
          <span class="note count-note">
            {paused.value
              ? `Paused; ${held} new`
              : `${shown.length === all.length ? '' : `${shown.length} of `}${all.length} shown`}
          </span>
        </div>
      )}
      {shown.length > 0 ? (
        <MessageTable list={shown} chosen={chosen} />
      ) : all.length > 0 ? (
        <Empty title="No message matches">
          <p>{all.length} messages are hidden by the filter.</p>
          <button type="button" onClick={() => (words.value = '')}>
            Show all messages
          </button>
        </Empty>
      ) : (
        <Nothing />
      )}
    </>
  );
}

/** What to do while there are no messages. */
function Nothing(): VNode {
  if (subscriptions.value.length === 0) {
    return (
      <Empty title="Listen to messages">
        <p>
          Enter the name of a channel, of a pattern such as <code>news*</code>, or of a stream. Its messages
          appear here as they come.
        </p>
        <p>
          A channel has no memory: you see what tools publish with <code>pubsub_publish</code> while you
          listen. A stream keeps its events: you see the new ones, and State has those from before.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No messages yet">
      <p>
        {publishable().length > 0 ? (
          <>
            Each message appears here when it comes. <a href={publishAddress()}>Publish one</a> to try it.
          </>
        ) : (
          'Each message appears here when it comes.'
        )}
      </p>
    </Empty>
  );
}

function MessageTable({ list, chosen }: { list: readonly Entry[]; chosen: string | undefined }): VNode {
  return (
    <div class="table" tabIndex={0} role="region" aria-label="Table of messages">
      <table class="messages">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">From</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {list.map((entry) => (
            <Row key={entry.id} entry={entry} isChosen={String(entry.id) === chosen} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  entry: { id, time, from, text, shown },
  isChosen,
}: {
  entry: Entry;
  isChosen: boolean;
}): VNode {
  const link = address('live', String(id));
  if (text === undefined) {
    return (
      <tr class="notice">
        <td class="time">
          <Time iso={time} />
        </td>
        <td class="from">{visible(shortened(from, 100))}</td>
        <td>{shown}</td>
      </tr>
    );
  }
  return (
    <tr class={isChosen ? 'chosen' : undefined} onClick={() => (location.hash = link)}>
      <td class="time">
        <Time iso={time} />
      </td>
      <td class="from">{visible(shortened(from, 100))}</td>
      <td class="long">
        <a href={link} aria-current={isChosen ? 'true' : undefined}>
          {shown || '""'}
        </a>
      </td>
    </tr>
  );
}

function MessageDetail({ id }: { id: string }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  // It stays open when newer messages take its place in the list.
  const kept = useRef<Entry | undefined>(undefined);
  const held = paused.value?.entries ?? [];
  kept.current ??= [...held, ...entries.value].find((entry) => String(entry.id) === id);
  useEffect(() => heading.current?.focus(), []);
  const { current: entry } = kept;
  if (entry?.text === undefined) {
    return (
      <Empty title="This message is not kept">
        <p>The page keeps the last 1,000 messages until it is closed.</p>
        <a href={address('live')}>Show the messages that are</a>
      </Empty>
    );
  }
  const { kind, from, time, eventId, text } = entry;
  const canAnswer = publishable().includes(kind === 'stream' ? 'stream' : 'channel');
  return (
    <article class="tool">
      <a class="back" href={address('live')}>
        Close
      </a>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {visible(shortened(from, 200))}
        </h1>
        <p class="note">
          {eventId === undefined
            ? 'Message of a channel'
            : `Event ${visible(shortened(eventId, 60))} of a stream`}{' '}
          · <time dateTime={time}>{new Date(time).toLocaleString()}</time>
          {canAnswer && (
            <>
              {' '}
              · <a href={publishAddress({ kind, from })}>Publish to it</a>
            </>
          )}
        </p>
      </header>
      <JsonView text={text} label="Value" name={from} />
    </article>
  );
}

function PublishPanel({ to, name }: { to: string | undefined; name: string | undefined }): VNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const kinds = publishable();
  const kind = kinds.find((one) => one === to) ?? kinds[0] ?? 'channel';
  useEffect(() => {
    if (name !== undefined && kind === to) fillIn(PUBLISHERS[kind].tool, kind, name);
  }, [kind, to, name]);
  const tool = tools.value?.find((one) => one.name === PUBLISHERS[kind].tool);
  return (
    <article class="tool">
      <a class="back" href={address('live')}>
        Close
      </a>
      <header>
        <h1 ref={heading} tabIndex={-1} class="plain">
          Publish
        </h1>
        {kinds.length > 1 && (
          <div class="toggle" role="group" aria-label="Publish">
            {kinds.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === kind}
                onClick={() => (location.hash = address('live', 'publish', one))}
              >
                {PUBLISHERS[one].title}
              </button>
            ))}
          </div>
        )}
        <p class="note">
          {kind === 'channel'
            ? 'A message reaches those who listen now, and is not kept.'
            : 'An event stays in the stream, for all who read it now or later.'}
        </p>
      </header>
      {tool && <CallForm key={tool.name} tool={tool} verb="Publish" />}
    </article>
  );
}
