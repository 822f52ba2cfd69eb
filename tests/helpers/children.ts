import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { after } from 'node:test';
import { settled, type WaitOptions } from './wait.ts';

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// The test runner ends a file that exceeds its time limit with SIGTERM. Without a listener no exit handler would run.
process.once('SIGTERM', () => process.exit(143));
// A child that a failed test left behind must not keep the process of its file alive. A benchmark has no tests.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) after(releaseAll);

function releaseAll(): void {
  for (const child of running) {
    child.unref();
    for (const stream of child.stdio) if (stream instanceof Socket) stream.unref();
  }
}

/** Kills a child process when this process exits, unless the child has ended. Returns the child. */
export function endWithTests<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Waits until a child process has ended and its pipes are closed, and returns its exit code; null when a signal ended
 * it. Call it before the child can end. Kills the child and throws when the limit passes first.
 */
export async function endOf(child: ChildProcess, options: WaitOptions): Promise<number | null> {
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  try {
    return await settled(ended, options);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
