import { Writable } from 'node:stream';
import type { Process } from '../contract/process.ts';

const INTERVAL_MS = 100;

type ProgressOptions = {
  /** Returns the text beside the bar. */
  text: () => string;
  /** The whole and the part of it that is done. Without them, only the text is drawn. */
  amount?: { total: number; done: () => number } | undefined;
};

/** Draws progress on stderr until `stop` is called. Draws nothing when stderr is not a terminal. */
export async function showProgress(
  { stderr }: Pick<Process, 'stderr'>,
  { text, amount }: ProgressOptions,
): Promise<{ stop(): void }> {
  if (!stderr.isTTY || !(stderr instanceof Writable)) return { stop: () => undefined };
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    format: amount ? '{bar} {percentage} %  {text}' : '{text}',
    stream: stderr,
    clearOnComplete: true,
    // `main` handles signals.
    gracefulExit: false,
  });
  const update = (): void => bar.update(amount?.done() ?? 0, { text: text() });
  bar.start(amount?.total ?? 0, 0, { text: text() });
  const timer = setInterval(update, INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      update();
      bar.stop();
    },
  };
}
