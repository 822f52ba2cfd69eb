import type { MetricsAnswer } from '../lib/http/metrics-answer.ts';
import { duration } from './text.ts';

/** Returns the calls of a point in a second. */
export function rate(calls: number, { point_ms: pointMs }: MetricsAnswer): number {
  return calls / (pointMs / 1000);
}

/** Returns a number of calls in a second for a person. */
export function perSecond(value: number): string {
  return `${value < 10 ? Number(value.toFixed(1)) : count(Math.round(value))}/s`;
}

/** Returns a number with separators. */
export function count(value: number): string {
  return value.toLocaleString();
}

/** Returns a duration, and a dash for none. */
export function ms(value: number | null): string {
  return value === null ? '–' : duration(value);
}
