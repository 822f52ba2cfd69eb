import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startRedis } from '../helpers/redis-server.ts';

const ROOT = join(import.meta.dirname, '../..');

test('the first program of docs/library.md prints the output of the page', async () => {
  const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8');
  const [, program = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
  const [, printed = ''] = /```text\n(.*?)```/s.exec(page) ?? [];
  const redis = await startRedis();
  // In a folder of the repository, so that its tsconfig.json applies.
  const file = join(import.meta.dirname, `guide-${process.pid}.mts`);
  try {
    await writeFile(file, program.replace(`'gantz'`, `'../../lib/library/library.ts'`));
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], {
      cwd: ROOT,
      timeout: 120_000,
      env: { PATH: process.env['PATH'], REDIS_URL: redis.url },
    });
    assert.equal(stdout, printed);
  } finally {
    await rm(file, { force: true });
    await redis.stop();
  }
});
