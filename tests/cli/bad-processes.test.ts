import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dump, useRedis } from '../helpers/redis-server.ts';
import { runProgram } from '../helpers/run-program.ts';
import { assertRefused, badInvocation, storeValues } from './bad-invocations.ts';

let env: Record<string, string>;
const server = useRedis({
  async started({ url }) {
    env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' };
    await storeValues(env);
  },
});

test('100 wrong command lines print one envelope as real processes, and change nothing', async () => {
  const untouched = await dump(server.plain);
  const samples = fc.sample(
    badInvocation.filter((argv) =>
      argv.every((word) => !word.includes('\0') && word.isWellFormed() && word.length < 100_000),
    ),
    100,
  );
  for (const argv of samples) assertRefused(await runProgram(argv, { env }), argv);
  assert.deepEqual(await dump(server.plain), untouched);
});
