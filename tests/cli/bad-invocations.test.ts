import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dump, useRedis } from '../helpers/redis-server.ts';
import { runMain } from '../helpers/run-main.ts';
import { assertRefused, badInvocation, storeValues } from './bad-invocations.ts';

let env: Record<string, string>;
const server = useRedis({
  async started({ url }) {
    env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' };
    await storeValues(env);
  },
});

test('2,000 wrong command lines print one envelope, have the right exit status, and change nothing', async () => {
  const untouched = await dump(server.plain);
  await fc.assert(
    fc.asyncProperty(badInvocation, async (argv) => assertRefused(await runMain(argv, { env }), argv)),
    { numRuns: 2000 },
  );
  assert.deepEqual(await dump(server.plain), untouched);
});
