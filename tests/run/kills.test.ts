import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { killCallers } from '../helpers/kills.ts';
import { useRows } from '../helpers/rows.ts';
import { PROGRAMS } from '../helpers/run-program.ts';

describe('calls with idempotency keys whose process is killed', () => {
  const { redis } = useRows();

  for (const { name, path: program } of PROGRAMS) {
    it(`have their effect exactly once when they are repeated: 30 kills of ${name}`, async () => {
      const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: randomUUID() };
      const { acknowledged, effects } = await killCallers({ program, env, kills: 30 });
      assert.equal(effects, 600);
      assert.ok(acknowledged > 0 && acknowledged < 600, `some of ${acknowledged} answers were printed`);
    });
  }
});
