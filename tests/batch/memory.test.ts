import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';

let server: RedisServer;
let folder: string;
before(async () => {
  server = await startRedis();
  folder = await mkdtemp(join(tmpdir(), 'gantz-memory-'));
});
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The most memory that a batch of so many lines has, in KiB. */
async function peakOf(lines: number): Promise<number> {
  const file = join(folder, `${lines}.ndjson`);
  const value = 'x'.repeat(100);
  await writeFile(
    file,
    Array.from(
      { length: lines },
      (_, id) =>
        `${JSON.stringify({ tool: 'cache_set', params: { key: `k${id % 1000}`, value: value + String(id) }, id })}\n`,
    ).join(''),
  );
  const script = join(import.meta.dirname, 'peak-memory.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, file], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env['PATH'], REDIS_URL: server.url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  assert.match(said, new RegExp(`^${lines} calls, 0 failed`, 'm'));
  return Number(/^peak (\d+)$/m.exec(said)?.[1]);
}

test('four times as many lines take no more memory, but for what a heap grows by', async () => {
  // Fewer end before the heap has grown to where it stays.
  const few = await peakOf(100_000);
  const many = await peakOf(400_000);
  assert.ok(many <= few * 1.25, `${many} KiB for 400,000 lines, ${few} KiB for 100,000`);
});
