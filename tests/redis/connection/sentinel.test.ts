import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GantzError } from '../../../lib/contract/errors.ts';
import { startSentinels, type SentinelGroup } from '../../helpers/redis-sentinel.ts';
import { openRows } from '../../helpers/rows.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

describe('redis+sentinel://', () => {
  let group: SentinelGroup | undefined;
  const sentinels = (): SentinelGroup => {
    assert.ok(group);
    return group;
  };
  before(async () => void (group = await startSentinels()));
  after(async () => await group?.stop());

  for (const { name, path: program } of PROGRAMS) {
    it(`runs one call for each process with ${name}`, async () => {
      const env = { REDIS_URL: sentinels().url, GANTZ_NAMESPACE: 'test-process' };
      const set = await runProgram(['cache', 'set', '--key', 'a', '--value', 'b'], { env, program });
      assert.equal(set.exitCode, 0, set.stdout);
      assert.equal((await runProgram(['--raw', 'cache', 'get', '--key', 'a'], { env, program })).stdout, 'b');
      const ping = envelopeOf(await runProgram(['ping'], { env, program }));
      assert.equal(ping['where'], sentinels().url);
    });
  }

  it('goes on with the new master after a failover, in the same process', async () => {
    const rows = openRows(sentinels());
    await rows.call('cache_set', { key: 'a', value: 'before' });
    const listed = await rows.call('cache_keys', {});
    assert.deepEqual(listed.keys, ['a']);
    const before = await sentinels().master();
    await waitForReplicas(await before.client());
    await sentinels().failOver();
    let failure: GantzError | undefined;
    await waitFor(
      async () =>
        await rows.call('cache_set', { key: 'b', value: 'after' }).then(
          () => true,
          (error: unknown) => {
            failure = asFailure(error);
            return false;
          },
        ),
      { what: () => `a write to the new master; the last failure: ${failure?.message}` },
    );
    const now = await sentinels().master();
    assert.notEqual(now.port, before.port);
    const plain = await now.client();
    assert.equal(await plain.get(`${rows.namespace}:cache:b`), 'after');
    assert.equal((await rows.call('cache_get', { key: 'a' })).value, 'before');
    await rows.close();
  });

  it('answers CONFLICT to a cursor of the former master', async () => {
    const rows = openRows(sentinels());
    for (let index = 0; index < 200; index++) await rows.call('cache_set', { key: `k${index}`, value: 1 });
    const { cursor } = await rows.call('cache_keys', { limit: 20 });
    assert.ok(cursor !== null);
    await sentinels().failOver();
    let code = '';
    await waitFor(
      async () => {
        code = await rows.call('cache_keys', { cursor }).then(() => 'none', codeOf);
        return code !== 'REDIS_UNAVAILABLE';
      },
      { what: 'an answer of the new master' },
    );
    assert.equal(code, 'CONFLICT');
    await rows.close();
  });

  it('leaves a former master that still accepts writes, which would be lost', async () => {
    const group = await startSentinels({ sentinels: 1 });
    const rows = openRows(group);
    try {
      await rows.call('cache_set', { key: 'a', value: 'before' });
      const former = await group.master();
      await group.failOver({ demote: false });
      const plain = await (await group.master()).client();
      await waitFor(
        async () => {
          await rows.call('cache_set', { key: 'a', value: 'after' });
          return (await plain.get(`${rows.namespace}:cache:a`)) === 'after';
        },
        { what: 'a write to the new master' },
      );
      assert.match(await former.plain.info('replication'), /^role:master/m);
    } finally {
      await rows.close();
      await group.stop();
    }
  });

  it('names a server that is not a Sentinel', async () => {
    const { port } = await sentinels().master();
    const rows = openRows({ url: `redis+sentinel://127.0.0.1:${port}/mymaster` });
    const failure = await rows.failure('cache_get', { key: 'a' }, 'NOT_RUNNABLE');
    assert.equal(failure.message, `The server at 127.0.0.1:${port} is not a Sentinel`);
    await rows.close();
  });

  it('names the wrong name of a master, and Sentinels that do not answer', async () => {
    const { url } = sentinels();
    const wrong = openRows({ url: url.replace('mymaster', 'other') });
    const failure = await wrong.failure('cache_get', { key: 'a' }, 'NOT_RUNNABLE');
    assert.match(failure.message, /no master named "other"/);
    await wrong.close();
    const env = { REDIS_URL: 'redis+sentinel://127.0.0.1:1,127.0.0.1:2/mymaster' };
    const run = await runProgram(['cache', 'get', '{"key":"a"}'], { env });
    const { code, outcome, error } = envelopeOf(run);
    assert.deepEqual([code, outcome, run.exitCode], ['REDIS_UNAVAILABLE', 'none', 4]);
    assert.match(String(error), /127\.0\.0\.1:1 \(a Sentinel\)/);
  });
});

/** Waits until every replica has all writes of a master. */
async function waitForReplicas(plain: { sendCommand(words: string[]): Promise<unknown> }): Promise<void> {
  await plain.sendCommand(['WAIT', '1', '0']);
}

function asFailure(error: unknown): GantzError {
  assert.ok(error instanceof GantzError, String(error));
  return error;
}

function codeOf(error: unknown): string {
  return asFailure(error).code;
}
