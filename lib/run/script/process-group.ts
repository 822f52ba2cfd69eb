import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

// Enough for a script to clean up after SIGTERM; little enough that a time limit stays one.
const GRACE_MS = 300;
const POLL_MS = 10;

/** Ends a child that leads its own process group, and everything in that group: SIGTERM, and SIGKILL to what stays. */
export async function endGroup(child: ChildProcess): Promise<void> {
  signalGroup(child, 'SIGTERM');
  if (await isGone(child)) return;
  signalGroup(child, 'SIGKILL');
  await isGone(child);
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

async function isGone(child: ChildProcess): Promise<boolean> {
  for (let waited = 0; waited < GRACE_MS; waited += POLL_MS) {
    if (!signalGroup(child, 0)) return true;
    await sleep(POLL_MS);
  }
  return !signalGroup(child, 0);
}

/** Whether there was anybody to signal. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false;
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
