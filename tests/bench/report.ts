import type { Row, Target } from './row.ts';
import type { Spread } from './statistics.ts';

/** The result of one row. `why` says why it could not be measured. */
export type Outcome = Pick<Row, 'what' | 'against' | 'unit' | 'target'> &
  (
    | {
        ours: Spread;
        theirs: Spread;
        ratio: Spread;
        pairs: number;
        met?: boolean;
        /** The medians of whole processes, ours and theirs: milliseconds on a processor, and page faults. */
        cpu?: [number, number];
        faults?: [number, number];
      }
    | { why: string }
  );

/** Where and when the rows were measured. */
export type Circumstances = {
  when: string;
  machine: string;
  versions: string;
};

/** Renders the report as a page of Markdown. */
export function renderMarkdown(
  outcomes: readonly Outcome[],
  { when, machine, versions }: Circumstances,
): string {
  const rows = outcomes.map((outcome) => {
    const target = outcome.target ? renderTarget(outcome.target) : '';
    if ('why' in outcome)
      return `| ${outcome.what} | ${outcome.against} | – | – | – | ${target} | ${outcome.why} | – | – | 0 |`;
    const { ours, theirs, ratio, unit, met, cpu, faults } = outcome;
    const both = (pair?: [number, number]): string => pair?.map(digits).join(' / ') ?? '–';
    const spread = `${digits(ratio.low)}–${digits(ratio.high)}`;
    return `| ${outcome.what} | ${outcome.against} | ${digits(ours.median)} ${unit} | ${digits(theirs.median)} ${unit} | **${digits(ratio.median)}** (${spread}) | ${target} | ${met === undefined ? '' : met ? 'yes' : 'no'} | ${both(cpu)} | ${both(faults)} | ${outcome.pairs} |`;
  });
  return `# Benchmarks

\`npm run bench\` wrote this page on ${when}, on ${machine} (${versions}).
Each program and the program that it is compared with ran in turn, in pairs. The column "ratio" is the median of the ratios of
all pairs; the quartiles are in parentheses. A time in ms is that of a whole process, from start to end, unless the row says
otherwise. "CPU ms" and "page faults" are the kernel's accounting of these processes, gantz and the other: unlike times, they do not
depend on what else the machine does. Redis ran on the same machine. Absolute numbers differ between machines; compare the ratios.
Here ${speedOf(outcomes)}.

\`NODE_EXTRA_CA_CERTS\` was not set, except in the rows that say so. It often is behind a proxy. Node 20 reads those certificates at
each start, also for \`node -e 0\`, and then takes about twice as long to start.

![Ratios and targets](benchmarks.svg)

| measured | compared with | gantz | other | ratio | target | met | CPU ms | page faults | pairs |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

/** Returns how long the programs take here with which the speed of machines can be compared. */
function speedOf(outcomes: readonly Outcome[]): string {
  return ['node -e 0, Node 20', 'redis-cli get']
    .flatMap((name) => {
      const outcome = outcomes.find(({ against, unit }) => against === name && unit === 'ms');
      return outcome && 'theirs' in outcome ? [`\`${name}\` took ${digits(outcome.theirs.median)} ms`] : [];
    })
    .join(', and ');
}

/** Renders a chart (SVG) with one bar per row that has a target. A bar that reaches the dashed line meets its target. */
export function renderChart(outcomes: readonly Outcome[]): string {
  const measured = outcomes.flatMap((outcome) => {
    const { target } = outcome;
    return 'ratio' in outcome && target ? [{ ...outcome, target }] : [];
  });
  const height = 28;
  const top = 40;
  const bars = measured.map(({ what, against, unit, ratio, target, met }, index) => {
    const y = top + index * height;
    const bound = 'atMost' in target ? target.atMost : target.atLeast;
    // A longer bar is better for both kinds of target.
    const score = 'atMost' in target ? bound / ratio.median : ratio.median / bound;
    const width = Math.min(240, Math.max(2, 120 * score));
    // Right of the bar and of the dashed line.
    const labelX = Math.max(636, 516 + width);
    return `  <text x="500" y="${y + 14}" text-anchor="end">${escape(what)}</text>
  <text x="500" y="${y + 24}" text-anchor="end" class="small">${escape(`${against}, ${unit}`)}</text>
  <rect x="510" y="${y + 4}" width="${width.toFixed(0)}" height="16" fill="${met ? '#2f9e63' : '#c2571a'}"/>
  <text x="${labelX.toFixed(0)}" y="${y + 16}">${digits(ratio.median)}× (${renderTarget(target)})</text>`;
  });
  const total = top + measured.length * height + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="${total}" viewBox="0 0 900 ${total}" font-family="system-ui, sans-serif" font-size="11" fill="#24292f">
  <style>.small { font-size: 9px; fill: #6e7781 }</style>
  <rect width="900" height="${total}" fill="#ffffff"/>
  <text x="510" y="20">longer is better; a bar that reaches the dashed line meets its target</text>
${bars.join('\n')}
  <line x1="630" y1="${top - 8}" x2="630" y2="${total - 6}" stroke="#24292f" stroke-dasharray="3 3"/>
</svg>
`;
}

function renderTarget(target: Target): string {
  return 'atMost' in target ? `≤ ${target.atMost}` : `≥ ${target.atLeast}`;
}

function digits(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
