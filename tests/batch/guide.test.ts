import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRedis } from '../helpers/redis-server.ts';
import { runMain } from '../helpers/run-main.ts';

test('the session of docs/batch.md prints the answers of the page', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/batch.md'), 'utf8');
  const [, calls = '', answers = ''] =
    /\$ cat calls\.ndjson\n(.*?)\$ gantz batch calls\.ndjson\n(.*?)4 calls, 2 failed/s.exec(page) ?? [];
  const redis = await startRedis();
  try {
    const run = await runMain(['-c', 'builtin:redis', 'batch'], {
      env: { REDIS_URL: redis.url },
      stdin: calls,
    });
    assert.equal(run.stdout, answers);
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /^4 calls, 2 failed, /);
  } finally {
    await redis.stop();
  }
});
