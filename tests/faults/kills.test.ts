import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { killCallers } from '../helpers/kills.ts';
import { useRows } from '../helpers/rows.ts';
import { PROGRAMS } from '../helpers/run-program.ts';

describe('calls with idempotency keys whose process is killed', () => {
  const { redis } = useRows();

  for (const { name, path: program } of PROGRAMS) {
    it(`have their effect exactly once when they are repeated: 1,000 kills of ${name}`, async (test) => {
      const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: randomUUID() };
      const { acknowledged, replayed, effects } = await killCallers({ program, env, kills: 1000 });
      test.diagnostic(
        `${effects} effects, ${replayed} of them before the kill, ${acknowledged} acknowledged`,
      );
      assert.equal(effects, 20_000);
      // Some effects were there when their process was killed, and their answers were not printed.
      assert.ok(acknowledged < replayed && replayed < effects);
    });
  }
});
