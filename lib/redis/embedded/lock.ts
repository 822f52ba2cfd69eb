import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRecord, readLiving, recordOf, writeRecord } from './process-record.ts';
import { poll, type Limits } from './poll.ts';

/**
 * Takes the lock `name` of a folder for this process and gives the function that lets it go.
 *
 * Node has no flock(2), and a native addon is no choice here, so the lock is a row of numbered files, each naming the
 * process that holds that turn. The highest number counts. It is free when its process let go or runs no more (killed in
 * the middle, say), and is taken over by creating the next number, which only one can do. A stale lock is thus never
 * removed by the ones who wait for it: two of them could remove it one after the other, the second removing the
 * first one's new lock.
 */
export async function takeLock(folder: string, name: string, limits: Limits): Promise<() => void> {
  const self = recordOf(process.pid) ?? { pid: process.pid, identity: '' };
  return await poll(
    () => {
      const [highest = 0] = turns(folder, name);
      if (highest > 0 && readLiving(fileOf(folder, name, highest))) return undefined;
      const mine = highest + 1;
      const path = fileOf(folder, name, mine);
      if (!createRecord(path, self)) return undefined;
      const [newest, ...older] = turns(folder, name);
      if (newest !== mine) {
        // Higher turns came and this number was cleared away, all between the two looks at the folder.
        rmSync(path, { force: true });
        return undefined;
      }
      for (const turn of older) rmSync(fileOf(folder, name, turn), { force: true });
      return () => writeRecord(path, {});
    },
    limits,
    'Waiting for another process that starts the embedded Redis',
  );
}

/** The numbers there are, highest first. */
function turns(folder: string, name: string): number[] {
  const pattern = new RegExp(`^${name}\\.(\\d+)$`);
  return readdirSync(folder)
    .flatMap((file) => pattern.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

function fileOf(folder: string, name: string, turn: number): string {
  return join(folder, `${name}.${turn}`);
}
