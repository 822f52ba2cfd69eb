import type { ProgressEvent } from '../contract/call.ts';

/** The members of a progress notification, without its token. */
export type Progress = { progress: number; total?: number; message: string };

const BURST = 100;
const PER_SECOND = 20;

/**
 * Turns the events of one call into progress notifications. `progress` always grows. A call that reports without pause
 * sends its first 100 events, and then 20 a second; the others are dropped. The result of the call contains all of it.
 */
export function trackProgress(send: (progress: Progress) => void): (event: ProgressEvent) => void {
  let last = 0;
  let allowance = BURST;
  let refilledAt = performance.now();
  return (event) => {
    const now = performance.now();
    allowance = Math.min(BURST, allowance + ((now - refilledAt) / 1000) * PER_SECOND);
    refilledAt = now;
    const { progress, total } = event;
    const reached = typeof progress === 'number' && progress > last;
    last = reached ? progress : last + 1;
    if (allowance < 1) return;
    allowance--;
    send({
      progress: last,
      ...(reached && typeof total === 'number' && { total }),
      message: describeEvent(event),
    });
  };
}

/** Returns the line that a script printed, or the message of an event that has nothing else, or the event as JSON. */
function describeEvent(event: Readonly<Record<string, unknown>>): string {
  const { event: kind, message = kind } = event;
  const members = Object.entries(event).filter(([name]) => name !== 'progress' && name !== 'total');
  const isPlain = kind === 'output' || members.every(([name]) => name === 'event' || name === 'message');
  return isPlain && typeof message === 'string' ? message : JSON.stringify(Object.fromEntries(members));
}
