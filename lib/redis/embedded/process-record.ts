import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { processIdentity } from './process-identity.ts';

/** A process as a file remembers it. */
export type ProcessRecord = { pid: number; identity: string };

/** The record of a running process; undefined when it runs no more. */
export function recordOf(pid: number): ProcessRecord | undefined {
  const identity = processIdentity(pid);
  return identity === undefined ? undefined : { pid, identity };
}

/** The process that a file remembers, if that very process still runs. */
export function readLiving(path: string): ProcessRecord | undefined {
  try {
    const { pid, identity } = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessRecord>;
    if (typeof pid !== 'number' || typeof identity !== 'string') return undefined;
    return processIdentity(pid) === identity ? { pid, identity } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a record; whoever reads meanwhile sees the old one or the new one, never a half. */
export function writeRecord(path: string, record: ProcessRecord | Record<string, never>): void {
  const draft = writeDraft(path, record);
  renameSync(draft, path);
}

/** Writes a record unless the file is there already; false when it is. */
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
