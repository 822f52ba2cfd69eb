import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { MetricsAnswer } from '../lib/http/metrics-answer.ts';
import { count, ms } from './metrics-text.ts';
import { address } from './store.ts';
import { shortened, visible } from './text.ts';

/** The server counts calls of other names under this one. */
export const OTHERS = '(others)';
type SortKey = 'tool' | 'calls' | 'failed' | 'p95';

const COLUMNS: readonly { key: SortKey; title: string }[] = [
  { key: 'tool', title: 'Tool' },
  { key: 'calls', title: 'Calls' },
  { key: 'failed', title: 'Failed' },
  { key: 'p95', title: 'p95' },
];

/** The tools that were called in the range. */
export function ToolTable({
  tools,
  chosen,
  range: name,
}: {
  tools: MetricsAnswer['tools'];
  chosen: string | undefined;
  range: string;
}): VNode {
  const [sort, setSort] = useState<{ key: SortKey; down: boolean }>({ key: 'calls', down: true });
  const rows = tools.tool.map((tool, index) => ({
    tool,
    calls: tools.calls[index] ?? 0,
    failed: tools.failed[index] ?? 0,
    p95: tools.p95[index] ?? null,
  }));
  rows.sort((a, b) => {
    const [first, second] = sort.down ? [b, a] : [a, b];
    const order =
      sort.key === 'tool'
        ? first.tool.localeCompare(second.tool)
        : Number(first[sort.key]) - Number(second[sort.key]);
    return order || a.tool.localeCompare(b.tool);
  });
  return (
    <section class="charts" aria-label="Tools">
      <h2>Tools in {name}</h2>
      {rows.length === 0 ? (
        <p class="note">No tool was called in this range.</p>
      ) : (
        <div class="table boxed" tabIndex={0} role="region" aria-label="Table of tools">
          <table>
            <thead>
              <tr>
                {COLUMNS.map(({ key, title: head }) => (
                  <th
                    key={key}
                    scope="col"
                    class={key === 'tool' ? undefined : 'num'}
                    aria-sort={sort.key === key ? (sort.down ? 'descending' : 'ascending') : undefined}
                  >
                    <button
                      type="button"
                      class="link"
                      onClick={() => setSort({ key, down: sort.key === key ? !sort.down : key !== 'tool' })}
                    >
                      {head}
                    </button>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ tool, calls, failed, p95 }) => (
                <tr key={tool} class={tool === chosen ? 'chosen' : undefined}>
                  <td class="long">
                    {tool === OTHERS ? (
                      <span class="note">unknown or no longer served</span>
                    ) : (
                      <a href={address('metrics', tool)} aria-current={tool === chosen ? 'true' : undefined}>
                        {visible(shortened(tool, 100))}
                      </a>
                    )}
                  </td>
                  <td class="num">{count(calls)}</td>
                  <td class="num">{count(failed)}</td>
                  <td class="num">{ms(p95)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
