import type { ProgressEvent } from '../contract/call.ts';

/** What a progress notification says, beside its token. */
export type Progress = { progress: number; total?: number; message: string };

const BURST = 100;
const PER_SECOND = 20;

/**
 * Turns the events of one call into progress that always grows. A call that reports without pause keeps its first hundred
 * events and then twenty a second: the result holds everything, progress is for whoever watches.
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

/** A line that a script printed as it is; the event's own message when it has nothing else to say; else all of it as JSON. */
function describeEvent(event: Readonly<Record<string, unknown>>): string {
  const { event: kind, message = kind } = event;
  const said = Object.entries(event).filter(([name]) => name !== 'progress' && name !== 'total');
  const isPlain = kind === 'output' || said.every(([name]) => name === 'event' || name === 'message');
  return isPlain && typeof message === 'string' ? message : JSON.stringify(Object.fromEntries(said));
}
