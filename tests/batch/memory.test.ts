import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { useRedis } from '../helpers/redis-server.ts';

let folder: string;
const server = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-memory-'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs a batch of this many lines, and returns its peak memory in KiB. */
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
  const script = join(import.meta.dirname, '../helpers/peak-memory.ts');
  const child = endWithTests(
    spawn(process.execPath, ['--import', 'tsx', script, 'batch', file], {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], REDIS_URL: server.url },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // On a slow machine 400,000 calls take a minute.
  await endOf(child, { what: () => `the end of ${lines} calls; stderr: ${said}`, limitMs: 600_000 });
  assert.match(said, new RegExp(`^${lines} calls, 0 failed`, 'm'));
  return Number(/^peak (\d+)$/m.exec(said)?.[1]);
}

test('four times as many lines need no more memory, within the growth of a heap', async () => {
  // With fewer lines, the batch ends before its heap has its full size.
  const few = await peakOf(100_000);
  const many = await peakOf(400_000);
  assert.ok(many <= few * 1.25, `${many} KiB for 400,000 lines, ${few} KiB for 100,000`);
});
