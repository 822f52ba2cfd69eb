import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** A line of a chart, or a part of its bars. */
export type Series = {
  label: string;
  /** Its values at the times of the chart. */
  values: readonly (number | null)[];
  /** The number of its colour in metrics.css. */
  colour: number;
  /** Lines are not only told apart by their colours. */
  dash?: 'dashed' | 'dotted';
};

/** What a chart shows. */
export type ChartProps = {
  title: string;
  /** Bars are stacked. */
  form: 'lines' | 'bars';
  /** When the points begin, in seconds since 1970. */
  times: readonly number[];
  /** The time of a point in seconds. */
  step: number;
  /** The first and the last time of the axis. */
  range: readonly [from: number, to: number];
  series: readonly Series[];
  /** Returns a value with its unit. */
  format: (value: number) => string;
  /** True when values are whole numbers. */
  whole?: boolean;
};

const HEIGHT = 150;
const AXIS_WIDTH = 58;
const DASHES = { dashed: [7, 4], dotted: [2, 3] } as const;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6];

/** The index of the time under the pointer, in all charts of the page. */
const pointed = signal<number | undefined>(undefined);

const darkness = matchMedia('(prefers-color-scheme: dark)');
const isDark = signal(darkness.matches);
darkness.addEventListener('change', () => (isDark.value = darkness.matches));

/** A chart with its legend. The legend has the values under the pointer, else the last ones. */
export function Chart(props: ChartProps): VNode {
  const { title, form, times, step, range, series, format, whole = false } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const [from, to] = range;
  // A chart is made anew when it has other lines or colours.
  const key = JSON.stringify([series.map(({ label, colour }) => [label, colour]), isDark.value]);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const made = new uPlot(optionsOf({ form, step, series, format, whole }, element), dataOf(props), element);
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [key]);
  useEffect(() => {
    const chart = plot.current;
    chart?.batch(() => {
      chart.setData(dataOf(props), false);
      chart.setScale('x', { min: from, max: to });
    });
  }, [key, times, series, from, to]);
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        <Legend form={form} series={series} times={times} format={format} />
      </figcaption>
      <div ref={box} class="plot" role="img" aria-label={summaryOf(props)} />
    </figure>
  );
}

function Legend({
  form,
  series,
  times,
  format,
}: Pick<ChartProps, 'form' | 'series' | 'times' | 'format'>): VNode {
  const index = pointed.value ?? times.length - 1;
  const time = pointed.value === undefined ? undefined : times[pointed.value];
  return (
    <ul class="legend">
      {series.map(({ label, values, colour, dash = 'solid' }) => {
        const value = values[index];
        return (
          <li key={label}>
            <span class={`swatch ${form} s${colour} ${dash}`} />
            {label} <strong>{typeof value === 'number' ? format(value) : '–'}</strong>
          </li>
        );
      })}
      {time !== undefined && <li class="at">{clock(time, true)}</li>}
    </ul>
  );
}

/** Returns what a chart shows, as sentences. */
function summaryOf({ times, range: [from, to], series, format }: ChartProps): string {
  const sentences = series.map(({ label, values }) => {
    const shown = values.filter((value, index) => {
      const time = times[index] ?? 0;
      return value !== null && time >= from && time <= to;
    }) as number[];
    const last = shown.at(-1);
    if (last === undefined) return `${label}: no values.`;
    const most = shown.reduce((a, b) => Math.max(a, b));
    const least = shown.reduce((a, b) => Math.min(a, b));
    return `${label}: last ${format(last)}, from ${format(least)} to ${format(most)}.`;
  });
  return `${clock(from)} to ${clock(to)}. ${sentences.join(' ')}`;
}

/** Returns the data of uPlot. Bars are stacked, and the longest is drawn first. */
function dataOf({ form, times, series }: Pick<ChartProps, 'form' | 'times' | 'series'>): uPlot.AlignedData {
  const lines = series.map(({ values }) => [...values]);
  if (form === 'lines') return [[...times], ...lines];
  const sums: (number | null)[][] = [];
  for (const line of lines) {
    const below = sums.at(-1);
    sums.push(line.map((value, index) => (value === null ? null : value + (below?.[index] ?? 0))));
  }
  return [[...times], ...sums.reverse()];
}

function optionsOf(
  {
    form,
    step,
    series,
    format,
    whole,
  }: Pick<ChartProps, 'form' | 'step' | 'series' | 'format'> & { whole: boolean },
  element: HTMLElement,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour('--soft'), font, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.85, 24], align: 1 });
  const drawn = form === 'bars' ? series.toReversed() : series;
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      sync: { key: 'metrics', setSeries: false },
      points: { show: form === 'lines', size: 6 },
    },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1.08] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 48, size: 26, values: (_, splits) => clocks(splits) },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 34,
        grid: { stroke: colour('--line'), width: 1 },
        values: ({ data: [, ...lines] }, splits) => {
          const isEmpty = lines.every((line) => Array.from(line).every((value) => typeof value !== 'number'));
          return splits.map((value) =>
            isEmpty ? '' : value === 0 ? '0' : format(value).replace('.0 ', ' '),
          );
        },
        ...(whole && { incrs: WHOLE_STEPS }),
      },
    ],
    series: [
      {},
      ...drawn.map(({ colour: number, dash }): uPlot.Series => {
        const stroke = colour(`--s${number}`);
        if (form === 'bars' && bars) return { fill: stroke, width: 0, paths: bars, points: { show: false } };
        return {
          stroke,
          width: 1.75,
          ...(dash && { dash: [...DASHES[dash]] }),
          points: { show: true, size: 4, fill: stroke, width: 0, filter: lonePoints },
        };
      }),
    ],
    hooks: { setCursor: [(chart) => (pointed.value = pointUnderPointer(chart, step))] },
  };
}

/** Returns the index of the point under the pointer; undefined when there is none. */
function pointUnderPointer(chart: uPlot, step: number): number | undefined {
  const { left = -1, idx } = chart.cursor;
  if (left < 0 || typeof idx !== 'number') return undefined;
  const time = chart.posToVal(left, 'x');
  return [idx, idx - 1].find((index) => {
    const begin = chart.data[0][index];
    return begin !== undefined && begin <= time && time < begin + step;
  });
}

/** Returns the indexes of the values without neighbours, which no line shows. */
function lonePoints({ data }: uPlot, seriesIndex: number): number[] {
  const values = data[seriesIndex] ?? [];
  const has = (index: number): boolean => typeof values[index] === 'number';
  return Array.from(values, (_, index) => index).filter(
    (index) => has(index) && !has(index - 1) && !has(index + 1),
  );
}

/** Returns the times of an axis, with seconds when two of them are in one minute. */
function clocks(times: readonly number[]): string[] {
  const [first = 0, second = Infinity] = times;
  return times.map((time) => clock(time, second - first < 60));
}

function clock(seconds: number, withSeconds = false): string {
  const date = new Date(seconds * 1000);
  const parts = [date.getHours(), date.getMinutes(), ...(withSeconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
