import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type {
  ManifestReport,
  ReloadEntry,
  ShownProblem,
  ShownProblems,
} from '../lib/http/manifest-report.ts';
import { getJson } from './api.ts';
import { Facts } from './facts.tsx';
import { address, factsOf, manifest, messageOf, route, tools, type ManifestFacts } from './store.ts';
import { shortened, visible } from './text.ts';

/** More names are only counted. */
const NAMES = 20;

/** What the server has loaded, what is wrong with its files, and what their changes did. */
export function ManifestPage(): VNode {
  const facts = manifest.value;
  const [report, setReport] = useState<ManifestReport>();
  const [problem, setProblem] = useState('');
  // The facts are loaded anew after each reload.
  useEffect(() => {
    const abort = new AbortController();
    getJson<ManifestReport>('console/manifest/report', { signal: abort.signal }).then(
      (value) => {
        setReport(value);
        setProblem('');
      },
      (error: unknown) => abort.signal.aborted || setProblem(messageOf(error)),
    );
    return () => abort.abort();
  }, [facts]);
  return (
    <div class="page">
      <article class="tool">
        <header>
          <h1 class="plain">{visible(shortened(facts?.name ?? '', 200))}</h1>
          {facts?.description !== undefined && (
            <p class="description">{visible(shortened(facts.description, 2000))}</p>
          )}
        </header>
        {problem !== '' && (
          <p class="problem" role="alert">
            {visible(problem)}
          </p>
        )}
        {report && facts ? (
          <Report report={report} facts={facts} />
        ) : (
          !problem && <p class="note">Loading…</p>
        )}
      </article>
    </div>
  );
}

