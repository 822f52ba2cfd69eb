import type { ChildProcess } from 'node:child_process';

// Long enough for a script to clean up after SIGTERM, and short enough that the call ends soon after its time limit.
const GRACE_MS = 300;

/**
 * Ends the process group that a child leads. Sends SIGTERM, waits until the child's pipes are closed or `graceMs` milliseconds
 * have passed, then sends SIGKILL to the processes that are left.
 */
export async function endGroup(child: ChildProcess, graceMs = GRACE_MS): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await waitForEvent(child, 'close', graceMs);
  signalGroup(child, 'SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await waitForEvent(child, 'exit', GRACE_MS);
}

async function waitForEvent(child: ChildProcess, event: 'close' | 'exit', limitMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    child.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Kills the group of a child when this process exits. Returns a function that undoes this. */
export function killAtExit(child: ChildProcess): () => void {
  if (children.size === 0) process.on('exit', killChildren);
  children.add(child);
  return () => {
    children.delete(child);
    if (children.size === 0) process.off('exit', killChildren);
  };
}

const children = new Set<ChildProcess>();

function killChildren(): void {
  for (const child of children) signalGroup(child, 'SIGKILL');
}

/** Sends a signal to the process group that a child leads. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has no processes left.
  }
}
