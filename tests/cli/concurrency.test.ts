import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

const server = useRedis();

const WORKERS = 20;
/** How many workers start a process for each call. Each of the others runs one batch, which starts faster. */
const ONE_SHOT_WORKERS = 2;

type Call = { tool: string; params: Record<string, unknown> };
type Envelope = Record<string, unknown>;

/** Runs `count` calls in twenty workers at the same time, and returns their envelopes. Each worker uses its own processes. */
async function runMany(count: number, callOf: (index: number) => Call): Promise<Envelope[]> {
  const env = { REDIS_URL: server.url };
  const shares = Array.from({ length: WORKERS }, (_, worker) =>
    Array.from({ length: count / WORKERS }, (_, turn) => callOf(turn * WORKERS + worker)),
  );
  const work = async (calls: readonly Call[], worker: number): Promise<Envelope[]> => {
    if (worker >= ONE_SHOT_WORKERS) {
      const stdin = calls.map((call) => `${JSON.stringify(call)}\n`).join('');
      const run = await runProgram(['batch'], { env, stdin });
      assert.equal(run.exitCode, 0, run.stdout);
      return run.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Envelope);
    }
    const envelopes: Envelope[] = [];
    for (const { tool, params } of calls) {
      const run = await runProgram(['call', tool, JSON.stringify(params)], { env });
      assert.equal(run.exitCode, 0, run.stdout);
      envelopes.push(envelopeOf(run));
    }
    return envelopes;
  };
  const envelopes = (await Promise.all(shares.map(work))).flat();
  assert.equal(envelopes.length, count);
  return envelopes;
}

test('200 updates of one session from 20 processes at a time lose nothing', async () => {
  const created = envelopeOf(await runProgram(['session', 'create'], { env: { REDIS_URL: server.url } }));
  const sessionId = String(created['session_id']);
  await runMany(200, (index) => ({
    tool: 'session_update',
    params: { session_id: sessionId, data: { [`field${index}`]: index } },
  }));
  const got = envelopeOf(
    await runProgram(['session', 'get', '--session-id', sessionId], { env: { REDIS_URL: server.url } }),
  );
  const session = got['session'] as { data: Record<string, number>; revision: number };
  assert.equal(session.revision, 201);
  assert.deepEqual(Object.keys(session.data).length, 200);
  for (let index = 0; index < 200; index++) assert.equal(session.data[`field${index}`], index);
});

for (const operation of ['check', 'sliding_window']) {
  test(`100 calls from 20 processes at a time on a limit of 10: rate_limit ${operation} allows exactly 10`, async () => {
    const results = await runMany(100, () => ({
      tool: `rate_limit_${operation}`,
      params: { identifier: operation, limit: 10, window_seconds: 86_400 },
    }));
    assert.equal(results.filter(({ allowed }) => allowed === true).length, 10);
  });
}
