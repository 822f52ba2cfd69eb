import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { runProgram } from '../helpers/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');

const server = useRedis();

/** Runs a file of tools/ directly, as in a checkout on Node 20. */
function runFile(
  file: string,
  words: readonly string[],
  env: Record<string, string>,
): { stdout: string; exitCode: number | null } {
  const { stdout, status } = spawnSync(process.execPath, ['--import', 'tsx', join('tools', file), ...words], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { stdout, exitCode: status };
}

const calls: [string, string, string, string][] = [
  ['cache.ts', 'cache', 'get', '{"key":"greeting"}'],
  ['cache.ts', 'cache', 'get', '{"kye":"greeting"}'],
  ['cache.ts', 'cache', 'fetch', '{}'],
  ['rate-limit.ts', 'rate_limit', 'check', '{"identifier":"a","limit":1,"window_seconds":10,"cost":5}'],
];

for (const [file, group, operation, json] of calls) {
  test(`${group} ${operation} ${json} gives the same result in all three ways`, async () => {
    // A slow machine needs long to start a process, and the start counts against the time limit.
    const env = { REDIS_URL: server.url, GANTZ_TIMEOUT: '60s' };
    await runProgram(['cache', 'set', '{"key":"greeting","value":{"a":[1,null]}}'], { env });
    const direct = await runProgram([group, operation, json], { env, cwd: ROOT });
    const called = await runProgram(['call', `${group}_${operation}`, json], { env, cwd: ROOT });
    const alone = runFile(file, [operation, json], env);
    assert.deepEqual([called.stdout, called.exitCode], [direct.stdout, direct.exitCode]);
    assert.deepEqual([alone.stdout, alone.exitCode], [direct.stdout, direct.exitCode]);
    assert.match(direct.stdout, /^\{"success":(true|false),.*\}\n$/);
  });
}