function Report({ report, facts }: { report: ManifestReport; facts: ManifestFacts }): VNode {
  const { loaded_at: loadedAt, files, problems, reloads, default_guards: defaults } = report;
  const list = tools.value ?? [];
  return (
    <>
      <Facts
        facts={[
          ['Loaded', new Date(loadedAt).toLocaleString()],
          ['Tools', list.length],
          ...(facts.version === undefined
            ? []
            : [['Version', visible(shortened(facts.version, 60))] as const]),
          ['Version of gantz', visible(facts.gantz)],
          [files.length === 1 ? 'File' : 'Files', <Names names={files} />],
        ]}
      />
      <Section title="Problems">
        <Problems problems={problems} isFailed={facts.reload_failed === true} />
      </Section>
      <div class="counts">
        <Counts
          title="Kinds of tools"
          rows={countsOf(list.map(({ name }) => KINDS[factsOf(name)?.kind ?? ''] ?? 'no action'))}
        />
        <Counts
          title="Guards"
          rows={countsOf(list.flatMap(({ name }) => factsOf(name)?.guards ?? []))}
          empty="No tool has a guard. A tool gets one by a key such as cache or retry."
        />
        <Counts
          title="Toolsets"
          rows={Object.entries(facts.toolsets).map(([name, names]) => [name, names.length])}
          empty="There are none. toolsets: names groups of tools."
        />
      </div>
      {Object.keys(defaults).length > 0 && (
        <Section title="Default guards">
          <p class="note">Each tool that they fit has them, unless it sets its own.</p>
          <ul class="changes">
            {Object.entries(defaults).map(([key, setting]) => (
              <li key={key}>
                {visible(key)} <code>{visible(shortened(JSON.stringify(setting), 300))}</code>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Changes">
        {reloads.length === 0 ? (
          <p class="note">
            {files[0]?.startsWith('builtin:')
              ? 'The manifest is part of gantz and does not change. With a gantz.yaml of your own, its changes are listed here.'
              : 'Nothing has changed since the server started. Edit a file: what it changes is loaded at once, and listed here.'}
          </p>
        ) : (
          <ol class="reloads">
            {reloads.map((reload) => (
              <Reload key={reload.id} reload={reload} />
            ))}
          </ol>
        )}
      </Section>
    </>
  );
}

const KINDS: Readonly<Record<string, string>> = {
  bundled: 'Redis',
  script: 'script',
  http: 'HTTP request',
  handler: 'handler',
};

function Section({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <section aria-label={title} class="section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Names({ names }: { names: readonly string[] }): VNode {
  return (
    <>
      {names.slice(0, NAMES).map((name, index) => (
        <>
          {index > 0 && ', '}
          <code>{visible(shortened(name, 200))}</code>
        </>
      ))}
      {names.length > NAMES && ` and ${names.length - NAMES} more`}
    </>
  );
}

function Problems({
  problems: { shown, hidden },
  isFailed,
}: {
  problems: ShownProblems;
  isFailed: boolean;
}): VNode {
  return (
    <>
      {isFailed && (
        <p class="error" role="status">
          The files cannot be loaded as they are now. The server goes on with the tools that it loaded before.
        </p>
      )}
      {shown.length === 0 && hidden === 0 && !isFailed && (
        <p class="note">
          <code>gantz validate</code> finds none.
        </p>
      )}
      {shown.length > 0 && (
        <ul class="problems">
          {shown.map((problem, index) => (
            <ProblemItem key={index} problem={problem} />
          ))}
        </ul>
      )}
      {hidden > 0 && (
        <p class="note">
          {hidden} {shown.length > 0 && 'more '}
          {hidden === 1 ? 'problem is' : 'problems are'} not shown. <code>gantz validate</code> prints all of
          them. When options of the server select its tools, the page shows only the problems of these tools.
        </p>
      )}
    </>
  );
}

function ProblemItem({ problem }: { problem: ShownProblem }): VNode {
  const { severity, message, file, line, column, source, hint } = problem;
  return (
    <li>
      <p>
        <span class={severity === 'error' ? 'badge bad' : 'badge warn'}>{severity}</span>{' '}
        <code>
          {visible(shortened(file, 200))}:{line}:{column}
        </code>
      </p>
      <p class="message">{visible(shortened(message, 2000))}</p>
      {source !== undefined && (
        <pre class="source-line" tabIndex={0} aria-label="The line">
          {visible(source)}
        </pre>
      )}
      {hint !== undefined && <p class="note">{visible(shortened(hint, 2000))}</p>}
    </li>
  );
}

function Reload({ reload }: { reload: ReloadEntry }): VNode {
  return (
    <li>
      <p>
        <span class={reload.success ? 'badge good' : 'badge bad'}>
          {reload.success ? 'loaded' : 'failed'}
        </span>{' '}
        <time class="note" dateTime={reload.time}>
          {new Date(reload.time).toLocaleString()}
        </time>
      </p>
      {reload.success ? (
        <Changes reload={reload} />
      ) : reload.error === undefined ? (
        <details>
          <summary>{countText(reload.problems)}; the tools stayed as they were</summary>
          <Problems problems={reload.problems} isFailed={false} />
        </details>
      ) : (
        <p class="message">{visible(shortened(reload.error, 2000))}</p>
      )}
    </li>
  );
}

function countText({ shown, hidden }: ShownProblems): string {
  const count = shown.length + hidden;
  return count === 1 ? '1 problem' : `${count} problems`;
}

function Changes({ reload }: { reload: ReloadEntry & { success: true } }): VNode {
  const { added, removed, changed, parts } = reload.changes;
  if (added.length + removed.length + changed.length + parts.length === 0)
    return <p class="note">The tools of this server are the same as before.</p>;
  return (
    <ul class="changes">
      {added.length > 0 && (
        <li>
          Added <Names names={added} />
        </li>
      )}
      {removed.length > 0 && (
        <li>
          Removed <Names names={removed} />
        </li>
      )}
      {changed.slice(0, NAMES).map(({ tool, parts: changedParts }) => (
        <li key={tool}>
          Changed <a href={address('tools', tool)}>{visible(shortened(tool, 100))}</a>:{' '}
          {changedParts.join(', ')}
        </li>
      ))}
      {changed.length > NAMES && <li>Changed {changed.length - NAMES} more</li>}
      {parts.length > 0 && <li>Changed of the manifest: {parts.join(', ')}</li>}
    </ul>
  );
}

type Count = readonly [name: string, count: number];

/** Returns how often each name occurs, the most frequent first. */
function countsOf(names: readonly string[]): Count[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function Counts({ title, rows, empty }: { title: string; rows: readonly Count[]; empty?: string }): VNode {
  return (
    <Section title={title}>
      {rows.length === 0 ? (
        <p class="note">{empty}</p>
      ) : (
        <div class="table boxed" tabIndex={0} role="region" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class="num">
                  Tools
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, 100).map(([name, count]) => (
                <tr key={name}>
                  <td class="wrap">{visible(shortened(name, 100))}</td>
                  <td class="num">{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** Says on every page that the files cannot be loaded as they are; on this page the problems say it. */
export function ReloadNotice(): VNode | null {
  if (manifest.value?.reload_failed !== true || route.value.page === 'manifest') return null;
  return (
    <p class="banner" role="status">
      The last change of the manifest has errors, so the tools from before are served.{' '}
      <a href={address('manifest')}>Show the errors</a>
    </p>
  );
}
