import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRecord, readRunning, recordOf, writeRecord } from './process-record.ts';
import { poll, type WaitLimits } from './poll.ts';

/**
 * Takes the lock `name` of a folder for this process, and resolves to the function that releases it. Rejects with
 * TIMEOUT at the deadline, and with the reason of the signal on abort.
 *
 * Node has no flock(2), and this program uses no native addons. So the lock is a sequence of numbered files, and each
 * file names a process. The file with the highest number counts. The lock is free when that process released it or has
 * ended. A process takes a free lock by creating the file with the next number; only one process can create it.
 *
 * A waiting process never removes the file of a stale lock. If it did, two processes could remove a file one after the
 * other, and the second would remove the new lock of the first.
 */
export async function takeLock(folder: string, name: string, limits: WaitLimits): Promise<() => void> {
  const self = recordOf(process.pid) ?? { pid: process.pid, identity: '' };
  return await poll(
    () => {
      const [highest = 0] = numbersOf(folder, name);
      if (highest > 0 && readRunning(fileOf(folder, name, highest))) return undefined;
      const mine = highest + 1;
      const path = fileOf(folder, name, mine);
      if (!createRecord(path, self)) return undefined;
      const [newest, ...older] = numbersOf(folder, name);
      if (newest !== mine) {
        // Between the two reads of the folder, other processes created higher numbers and removed the lower ones.
        rmSync(path, { force: true });
        return undefined;
      }
      for (const number of older) rmSync(fileOf(folder, name, number), { force: true });
      return () => writeRecord(path, {});
    },
    limits,
    'Waiting for the process that starts the embedded Redis',
  );
}

/** Returns the numbers of the existing files, highest first. */
function numbersOf(folder: string, name: string): number[] {
  const pattern = new RegExp(`^${name}\\.(\\d+)$`);
  return readdirSync(folder)
    .flatMap((file) => pattern.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

function fileOf(folder: string, name: string, number: number): string {
  return join(folder, `${name}.${number}`);
}
