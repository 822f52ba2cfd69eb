import type { ChildProcess } from 'node:child_process';

// Enough for a script to clean up after SIGTERM; little enough that a time limit stays one.
const GRACE_MS = 300;

/**
 * Ends a child that leads its own process group, and everything in that group: SIGTERM, and SIGKILL to whatever is
 * left once the child and all that holds its pipes has gone, or has been given its time.
 */
export async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  await happens(child, 'close');
  signalGroup(child, 'SIGKILL');
  // Its end is waited for, so that the caller finds nothing of it any more.
  if (child.exitCode === null && child.signalCode === null) await happens(child, 'exit');
}

async function happens(child: ChildProcess, event: 'close' | 'exit'): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GRACE_MS);
    child.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Has the group killed should this process end before the group is released again. */
export function adopt(child: ChildProcess): () => void {
  if (adopted.size === 0) process.on('exit', killAdopted);
  adopted.add(child);
  return () => {
    adopted.delete(child);
    if (adopted.size === 0) process.off('exit', killAdopted);
  };
}

const adopted = new Set<ChildProcess>();

function killAdopted(): void {
  for (const child of adopted) signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
