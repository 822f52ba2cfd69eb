import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Empty } from './empty.tsx';
import { address, factsOf, manifest, route, tools, type Tool } from './store.ts';
import { shortened, visible } from './text.ts';
import { ToolPanel } from './tool.tsx';

const query = signal('');
const toolset = signal('');

/** The list of tools, and the form of the chosen one. */
export function ToolsPage(): VNode {
  const list = ownFirst(tools.value ?? []);
  const [name] = route.value.rest;
  const chosen = list.find((tool) => tool.name === name);
  if (list.length === 0) {
    return (
      <Empty title="There are no tools">
        <p>
          The manifest has no tools that the options of this server allow. Add one to <code>gantz.yaml</code>:
          the page shows it at once. <code>gantz init</code> writes a first manifest.
        </p>
      </Empty>
    );
  }
  return (
    <div class={name === undefined ? 'split' : 'split chosen'}>
      <ToolList list={list} chosen={name} />
      <div class="detail">
        {chosen ? (
          <ToolPanel key={chosen.name} tool={chosen} />
        ) : name === undefined ? (
          <Empty title="Choose a tool">
            <p>
              The list has the {list.length} tools of <strong>{visible(manifest.value?.name ?? '')}</strong>.
              Choose one to fill in its parameters and run it. <kbd>/</kbd> searches.
            </p>
          </Empty>
        ) : (
          <Empty title="This tool does not exist">
            <p>
              There is no tool {visible(shortened(name, 100))}, or the options of this server do not allow it.
              Choose one in the list.
            </p>
          </Empty>
        )}
      </div>
    </div>
  );
}

function ToolList({ list, chosen }: { list: readonly Tool[]; chosen: string | undefined }): VNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof Element && event.target.matches('input, textarea, select');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const sets = Object.entries(manifest.value?.toolsets ?? {}).filter(([, names]) => names.length > 0);
  const allowed = sets.find(([set]) => set === toolset.value)?.[1];
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = list.filter(({ name, title = '', description }) => {
    if (allowed && !allowed.includes(name)) return false;
    const text = `${name} ${name.replaceAll('_', ' ')} ${title} ${description}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  // A match in the name comes before one in the description.
  const isNamed = ({ name }: Tool): boolean => words.every((word) => name.toLowerCase().includes(word));
  const sorted =
    words.length > 0 ? [...shown.filter(isNamed), ...shown.filter((tool) => !isNamed(tool))] : shown;
  const open = (event: Event): void => {
    event.preventDefault();
    const [first] = sorted;
    if (first) location.hash = address('tools', first.name);
  };
  return (
    <section class="list" aria-label="Tools">
      <form class="search" role="search" onSubmit={open}>
        <input
          ref={input}
          type="search"
          aria-label="Search tools"
          placeholder="Search tools"
          value={query.value}
          onInput={({ currentTarget }) => (query.value = currentTarget.value)}
        />
        {sets.length > 0 && (
          <select
            aria-label="Toolset"
            value={toolset.value}
            onChange={({ currentTarget }) => (toolset.value = currentTarget.value)}
          >
            <option value="">All toolsets</option>
            {sets.map(([set, names]) => (
              <option key={set} value={set}>
                {visible(shortened(set, 60))} ({names.length})
              </option>
            ))}
          </select>
        )}
      </form>
      <p class="count" role="status">
        {sorted.length === list.length ? `${list.length} tools` : `${sorted.length} of ${list.length} tools`}
      </p>
      {sorted.length === 0 && (
        <p class="none">
          No tool has these words.{' '}
          <button type="button" class="link" onClick={() => ((query.value = ''), (toolset.value = ''))}>
            Show all
          </button>
        </p>
      )}
      <ul>
        {sorted.map(({ name, title, description }) => (
          <li key={name}>
            <a href={address('tools', name)} aria-current={name === chosen ? 'true' : undefined}>
              <span class="tool-name">{visible(shortened(name, 100))}</span>
              <span class="tool-about">{visible(shortened(title ?? description, 90))}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Returns the tools with those of the manifest before the Redis tools that it includes. */
function ownFirst(list: readonly Tool[]): Tool[] {
  const isOwn = ({ name }: Tool): boolean => factsOf(name)?.kind !== 'bundled';
  return [...list.filter(isOwn), ...list.filter((tool) => !isOwn(tool))];
}
