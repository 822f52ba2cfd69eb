import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openGantz, type Gantz } from '../../lib/library/library.ts';
import { structureTag } from '../../lib/redis/keys.ts';
import { runQueueWorkers } from '../helpers/queue-workers.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { openRows, useRows, type Rows } from '../helpers/rows.ts';
import { exportFrom, importInto } from '../helpers/transfer.ts';

const queue = 'work } {';

/** Puts a job into each state. Returns the receipt of the taken one. */
async function fill(rows: Rows): Promise<string> {
  await rows.call('queue_add', { queue, payload: 'dead', max_attempts: 1 });
  const [dead] = (await rows.call('queue_take', { queue })).jobs;
  await rows.call('queue_nack', { queue, receipts: [dead?.receipt ?? ''], error: 'no' });
  await rows.call('queue_add', { queue, payload: 'taken', dedup_id: 'a' });
  const [taken] = (await rows.call('queue_take', { queue, visibility: 3600 })).jobs;
  await rows.call('queue_add', { queue, payload: 'delayed', delay: 3600 });
  await rows.call('queue_add', { queue, payload: 'second', priority: 7 });
  await rows.call('queue_add', { queue, payload: 'first', priority: 3 });
  return taken?.receipt ?? '';
}

/** Fails unless the jobs of `fill` are there, and nothing is forgotten. */
async function checkFilled(rows: Rows, receipt: string): Promise<void> {
  const { oldest_age_ms: age, ...counts } = await rows.call('queue_stats', { queue });
  assert.deepEqual(counts, { ready: 2, delayed: 1, taken: 1, dead: 1, due: 0 });
  assert.notEqual(age, null);
  const duplicate = await rows.call('queue_add', { queue, payload: 1, dedup_id: 'a' });
  assert.equal(duplicate.added, false);
  assert.equal((await rows.call('queue_ack', { queue, receipts: [receipt] })).acked, 1);
  const { jobs } = await rows.call('queue_take', { queue, count: 5 });
  assert.deepEqual(
    jobs.map(({ payload }) => payload),
    ['first', 'second'],
  );
  const dead = await rows.call('queue_peek', { queue, state: 'dead' });
  assert.deepEqual([dead.jobs[0]?.payload, dead.jobs[0]?.last_error], ['dead', 'no']);
  // A new job has a later place than all others.
  await rows.call('queue_add', { queue, payload: 'third', priority: 7 });
  await rows.call('queue_nack', { queue, receipts: jobs.map((job) => job.receipt), delay: 0 });
  const again = await rows.call('queue_take', { queue, count: 5 });
  assert.deepEqual(
    again.jobs.map(({ payload }) => payload),
    ['first', 'second', 'third'],
  );
}

describe('a queue', () => {
  it('survives a kill of a server with an append-only file', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const rows = openRows(server);
    try {
      const receipt = await fill(rows);
      await server.kill();
      await server.restart();
      await checkFilled(rows, receipt);
    } finally {
      await rows.close();
      await server.stop();
    }
  });

  it('loses no job and repeats no effect while its workers are killed', async () => {
    const jobs = 150;
    const { killed, ...result } = await runQueueWorkers({ jobs, killEveryMs: 1000 });
    assert.deepEqual(result, { jobs, results: jobs, sent: jobs, distinct: jobs });
    assert.ok(killed > 0, `${killed} workers were killed`);
  });
});

describe('a queue that is exported and imported', () => {
  const from = useRedis();
  const to = useRedis();

  it('has every job in its state, and receipts stay valid', async () => {
    const source = openRows(from, from.namespace);
    const target = openRows(to, from.namespace);
    try {
      const receipt = await fill(source);
      const exported = await exportFrom({ REDIS_URL: from.url, GANTZ_NAMESPACE: from.namespace });
      await importInto({ REDIS_URL: to.url, GANTZ_NAMESPACE: from.namespace }, exported);
      await checkFilled(target, receipt);
    } finally {
      await source.close();
      await target.close();
    }
  });
});

describe('queue_take with an idempotency key', () => {
  const { redis, rows } = useRows();
  let gantz: Gantz | undefined;
  before(async () => {
    gantz = await openGantz({ redisUrl: redis.url, namespace: rows.namespace, env: redis.env });
  });
  after(async () => await gantz?.close());
  const take = async (name: string, more: { count?: number; visibility?: number } = {}) => {
    assert.ok(gantz);
    const params = { queue: name, visibility: 3600, ...more };
    return await gantz.call('queue_take', params, { idempotencyKey: `take ${name}` });
  };
  const payloads = ({ jobs }: { jobs: readonly { payload: unknown }[] }): unknown[] =>
    jobs.map(({ payload }) => payload);

  it('gives the jobs that the first call took and that are still held', async () => {
    const name = 'held';
    await rows.call('queue_add_many', { queue: name, payloads: [1, 2, 3, 4] });
    const first = await take(name, { count: 3 });
    assert.deepEqual(await take(name, { count: 3 }), { ...first, gantz: { replayed: true } });
    const [one, two, three] = first.jobs.map(({ receipt }) => receipt);
    await rows.call('queue_ack', { queue: name, receipts: [one ?? ''] });
    await rows.call('queue_nack', { queue: name, receipts: [two ?? ''], delay: 3600 });
    const receipts = [three ?? ''];
    const { visible_until_ms: end } = await rows.call('queue_extend', {
      queue: name,
      receipts,
      visibility: 9000,
    });
    const repeated = await take(name, { count: 3 });
    assert.deepEqual(payloads(repeated), [3]);
    assert.equal(repeated.jobs[0]?.visible_until_ms, end);
    await rows.call('queue_ack', { queue: name, receipts });
    // Nothing is held any more: the call takes anew.
    const anew = await take(name, { count: 3 });
    assert.deepEqual([payloads(anew), anew.gantz], [[4], undefined]);
  });

  it('never claims a job whose visibility has ended', async () => {
    const name = 'ended';
    await rows.call('queue_add', { queue: name, payload: 1 });
    const [first] = (await take(name)).jobs;
    const taken = `${rows.namespace}:queue:${structureTag('q', name)}:taken`;
    await redis.plain.zAdd(taken, { score: 1, value: first?.id ?? '' });
    const again = await take(name);
    assert.deepEqual([again.gantz, again.jobs[0]?.attempt], [undefined, 2]);
    assert.notEqual(again.jobs[0]?.receipt, first?.receipt);
  });

  it('does not keep an answer without jobs', async () => {
    const name = 'empty';
    assert.deepEqual(await take(name), { jobs: [] });
    await rows.call('queue_add', { queue: name, payload: 1 });
    assert.deepEqual(payloads(await take(name)), [1]);
  });

  it('takes only as many jobs as an answer may hold, and refuses a larger one before it takes it', async () => {
    const name = 'large';
    const payload = 'x'.repeat(30_000);
    await rows.call('queue_add_many', { queue: name, payloads: [payload, payload, payload] });
    assert.equal((await take(name, { count: 3 })).jobs.length, 2);
    const larger = 'larger';
    await rows.call('queue_add', { queue: larger, payload: 'x'.repeat(70_000) });
    await assert.rejects(take(larger), { code: 'OUTPUT_TOO_LARGE', outcome: 'none' });
    assert.equal((await rows.call('queue_stats', { queue: larger })).ready, 1);
  });
});
