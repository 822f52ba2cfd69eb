import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import type { GantzError } from '../../lib/contract/errors.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { afterHandshake, connectTo, startRelay, type Relay, type ReplyFault } from '../helpers/relay.ts';
import { openRows } from '../helpers/rows.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';

type Expected = { code?: string; exit: number; write: string; read: string };

/** What a call gets when its reply is damaged. `write` and `read` are the outcomes of a writing and a reading call. */
const FAULTS: Readonly<Record<ReplyFault, Expected>> = {
  none: { exit: 0, write: 'success', read: 'success' },
  drip: { exit: 0, write: 'success', read: 'success' },
  silence: { code: 'TIMEOUT', exit: 5, write: 'unknown', read: 'none' },
  half: { code: 'TIMEOUT', exit: 5, write: 'unknown', read: 'none' },
  reset: { code: 'REDIS_UNAVAILABLE', exit: 4, write: 'unknown', read: 'none' },
  close: { code: 'REDIS_UNAVAILABLE', exit: 4, write: 'unknown', read: 'none' },
  garbage: { code: 'REDIS_UNAVAILABLE', exit: 4, write: 'unknown', read: 'none' },
};

const CALLS = {
  write: ['list', 'push', '{"key":"l","values":["x"]}'],
  read: ['list', 'range', '{"key":"l"}'],
} as const;

describe('a reply that is damaged on its way', () => {
  const server = useRedis();
  let relay: Relay | undefined;
  const current = (): Relay => {
    assert.ok(relay);
    return relay;
  };
  before(async () => void (relay = await startRelay(() => connectTo(server.socketPath)())));
  after(async () => await relay?.stop());

  for (const [fault, expected] of Object.entries(FAULTS)) {
    for (const { name, path: program } of PROGRAMS) {
      for (const kind of ['write', 'read'] as const) {
        it(`${fault}: a ${kind} of one process with ${name}`, async () => {
          const env = { REDIS_URL: `redis://127.0.0.1:${current().port}`, GANTZ_NAMESPACE: 'process' };
          current().fault = afterHandshake(fault as ReplyFault);
          // Only a call that gets no reply needs a short limit.
          const limit = expected.exit === 5 ? ['--timeout', '1s'] : [];
          const run = await runProgram([...limit, ...CALLS[kind]], { env, program });
          current().fault = 'none';
          const envelope = envelopeOf(run);
          assert.equal(run.exitCode, expected.exit, run.stdout);
          assert.equal(envelope['code'], expected.code);
          if (expected.exit !== 0) assert.equal(envelope['outcome'], expected[kind]);
        });
      }
    }

    it(`${fault}: calls of a long-lived process, which loses no acknowledged write`, async () => {
      const rows = openRows({ url: `redis://127.0.0.1:${current().port}` });
      const key = `long-${fault}`;
      await rows.call('list_push', { key, values: ['first'] });
      const outcomes = new Map<string, string>([['first', 'success']]);
      const push = async (value: string, budgetMs: number): Promise<void> => {
        const deadline = new Deadline({ budgetMs });
        await rows.call('list_push', { key, values: [value] }, { deadline }).then(
          () => outcomes.set(value, 'success'),
          (error: unknown) => outcomes.set(value, (error as GantzError).outcome),
        );
      };
      current().fault = fault as ReplyFault;
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => push(`f${index}`, expected.exit === 5 ? 500 : 30_000)),
      );
      current().fault = 'none';
      current().cut();
      for (let index = 0; index < 20; index++) await push(`a${index}`, 30_000);
      const stored = (await server.plain.lRange(`${rows.namespace}:list:${key}`, 0, -1)).map(String);
      for (const [value, outcome] of outcomes) {
        const times = stored.filter((one) => one === value).length;
        if (outcome === 'success') assert.equal(times, 1, `${value} was acknowledged`);
        if (outcome === 'none') assert.equal(times, 0, `${value} was said not to have happened`);
        assert.ok(times <= 1, `${value} is there ${times} times`);
      }
      assert.equal(outcomes.get('a19'), 'success', 'calls succeed again');
      await rows.close();
    });
  }
});
