import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';

const FEW = 75_000;
const MANY = 4 * FEW;

const FILL = `
for index = 1, ARGV[2] do redis.call('SET', ARGV[1] .. ':cache:' .. index, 'value of the key ' .. index) end
for index = 1, ARGV[2] * 5 / 3 do redis.call('RPUSH', ARGV[1] .. ':list:long', 'item ' .. index) end
for index = 1, ARGV[2] do redis.call('HSET', ARGV[1] .. ':hash:long', 'field ' .. index, index) end
return redis.call('LLEN', ARGV[1] .. ':list:long')`;

const from = useRedis();
const to = useRedis();

/** Runs a command, and returns the envelope and the peak memory in KiB. */
async function peakOf(words: string[], env: Record<string, string>) {
  const child = endWithTests(
    spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, '../helpers/peak-memory.ts'), ...words],
      {
        cwd: join(import.meta.dirname, '../..'),
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    ),
  );
  let said = '';
  let envelope = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (envelope += chunk.toString()));
  // On a slow machine 300,000 keys take a minute.
  await endOf(child, { what: () => `the end of gantz ${words.join(' ')}: ${said}`, limitMs: 600_000 });
  return {
    envelope: JSON.parse(envelope) as Record<string, unknown>,
    peak: Number(/^peak (\d+)$/m.exec(said)?.[1]),
  };
}

test('an export and an import of four times as much need no more memory, within the growth of a heap', async () => {
  const cwd = folderWith({});
  const peaks: { count: number; exported: number; imported: number }[] = [];
  for (const count of [FEW, MANY]) {
    const namespace = `test-${count}`;
    const file = join(cwd, `${count}.ndjson`);
    const filled = await from.plain.sendCommand(['EVAL', FILL, '0', namespace, String(count)]);
    assert.equal(Number(filled), (count * 5) / 3);
    const env = { GANTZ_NAMESPACE: namespace };
    const out = await peakOf(['export', '--output', file], { ...env, REDIS_URL: from.url });
    assert.equal(out.envelope['keys'], count + 2);
    const back = await peakOf(['import', file], { ...env, REDIS_URL: to.url });
    assert.equal(back.envelope['imported'], count + 2);
    assert.equal(await to.plain.lLen(`${namespace}:list:long`), (count * 5) / 3);
    peaks.push({ count, exported: out.peak, imported: back.peak });
  }
  const [few, many] = peaks;
  assert.ok(few && many);
  const what = JSON.stringify(peaks);
  assert.ok(many.exported <= few.exported * 1.25, what);
  assert.ok(many.imported <= few.imported * 1.25, what);
});
