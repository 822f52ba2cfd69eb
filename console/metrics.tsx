import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { Chart, type ChartProps, type Series } from './chart.tsx';
import { Empty } from './empty.tsx';
import { failure, known, timelineOf, useMetrics, type Known, type Points } from './metrics-data.ts';
import { Figures } from './metrics-figures.tsx';
import { count, perSecond, rate } from './metrics-text.ts';
import { OTHERS, ToolTable } from './metrics-table.tsx';
import { address, factsOf, manifest, route } from './store.ts';
import { duration, shortened, size, visible } from './text.ts';

const RANGES = [
  { seconds: 300, title: '5 min', name: 'the last 5 minutes' },
  { seconds: 900, title: '15 min', name: 'the last 15 minutes' },
  { seconds: 3600, title: '1 h', name: 'the last hour' },
] as const;

/** How many codes have a colour of their own. */
const CODES = 5;

const range = signal<(typeof RANGES)[number]>(RANGES[1]);

/** How fast and how often calls run and fail, over the last hour of the server. */
export function MetricsPage(): VNode {
  const tool = route.value.rest[0] || undefined;
  useMetrics(tool, range.value.seconds);
  const { value } = known;
  return (
    <div class="metrics">
      <h1 class="page-title">Metrics</h1>
      <div class="toolbar">
        <div class="toggle" role="group" aria-label="Range">
          {RANGES.map((each) => (
            <button
              key={each.title}
              type="button"
              aria-pressed={each === range.value}
              onClick={() => (range.value = each)}
            >
              {each.title}
            </button>
          ))}
        </div>
        <ToolChoice called={value?.answer.called ?? []} chosen={tool} />
        <span class={`live ${failure.value === undefined ? 'open' : 'lost'}`} role="status">
          {failure.value === undefined ? (value ? 'Live' : 'Connecting') : 'Connection lost; trying again'}
        </span>
      </div>
      {failure.value !== undefined && <p class="problem inset">{visible(failure.value)}</p>}
      {value ? <Content known={value} /> : <p class="loading">Loading the counts…</p>}
    </div>
  );
}

function ToolChoice({ called, chosen }: { called: readonly string[]; chosen: string | undefined }): VNode {
  const names = called.filter((name) => name !== OTHERS);
  if (chosen !== undefined && !names.includes(chosen)) names.push(chosen);
  return (
    <select
      aria-label="Tool"
      value={chosen ?? ''}
      onChange={({ currentTarget: { value } }) =>
        (location.hash = value ? address('metrics', value) : address('metrics'))
      }
    >
      <option value="">All tools</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {visible(shortened(name, 60))}
        </option>
      ))}
    </select>
  );
}

