import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { PROGRAM } from '../helpers/run-program.ts';

const run = promisify(execFile);

describe('the examples', () => {
  let redis: RedisServer;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  for (const framework of ['langchain', 'ai-sdk', 'openai-agents']) {
    it(`list the tools, call a dozen and read an error in ${framework}`, async () => {
      const { stdout } = await run(
        process.execPath,
        [join(import.meta.dirname, '../../examples', framework, 'example.mjs')],
        {
          env: {
            PATH: process.env['PATH'],
            HOME: '/dev/null',
            GANTZ: PROGRAM,
            REDIS_URL: redis.url,
            GANTZ_NAMESPACE: framework,
            OPENAI_AGENTS_DISABLE_TRACING: '1',
          },
        },
      );
      const [count, ...lines] = stdout.trimEnd().split('\n');
      assert.equal(count, `${BUNDLED_MANIFEST.tools.length} tools`);
      const answers = lines.map((line): [string, Record<string, unknown>] => {
        const space = line.indexOf(' ');
        return [line.slice(0, space), JSON.parse(line.slice(space)) as Record<string, unknown>];
      });
      const limit = answers.find(([name]) => name === 'rate_limit_check')?.[1];
      assert.deepEqual(answers, [
        ['cache_set', { success: true, key: 'greeting', ttl: 60, stored: true }],
        ['cache_get', { success: true, value: { text: 'hello' }, found: true }],
        ['cache_exists', { success: true, exists: true }],
        ['cache_increment', { success: true, value: 1, applied: true }],
        ['list_push', { success: true, length: 2 }],
        ['list_range', { success: true, values: ['a', 'b'], count: 2 }],
        ['hash_set', { success: true, fields: 2 }],
        ['hash_get', { success: true, value: 'Ada', found: true }],
        ['set_add', { success: true, added: 2 }],
        ['set_is_member', { success: true, is_member: true }],
        [
          'rate_limit_check',
          {
            success: true,
            allowed: true,
            current: 1,
            limit: 5,
            remaining: 4,
            reset_at: limit?.['reset_at'],
            retry_after_ms: 0,
          },
        ],
        ['cache_delete', { success: true, deleted: true }],
        [
          'error',
          {
            success: false,
            error: 'There is no such session',
            code: 'NOT_FOUND',
            retryable: false,
            outcome: 'none',
          },
        ],
      ]);
    });
  }
});
