import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GantzError } from '../../contract/errors.ts';
import type { EmbeddedPaths } from './paths.ts';

/** A server program: `major.minor` decides which files it can read. */
export type Engine = { server: 'redis' | 'valkey'; version: string };

/** How long a binary may take to print its version, in milliseconds. */
const VERSION_MS = 2000;

/** The folder in the data folder where the server keeps its append-only file, since Redis 7.0. */
const FOLDER = 'appendonlydir';
const MANIFEST = 'appendonly.aof.manifest';

/**
 * Throws NOT_RUNNABLE when the server would lose or hide data: when a part of the append-only file is missing, of which the
 * server would begin an empty one, and when the binary is older than the server that wrote the data.
 */
export async function checkData(paths: EmbeddedPaths, binary: string): Promise<void> {
  checkFiles(paths);
  const writer = readWriter(paths);
  if (!writer) return;
  const reader = await engineOf(binary);
  if (!reader || canRead(reader, writer)) return;
  throw new GantzError(
    'NOT_RUNNABLE',
    `The embedded Redis cannot start ${binary}, ${nameOf(reader)}: ${nameOf(writer)} wrote the data in ${paths.dataFolder}`,
    {
      hint:
        `Set GANTZ_REDIS_SERVER to the path of ${nameOf(writer)} or a newer one, ` +
        'or move that folder away to begin without data.',
    },
  );
}

/** Records which server writes the data. Called when it has loaded them. */
export function recordWriter(paths: EmbeddedPaths, engine: Engine): void {
  const path = recordPath(paths);
  writeFileSync(`${path}.new`, JSON.stringify(engine), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/**
 * Returns true when one engine reads the files of another: the same engine unless it is older; Valkey the files of Redis up
 * to 7.2, from which it began; and Redis from 7.2 those of Valkey before 9, which has another format.
 */
export function canRead(reader: Engine, writer: Engine): boolean {
  if (reader.server === writer.server) return compare(reader.version, writer.version) >= 0;
  return reader.server === 'valkey'
    ? compare(writer.version, '7.2') <= 0
    : compare(writer.version, '9.0') < 0 && compare(reader.version, '7.2') >= 0;
}

/** Compares `major.minor` of two versions. */
function compare(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

function nameOf({ server, version }: Engine): string {
  return `${server === 'redis' ? 'Redis' : 'Valkey'} ${version}`;
}

/** Returns the engine and version of a binary; undefined when it does not print them. */
async function engineOf(binary: string): Promise<Engine | undefined> {
  try {
    const { stdout } = await promisify(execFile)(binary, ['--version'], { timeout: VERSION_MS });
    const [, name, version] = /^(Redis|Valkey) server v=(\d+\.\d+\S*)/m.exec(stdout) ?? [];
    return version === undefined ? undefined : { server: name === 'Valkey' ? 'valkey' : 'redis', version };
  } catch {
    return undefined;
  }
}

function recordPath({ dataFolder }: EmbeddedPaths): string {
  return join(dataFolder, 'written-by.json');
}

/** Returns the engine that wrote the data; undefined when none is recorded. */
function readWriter(paths: EmbeddedPaths): Engine | undefined {
  try {
    const { server, version } = JSON.parse(readFileSync(recordPath(paths), 'utf8')) as Partial<Engine>;
    if (typeof version !== 'string' || (server !== 'redis' && server !== 'valkey')) return undefined;
    return { server, version };
  } catch {
    return undefined;
  }
}

/** Throws NOT_RUNNABLE when a part of the append-only file, or all of it, was removed. */
function checkFiles(paths: EmbeddedPaths): void {
  const { dataFolder } = paths;
  const folder = join(dataFolder, FOLDER);
  const files = filesIn(folder);
  if (files.includes(MANIFEST)) return;
  const parts = files.filter((file) => /^appendonly\.aof\.\d+\.(?:base|incr)\./.test(file));
  const missing =
    parts.length > 0
      ? join(folder, MANIFEST)
      : readWriter(paths) && !filesIn(dataFolder).includes('appendonly.aof')
        ? folder
        : undefined;
  if (missing === undefined) return;
  throw new GantzError('NOT_RUNNABLE', `The embedded Redis cannot read its data: ${missing} is missing`, {
    hint: `Restore it from a copy, or move ${dataFolder} away to begin without data.`,
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A log line of level "#" about the files of the data, or their contents. */
const ABOUT_DATA = /# (?!WARNING)(.*(?:append only file|\bAOF\b|\bRDB\b|loading DB).*)/;
const PART = /appendonly\.aof\.\d+\.(?:base|incr)\.(?:rdb|aof)/;

/** Returns the failure of a server that could not load its data, from the log of its start; undefined for another reason. */
export function explainLoading({ dataFolder, logPath }: EmbeddedPaths, log: string): GantzError | undefined {
  const lines = log.split('\n');
  const at = lines.findIndex((line) => ABOUT_DATA.test(line));
  const reason = ABOUT_DATA.exec(lines[at] ?? '')?.[1]?.trim();
  if (reason === undefined) return undefined;
  const folder = join(dataFolder, FOLDER);
  const part = PART.exec(lines.slice(at).join('\n'))?.[0];
  const file = part
    ? join(folder, part)
    : filesIn(folder).includes(MANIFEST)
      ? join(folder, MANIFEST)
      : dataFolder;
  const isNewer = /can't handle RDB|unknown command/i.test(reason);
  return new GantzError('NOT_RUNNABLE', `The embedded Redis cannot read its data in ${file}: ${reason}`, {
    hint: isNewer
      ? `Another or a newer server wrote it: set GANTZ_REDIS_SERVER to that server, or move ${dataFolder} away to begin without data.`
      : `Copy ${folder}, then repair it: redis-check-aof --fix '${join(folder, MANIFEST)}'. Or move ${dataFolder} away to begin without data. The log is ${logPath}.`,
  });
}