function Content({ known: { tool, answer, points, rangeS } }: { known: Known }): VNode {
  const { name } = RANGES.find(({ seconds }) => seconds === rangeS) ?? RANGES[2];
  const hasCalls = answer.called.length > 0;
  const timeline = useMemo(() => timelineOf(points, answer.point_ms), [points]);
  // The axis ends with the last complete point, unless the server has not run since.
  const pointS = answer.point_ms / 1000;
  const to = Math.max((timeline.times.at(-1) ?? 0) + pointS, answer.now / 1000 - pointS);
  const common = { times: timeline.times, step: pointS, range: [to - rangeS, to] } as const;
  const place = (column: keyof Omit<Points, 'codes'>): (number | null)[] => timeline.place(points[column]);
  const chart = (props: Omit<ChartProps, 'times' | 'step' | 'range'>): VNode => (
    <Chart {...common} {...props} />
  );
  return (
    <>
      <Figures answer={answer} points={points} />
      {hasCalls ? (
        <>
          <Section title={tool === undefined ? 'Calls' : `Calls of ${visible(shortened(tool, 100))}`}>
            {chart({
              title: 'Calls per second',
              form: 'bars',
              format: perSecond,
              series: [
                {
                  label: 'Successful',
                  colour: 1,
                  values: timeline.place(
                    points.calls.map((calls, index) =>
                      rate(Number(calls) - Number(points.failed[index]), answer),
                    ),
                  ),
                },
                {
                  label: 'Failed',
                  colour: 2,
                  values: timeline.place(points.failed.map((failed) => rate(Number(failed), answer))),
                },
              ],
            })}
            {chart({
              title: 'Duration',
              form: 'lines',
              format: duration,
              series: [
                { label: 'p50', colour: 1, values: place('p50') },
                { label: 'p95', colour: 3, values: place('p95'), dash: 'dashed' },
                { label: 'p99', colour: 2, values: place('p99'), dash: 'dotted' },
              ],
            })}
            {chart({
              title: `Failures in ${pointS} s, by code`,
              form: 'bars',
              format: count,
              whole: true,
              series: codeSeries(points).map((series) => ({
                ...series,
                values: timeline.place(series.values),
              })),
            })}
            {hasGuard(tool, ['cache']) &&
              chart({
                title: `Answers from the cache in ${pointS} s`,
                form: 'bars',
                format: count,
                whole: true,
                series: [
                  { label: 'Hits', colour: 1, values: place('hits') },
                  { label: 'Stale', colour: 5, values: place('stale') },
                  { label: 'Misses', colour: 2, values: place('misses') },
                ],
              })}
            {chart({
              title: `Limited calls in ${pointS} s`,
              form: 'bars',
              format: count,
              whole: true,
              series: [
                ...(hasGuard(tool, ['rate_limit'])
                  ? [{ label: 'rate_limit', colour: 3, values: place('rate_limited') }]
                  : []),
                ...(hasGuard(tool, ['concurrency'])
                  ? [{ label: 'concurrency', colour: 4, values: place('concurrency_limited') }]
                  : []),
                { label: 'Server full', colour: 2, values: place('overloaded') },
              ],
            })}
          </Section>
          <ToolTable tools={answer.tools} chosen={tool} range={name} />
        </>
      ) : (
        <Empty title="No calls in the last hour">
          <p>
            The charts show the calls of all clients of this server. Run a tool in{' '}
            <a href={address('tools')}>Tools</a>, or connect an agent to{' '}
            <code>{new URL('mcp', document.baseURI).href}</code>.
          </p>
        </Empty>
      )}
      <Section title="Server">
        {chart({
          title: 'Calls in flight',
          form: 'lines',
          format: count,
          whole: true,
          series: [
            { label: 'In flight', colour: 1, values: place('in_flight') },
            { label: 'Waiting', colour: 2, values: place('waiting'), dash: 'dashed' },
          ],
        })}
        {chart({
          title: 'Memory of the process',
          form: 'lines',
          format: size,
          series: [{ label: 'Resident', colour: 1, values: place('memory') }],
        })}
        {answer.server.redis !== 'unused' && (
          <>
            {chart({
              title: 'Redis round trip',
              form: 'lines',
              format: duration,
              series: [{ label: 'PING', colour: 1, values: place('redis_ms') }],
            })}
            {chart({
              title: 'Redis memory',
              form: 'lines',
              format: size,
              series: [
                { label: 'Used', colour: 1, values: place('redis_used') },
                ...(points.redis_limit.some((limit) => limit !== null)
                  ? [{ label: 'Limit', colour: 2, values: place('redis_limit'), dash: 'dashed' as const }]
                  : []),
              ],
            })}
          </>
        )}
      </Section>
      <p class="note inset">
        Each point counts {pointS} seconds; the figures above are of {name} until now. Percentiles have an
        error of at most 5 %. Redis is measured while this page is open.
      </p>
    </>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }): VNode {
  return (
    <section class="charts" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Returns the failures by code: the most frequent codes, and the others together. */
function codeSeries({ codes, at }: Points): Series[] {
  const total = (column: readonly number[]): number => column.reduce((a, b) => a + b, 0);
  const sorted = Object.entries(codes).sort(([, a], [, b]) => total(b) - total(a));
  const series = sorted
    .slice(0, CODES)
    .map(([label, values], index) => ({ label, values, colour: index + 1 }));
  const rest = sorted.slice(CODES);
  if (sorted.length === 0) return [{ label: 'None', values: at.map(() => 0), colour: 1 }];
  if (rest.length === 0) return series;
  const values = at.map((_, index) => rest.reduce((all, [, column]) => all + (column[index] ?? 0), 0));
  return [...series, { label: 'Others', values, colour: CODES + 1 }];
}

/** Returns true when the tool, or any without one, has one of the guards. */
function hasGuard(tool: string | undefined, guards: readonly string[]): boolean {
  const names = tool === undefined ? Object.keys(manifest.value?.tools ?? {}) : [tool];
  return names.some((name) => factsOf(name)?.guards?.some((guard) => guards.includes(guard)));
}
