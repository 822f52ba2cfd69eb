import { Writable } from 'node:stream';
import type { Process } from '../contract/process.ts';
import type { Tally } from './batch.ts';

const INTERVAL_MS = 100;

/**
 * Draws the progress of a batch on stderr. Returns undefined and draws nothing when stderr is not a terminal or stdout is
 * one.
 */
export async function showProgress(
  { stdout, stderr }: Pick<Process, 'stdout' | 'stderr'>,
  tally: Readonly<Tally>,
): Promise<{ stop(): void } | undefined> {
  const stream = stderr.stream ?? stderr;
  if (!stderr.isTTY || stdout.isTTY || !(stream instanceof Writable)) return undefined;
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    format: '{value} calls  {rate} a second  {failed} failed',
    stream,
    clearOnComplete: true,
    // `main` handles signals.
    gracefulExit: false,
  });
  const begun = performance.now();
  const payload = () => ({
    rate: Math.round(tally.calls / Math.max((performance.now() - begun) / 1000, 0.001)),
    failed: tally.failed,
  });
  bar.start(0, 0, payload());
  const timer = setInterval(() => bar.update(tally.calls, payload()), INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      bar.update(tally.calls, payload());
      bar.stop();
    },
  };
}
