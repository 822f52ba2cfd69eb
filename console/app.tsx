import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { access, token } from './api.ts';
import { ActivityPage, followActivity } from './activity.tsx';
import { Empty } from './empty.tsx';
import { canShowLive, LivePage } from './live.tsx';
import { ManifestPage, ReloadNotice } from './manifest.tsx';
import { MetricsPage } from './metrics.tsx';
import { canShowState, StatePage } from './state.tsx';
import { address, load, lock, manifest, problem, route, tools } from './store.ts';
import { visible } from './text.ts';
import { ToolsPage } from './tools.tsx';

/** The pages in the order of the navigation. */
const PAGES: readonly { id: string; title: string; isHidden?: () => boolean; show: () => VNode }[] = [
  { id: 'tools', title: 'Tools', show: () => <ToolsPage /> },
  { id: 'activity', title: 'Activity', show: () => <ActivityPage /> },
  { id: 'state', title: 'State', isHidden: () => !canShowState(), show: () => <StatePage /> },
  { id: 'live', title: 'Live', isHidden: () => !canShowLive(), show: () => <LivePage /> },
  { id: 'metrics', title: 'Metrics', show: () => <MetricsPage /> },
  { id: 'manifest', title: 'Manifest', show: () => <ManifestPage /> },
];

/** The whole console. */
export function App(): VNode {
  if (access.value === 'needed') return <TokenPage />;
  return <Pages />;
}

function Pages(): VNode {
  const pages = PAGES.filter(({ isHidden }) => !isHidden?.());
  const page = pages.find(({ id }) => id === route.value.page) ?? pages[0];
  const ready = tools.value !== undefined;
  useEffect(() => (ready ? followActivity() : undefined), [ready]);
  const name = manifest.value?.name;
  useEffect(() => {
    document.title = `${page?.title ?? ''} · ${visible(name ?? 'gantz')}`;
  }, [page, name]);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <header class="bar">
        <div class="brand">
          <strong>gantz</strong>
          <span title={manifest.value && `gantz ${manifest.value.gantz}`}>{visible(name ?? '')}</span>
        </div>
        <nav aria-label="Pages">
          {pages.map(({ id, title }) => (
            <a key={id} href={address(id)} aria-current={page?.id === id ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        {token.value && (
          <button type="button" class="quiet lock" onClick={lock}>
            Forget token
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        <ReloadNotice />
        {problem.value ? (
          <Empty title="The tools cannot be loaded">
            <p>{visible(problem.value)}</p>
            <button type="button" onClick={() => void load()}>
              Try again
            </button>
          </Empty>
        ) : ready ? (
          page?.show()
        ) : (
          <p class="loading">Loading the tools…</p>
        )}
      </main>
    </div>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function TokenPage(): VNode {
  const [text, setText] = useState('');
  const [refused, setRefused] = useState(token.value !== '');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const submit = (event: Event): void => {
    event.preventDefault();
    // A header cannot contain other characters.
    if (!/^[\x21-\x7e]+$/.test(text.trim())) {
      setRefused(true);
      return;
    }
    token.value = text.trim();
    void load().then(() => setRefused(true));
  };
  return (
    <main class="token">
      <form onSubmit={submit}>
        <h1>gantz</h1>
        <p>
          This server requires a token. <code>gantz serve --auth</code> prints it on stderr, or it is the
          value of <code>GANTZ_AUTH_TOKEN</code>.
        </p>
        <label for="token">Token</label>
        <input
          id="token"
          ref={input}
          type="password"
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
          aria-invalid={refused}
          aria-describedby={refused ? 'token-problem' : undefined}
        />
        {refused && (
          <p class="problem" id="token-problem">
            The server does not accept this token.
          </p>
        )}
        <button type="submit" class="primary" disabled={text.trim() === ''}>
          Open the console
        </button>
        <p class="note">This tab keeps the token until it is closed.</p>
      </form>
    </main>
  );
}
