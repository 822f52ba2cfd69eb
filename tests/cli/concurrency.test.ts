import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

let server: RedisServer;
before(async () => void (server = await startRedis()));
after(() => server.stop());

const WORKERS = 20;

/** Runs `count` calls, each a process of its own, twenty at a time. */
async function runMany(
  count: number,
  argvOf: (index: number) => string[],
): Promise<Record<string, unknown>[]> {
  const results: Record<string, unknown>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const run = await runProgram(argvOf(index), { env: { REDIS_URL: server.url } });
      assert.equal(run.exitCode, 0, run.stdout);
      results.push(envelopeOf(run));
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return results;
}

test('200 updates of one session from 20 processes at a time lose nothing', async () => {
  const created = envelopeOf(await runProgram(['session', 'create'], { env: { REDIS_URL: server.url } }));
  const sessionId = String(created['session_id']);
  await runMany(200, (index) => [
    'session',
    'update',
    JSON.stringify({ session_id: sessionId, data: { [`field${index}`]: index } }),
  ]);
  const got = envelopeOf(
    await runProgram(['session', 'get', '--session-id', sessionId], { env: { REDIS_URL: server.url } }),
  );
  const session = got['session'] as { data: Record<string, number>; revision: number };
  assert.equal(session.revision, 201);
  assert.deepEqual(Object.keys(session.data).length, 200);
  for (let index = 0; index < 200; index++) assert.equal(session.data[`field${index}`], index);
});

for (const operation of ['check', 'sliding_window']) {
  test(`100 parallel calls on a limit of 10: rate_limit ${operation} allows exactly 10`, async () => {
    const parameters = JSON.stringify({ identifier: operation, limit: 10, window_seconds: 86_400 });
    const results = await runMany(100, () => ['rate_limit', operation, parameters]);
    assert.equal(results.filter(({ allowed }) => allowed === true).length, 10);
  });
}
