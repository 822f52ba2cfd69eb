import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { runMain } from '../helpers/run-main.ts';

const FOLDER = join(import.meta.dirname, '../../tools');
const LAST_LINE =
  "if (process.argv[1] === import.meta.filename) void import('../lib/start/entry-of-group.ts');";

describe('a group file run by itself', () => {
  const server = useRedis();

  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))) {
    it(`tools/${file} ends with the line that runs it, and no other line depends on the process`, () => {
      const lines = readFileSync(join(FOLDER, file), 'utf8').trimEnd().split('\n');
      assert.equal(lines.pop(), LAST_LINE);
      assert.doesNotMatch(lines.join('\n'), /process\.argv|import\.meta|console\./);
    });
  }

  for (const [file, words] of [
    ['cache.ts', ['set', '{"key":"greeting","value":"hello"}']],
    ['cache.ts', ['get', '--key', 'greeting']],
    ['cache.ts', ['get', '{"key"']],
    ['rate-limit.ts', ['sliding_window', '{"identifier":"a","limit":1,"window_seconds":9,"cost":2}']],
    ['list.ts', ['no-such-operation']],
  ] as const) {
    it(`tools/${file} ${words.join(' ')} does what gantz does`, async () => {
      const env = { REDIS_URL: server.url, HOME: '/dev/null', GANTZ_TIMEOUT: '60s' };
      const own = await runFile(join(FOLDER, file), words, env);
      const { stdout, exitCode } = await runMain([file.replace('.ts', ''), ...words], { env });
      assert.deepEqual(own, { stdout, exitCode });
    });
  }
});

function runFile(
  file: string,
  words: readonly string[],
  env: Record<string, string>,
): Promise<{ stdout: string; exitCode: number }> {
  const options = { cwd: '/', env: { ...env, PATH: process.env['PATH'] }, timeout: 120_000 };
  const tsx = import.meta.resolve('tsx');
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', tsx, file, ...words], options, (_, stdout) =>
      resolve({ stdout, exitCode: child.exitCode ?? -1 }),
    );
  });
}
