import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { processIdentity } from './process-identity.ts';

/** A process as it is stored in a file. */
export type ProcessRecord = { pid: number; identity: string };

/** Returns the record of a process; undefined when no process with this number runs. */
export function recordOf(pid: number): ProcessRecord | undefined {
  const identity = processIdentity(pid);
  return identity === undefined ? undefined : { pid, identity };
}

/**
 * Returns the record in a file when the same process still runs; undefined otherwise, or when there is no valid file.
 */
export function readRunning(path: string): ProcessRecord | undefined {
  try {
    const { pid, identity } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessRecord>;
    if (typeof pid !== 'number' || typeof identity !== 'string') return undefined;
    return processIdentity(pid) === identity ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the record in a file. A reader sees the old record or the new one, never a part of one. */
export function writeRecord(path: string, record: ProcessRecord | Record<string, never>): void {
  const draft = writeDraft(path, record);
  renameSync(draft, path);
}

/** Writes a record to a new file. Returns false when the file exists already. */
export function createRecord(path: string, record: ProcessRecord): boolean {
  const draft = writeDraft(path, record);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(path: string, record: object): string {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
  return draft;
}
