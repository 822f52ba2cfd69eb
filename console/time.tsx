import type { VNode } from 'preact';
import { timeOfDay } from './text.ts';

/** The time of day of an ISO date, for a table. */
export function Time({ iso }: { iso: string }): VNode {
  const { time, fraction } = timeOfDay(iso);
  return (
    <>
      {time}
      <span class="fraction">{fraction}</span>
    </>
  );
}
