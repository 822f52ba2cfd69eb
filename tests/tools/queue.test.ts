import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { QueueAddInput, QueueTakeInput, QueueTakeResult } from '../../lib/generated/tools.ts';
import { structureTag } from '../../lib/redis/keys.ts';
import { anyJson } from '../helpers/json.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { settled, waitFor } from '../helpers/wait.ts';

type Job = QueueTakeResult['jobs'][number];
type State = 'ready' | 'delayed' | 'taken' | 'dead';

const STATES = ['ready', 'delayed', 'taken', 'dead'] as const;
const NEVER = '00000000-0000-4000-8000-000000000000';

describe('queue', () => {
  const { redis, rows } = useRows();
  const stored = (queue: string, part: string): string =>
    `${rows.namespace}:queue:${structureTag('q', queue)}:${part}`;
  const add = async (queue: string, payload: unknown, more: Partial<QueueAddInput> = {}): Promise<string> =>
    (await rows.call('queue_add', { queue, payload, ...more })).id;
  const take = async (queue: string, more: Partial<QueueTakeInput> = {}): Promise<Job[]> =>
    (await rows.call('queue_take', { queue, ...more })).jobs;
  const takeOne = async (queue: string): Promise<Job> => {
    const [job] = await take(queue);
    assert.ok(job, `${queue} has a ready job`);
    return job;
  };
  const payloads = async (queue: string, count = 1000): Promise<unknown[]> =>
    (await take(queue, { count })).map(({ payload }) => payload);
  const ack = async (queue: string, ...receipts: string[]): Promise<number> =>
    (await rows.call('queue_ack', { queue, receipts })).acked;
  const stateOf = async (queue: string, id: string): Promise<State | null> =>
    (await rows.call('queue_get', { queue, id })).state;
  const counts = async (queue: string): Promise<number[]> => {
    const stats = await rows.call('queue_stats', { queue });
    return STATES.map((state) => stats[state]);
  };
  /** Makes the delay or the visibility of a job end now. */
  const endTimeOf = async (queue: string, id: string, state: 'delayed' | 'taken', at = 1): Promise<void> => {
    const changed = await redis.plain.zAdd(stored(queue, state), { score: at, value: id }, { CH: true });
    assert.equal(changed, 1);
  };
  const keysOf = async (queue: string): Promise<string[]> => {
    const parts = [...STATES, 'jobs'];
    const exist = await Promise.all(parts.map((part) => redis.plain.exists(stored(queue, part))));
    return parts.filter((_, at) => exist[at] === 1);
  };

  it('gives back any JSON value, in the order of adding, and leaves nothing when all is done', async () => {
    const queue = 'any';
    await fc.assert(
      fc.asyncProperty(fc.array(anyJson, { minLength: 1, maxLength: 8 }), async (values) => {
        const { ids, added } = await rows.call('queue_add_many', { queue, payloads: values });
        assert.equal(added, values.length);
        const jobs = await take(queue, { count: 1000 });
        assert.deepStrictEqual(
          jobs.map(({ payload }) => payload),
          values,
        );
        assert.deepEqual(
          jobs.map(({ id }) => id),
          ids,
        );
        assert.equal(await ack(queue, ...jobs.map(({ receipt }) => receipt)), values.length);
        assert.deepEqual(await keysOf(queue), []);
      }),
    );
  });

  const large = 'x'.repeat(1024 * 1024);
  for (const [what, payload] of [
    ['an empty text', ''],
    ['null', null],
    ['1 MiB', large],
    ['an object', { a: [1, { b: null }] }],
  ] as const) {
    it(`carries ${what}`, async () => {
      const queue = `payload ${what}`;
      const id = await add(queue, payload);
      const { job } = await rows.call('queue_get', { queue, id });
      assert.deepStrictEqual(job?.payload, payload);
      const taken = await takeOne(queue);
      assert.deepStrictEqual(taken.payload, payload);
      assert.equal(await ack(queue, taken.receipt), 1);
    });
  }

  it('stores a payload so that other programs can read it', async () => {
    const id = await add('readable', { to: 'ada' });
    assert.equal(await redis.plain.hGet(stored('readable', 'jobs'), `${id}:payload`), '{"to":"ada"}');
  });

  it('keeps names apart, whatever they contain', async () => {
    const names = ['a', 'a}', '{a', '{a}', '}', '{}', '%7D', ':', 'a:ready', 'a:', ' ', '*', '\u0000', 'é😀'];
    await Promise.all(names.map((name) => add(name, name)));
    for (const name of names) assert.deepEqual(await payloads(name), [name]);
    await rows.failure('queue_add', { queue: '\ud800', payload: 1 }, 'INVALID_PARAMETERS');
    await rows.failure('queue_add', { queue: 'a', payload: 1, dedup_id: '\ud800' }, 'INVALID_PARAMETERS');
  });

  it('keeps namespaces apart', async () => {
    const other = openRows(redis);
    try {
      await add('shared', 1);
      assert.deepEqual((await other.call('queue_take', { queue: 'shared' })).jobs, []);
    } finally {
      await other.close();
    }
  });

  it('takes lower priorities first, and first in, first out within one', async () => {
    const queue = 'priorities';
    for (const [payload, priority] of [
      ['d', 100],
      ['b', 1],
      ['a', 0],
      ['c', 1],
      ['e', 100],
    ] as const)
      await add(queue, payload, { priority });
    assert.deepEqual(await payloads(queue, 4), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await payloads(queue), ['e']);
    await rows.failure('queue_add', { queue, payload: 1, priority: 101 }, 'INVALID_PARAMETERS');
  });

  it('gives a job back at its place', async () => {
    const queue = 'places';
    await rows.call('queue_add_many', { queue, payloads: ['a', 'b', 'c'] });
    const [a, b] = await take(queue, { count: 2 });
    assert.ok(a && b);
    await rows.call('queue_nack', { queue, receipts: [b.receipt, a.receipt], delay: 0, error: 'busy' });
    const again = await take(queue, { count: 3 });
    assert.deepEqual(
      again.map(({ payload, attempt, last_error }) => [payload, attempt, last_error]),
      [
        ['a', 2, 'busy'],
        ['b', 2, 'busy'],
        ['c', 1, undefined],
      ],
    );
  });

  it('makes a delayed job ready when its time has come, by the clock of the server', async () => {
    const queue = 'delays';
    const id = await add(queue, 'later', { delay: 3600 });
    await add(queue, 'now');
    const { job, state } = await rows.call('queue_get', { queue, id });
    assert.equal(state, 'delayed');
    const [seconds = '0'] = await redis.plain.sendCommand<string[]>(['TIME']);
    assert.ok(Math.abs(Number(job?.due_at_ms) - (Number(seconds) + 3600) * 1000) < 10_000);
    assert.deepEqual(await payloads(queue), ['now']);
    await endTimeOf(queue, id, 'delayed');
    assert.equal((await rows.call('queue_stats', { queue })).due, 1);
    assert.deepEqual(await payloads(queue), ['later']);
  });

  it('makes a short delay end without any other call', async () => {
    await add('short', 1, { delay: 0.05 });
    await waitFor(async () => (await payloads('short'))[0] === 1, { what: 'the delayed job' });
  });

  it('gives a job to another worker when its visibility ends, and makes the first receipt stale', async () => {
    const queue = 'visibility';
    const id = await add(queue, 'work');
    const first = await takeOne(queue);
    assert.deepEqual(await take(queue), []);
    await endTimeOf(queue, id, 'taken');
    const second = await takeOne(queue);
    assert.deepEqual([second.id, second.attempt], [id, 2]);
    assert.equal(second.last_error, 'The visibility of attempt 1 ended');
    assert.notEqual(second.receipt, first.receipt);
    const receipts = [first.receipt];
    assert.deepEqual(await rows.call('queue_ack', { queue, receipts }), { acked: 0, stale: receipts });
    assert.deepEqual(await rows.call('queue_nack', { queue, receipts }), {
      requeued: 0,
      dead: 0,
      stale: receipts,
    });
    assert.deepEqual(await rows.call('queue_extend', { queue, receipts }), {
      extended: 0,
      visible_until_ms: null,
      stale: receipts,
    });
    assert.equal(await ack(queue, second.receipt), 1);
    assert.equal(await stateOf(queue, id), null);
  });

  it('accepts the receipt of a worker that is late, as long as no other has taken the job', async () => {
    const queue = 'late';
    for (const finish of ['queue_ack', 'queue_nack', 'queue_extend'] as const) {
      const ids = [await add(queue, 1), await add(queue, 2)];
      const jobs = await take(queue, { count: 2 });
      for (const id of ids) await endTimeOf(queue, id, 'taken');
      // The take of another job moves both back.
      const other = await add(queue, 0, { priority: 0 });
      await rows.call('queue_cancel', { queue, id: other });
      await redis.plain.zAdd(stored(queue, 'ready'), { score: 0, value: 'nothing' });
      assert.deepEqual(await take(queue), []);
      assert.deepEqual((await counts(queue))[0], 2);
      const receipts = jobs.map(({ receipt }) => receipt);
      const { stale } = await rows.call(finish, { queue, receipts });
      assert.deepEqual(stale, []);
      const expected = { queue_ack: [0, 0, 0, 0], queue_nack: [0, 2, 0, 0], queue_extend: [0, 0, 2, 0] };
      assert.deepEqual(await counts(queue), expected[finish]);
      await rows.call('queue_purge', { queue });
    }
  });

  it('extends the visibility, and names each stale receipt once', async () => {
    const queue = 'extended';
    await add(queue, 1);
    const { receipt, visible_until_ms } = await takeOne(queue);
    const unknown = `${NEVER}.1.${NEVER}`;
    const receipts = [receipt, 'x', unknown, receipt, 'sequence', ''];
    const reply = await rows.call('queue_extend', { queue, receipts, visibility: 7200 });
    assert.equal(reply.extended, 1);
    assert.ok(Number(reply.visible_until_ms) - visible_until_ms > 7_000_000);
    assert.deepEqual(reply.stale, ['x', unknown, 'sequence', '']);
    assert.deepEqual(await rows.call('queue_ack', { queue, receipts }), { acked: 1, stale: reply.stale });
  });

  it('makes a job dead after max_attempts, with its last error', async () => {
    const queue = 'dead';
    const nacked = await add(queue, 'nacked', { max_attempts: 2 });
    const expired = await add(queue, 'expired', { max_attempts: 1 });
    for (const [error, requeued, dead] of [
      ['first', 1, 0],
      ['second', 0, 1],
    ] as const) {
      const { receipt } = await takeOne(queue);
      const reply = await rows.call('queue_nack', { queue, receipts: [receipt], delay: 0, error });
      assert.deepEqual(reply, { requeued, dead, stale: [] });
    }
    await takeOne(queue);
    await endTimeOf(queue, expired, 'taken');
    assert.deepEqual(await take(queue), []);
    const { jobs } = await rows.call('queue_peek', { queue, state: 'dead' });
    // Both may have died in the same millisecond.
    assert.deepEqual(
      new Map(jobs.map(({ id, attempt, last_error }) => [id, [attempt, last_error]])),
      new Map([
        [nacked, [2, 'second']],
        [expired, [1, 'The visibility of attempt 1 ended']],
      ]),
    );
    assert.ok(jobs.every(({ died_at }) => died_at !== undefined && Date.parse(died_at) > 0));
  });

  it('doubles the delay of a retry from a second to an hour', async () => {
    const queue = 'backoff';
    const id = await add(queue, 1, { max_attempts: 20 });
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 14; attempt++) {
      const { receipt } = await takeOne(queue);
      await rows.call('queue_nack', { queue, receipts: [receipt] });
      const [seconds = '0'] = await redis.plain.sendCommand<string[]>(['TIME']);
      const { job } = await rows.call('queue_get', { queue, id });
      delays.push(Math.round((Number(job?.due_at_ms) - Number(seconds) * 1000) / 1000));
      await endTimeOf(queue, id, 'delayed');
    }
    for (const [at, delay] of delays.entries()) {
      const expected = Math.min(2 ** at, 3600);
      assert.ok(delay >= expected - 1 && delay <= expected + 5, `${delay} for ${expected}`);
    }
  });

  it('keeps at most 1,000 characters of an error, and whole characters', async () => {
    const queue = 'errors';
    const id = await add(queue, 1);
    const { receipt } = await takeOne(queue);
    await rows.call('queue_nack', { queue, receipts: [receipt], error: `${'e'.repeat(999)}😀` });
    const { job } = await rows.call('queue_get', { queue, id });
    assert.equal(job?.last_error, `${'e'.repeat(999)}\ufffd`);
  });

  it('puts dead jobs back, by id or the oldest, with no attempts counted', async () => {
    const queue = 'requeued';
    const { ids } = await rows.call('queue_add_many', { queue, payloads: [1, 2, 3, 4], max_attempts: 1 });
    const jobs = await take(queue, { count: 4 });
    for (const { receipt } of jobs)
      await rows.call('queue_nack', { queue, receipts: [receipt], error: 'no' });
    await redis.plain.zAdd(
      stored(queue, 'dead'),
      ids.map((value, at) => ({ score: at + 1, value })),
    );
    const some = [ids[3] ?? '', NEVER, 'x'];
    assert.deepEqual(await rows.call('queue_requeue', { queue, ids: some }), { moved: 1 });
    assert.deepEqual(await rows.call('queue_requeue', { queue, ids: some }), { moved: 0 });
    assert.deepEqual(await rows.call('queue_requeue', { queue, limit: 2 }), { moved: 2 });
    const again = await take(queue, { count: 4 });
    assert.deepEqual(
      again.map(({ payload, attempt, last_error }) => [payload, attempt, last_error]),
      [
        [1, 1, 'no'],
        [2, 1, 'no'],
        [4, 1, 'no'],
      ],
    );
    const receipts = jobs.map(({ receipt }) => receipt);
    // The receipts of the life before are stale, although the number of the attempt is the same.
    assert.equal(await ack(queue, ...receipts), 0);
  });

  it('keeps the newest 1,000 dead jobs, for 7 days', async () => {
    const queue = 'graves';
    for (const size of [1000, 5]) {
      const many = Array.from({ length: size }, (_, at) => `${size}-${at}`);
      await rows.call('queue_add_many', { queue, payloads: many, max_attempts: 1 });
      const receipts = (await take(queue, { count: 1000 })).map(({ receipt }) => receipt);
      await rows.call('queue_nack', { queue, receipts });
    }
    assert.deepEqual(await counts(queue), [0, 0, 0, 1000]);
    const { jobs } = await rows.call('queue_peek', { queue, state: 'dead', limit: 1000 });
    assert.deepEqual(
      new Set(jobs.slice(-5).map(({ payload }) => payload)),
      new Set(['5-0', '5-1', '5-2', '5-3', '5-4']),
    );
    const old = Date.now() - 8 * 24 * 3600 * 1000;
    const entries = jobs.slice(0, 150).map(({ id }) => ({ score: old, value: id }));
    await redis.plain.zAdd(stored(queue, 'dead'), entries);
    for (const left of [900, 850, 850]) {
      assert.deepEqual(await take(queue), []);
      assert.equal((await counts(queue))[3], left);
    }
    assert.equal(await redis.plain.hLen(stored(queue, 'jobs')), 850 * 2 + 1);
  });

  describe('deduplication', () => {
    it('returns the first id, within one call too, and after the job is done', async () => {
      const queue = 'duplicates';
      const id = await add(queue, 1, { dedup_id: 'a' });
      const { ids, added } = await rows.call('queue_add_many', {
        queue,
        payloads: [2, 3, 4, 5, 6],
        dedup_ids: ['a', 'b', 'b', '', ''],
      });
      assert.equal(added, 3);
      assert.equal(ids[0], id);
      assert.equal(ids[1], ids[2]);
      assert.equal(new Set(ids).size, 4);
      const jobs = await take(queue, { count: 9 });
      assert.deepEqual(
        jobs.map(({ payload }) => payload),
        [1, 3, 5, 6],
      );
      await ack(queue, ...jobs.map(({ receipt }) => receipt));
      assert.deepEqual(await rows.call('queue_add', { queue, payload: 7, dedup_id: 'a' }), {
        id,
        added: false,
      });
      assert.deepEqual(await keysOf(queue), []);
    });

    it('holds for dedup_for seconds', async () => {
      const queue = 'holding';
      const id = await add(queue, 1, { dedup_id: 'a', dedup_for: 1000 });
      const key = stored(queue, 'dedup:a');
      const left = await redis.plain.pTTL(key);
      assert.ok(left > 900_000 && left <= 1_000_000, String(left));
      const { receipt } = await takeOne(queue);
      await ack(queue, receipt);
      const kept = await redis.plain.pTTL(key);
      assert.ok(kept > 900_000 && kept <= left, String(kept));
      await redis.plain.pExpire(key, 1);
      await waitFor(async () => (await redis.plain.exists(key)) === 0, { what: 'the end of the id' });
      const again = await rows.call('queue_add', { queue, payload: 2, dedup_id: 'a' });
      assert.ok(again.added && again.id !== id);
    });

    it('ends when the job is cancelled or purged', async () => {
      const queue = 'freed';
      const id = await add(queue, 1, { dedup_id: 'a' });
      await rows.call('queue_cancel', { queue, id });
      const second = await rows.call('queue_add', { queue, payload: 2, dedup_id: 'a' });
      assert.ok(second.added);
      await rows.call('queue_purge', { queue });
      assert.ok((await rows.call('queue_add', { queue, payload: 3, dedup_id: 'a' })).added);
    });

    it('leaves the id of a later job alone when an earlier one is done', async () => {
      const queue = 'later';
      await add(queue, 1, { dedup_id: 'a' });
      const first = await takeOne(queue);
      await redis.plain.del(stored(queue, 'dedup:a'));
      const second = await add(queue, 2, { dedup_id: 'a' });
      await ack(queue, first.receipt);
      assert.equal(await add(queue, 3, { dedup_id: 'a' }), second);
      await rows.call('queue_cancel', { queue, id: second });
      assert.notEqual(await add(queue, 4, { dedup_id: 'a' }), second);
    });

    it('needs an id for each payload', async () => {
      const input = { queue: 'wrong', payloads: [1, 2], dedup_ids: ['a'] };
      await rows.failure('queue_add_many', input, 'INVALID_PARAMETERS');
    });
  });

  it('refuses jobs beyond max_length, all or none, and counts no dead ones', async () => {
    const queue = 'bounded';
    const bounded = { queue, max_length: 3 };
    await add(queue, 'delayed', { delay: 60 });
    await add(queue, 'taken');
    await takeOne(queue);
    await add(queue, 'dying', { max_attempts: 1 });
    const dying = await takeOne(queue);
    await rows.call('queue_nack', { queue, receipts: [dying.receipt] });
    const error = await rows.failure('queue_add_many', { ...bounded, payloads: [1, 2] }, 'OVERLOADED');
    assert.deepEqual([error.outcome, error.retryable], ['none', true]);
    assert.deepEqual(await counts(queue), [0, 1, 1, 1]);
    const { id } = await rows.call('queue_add', { ...bounded, payload: 3, dedup_id: 'a' });
    await rows.failure('queue_add', { ...bounded, payload: 4 }, 'OVERLOADED');
    // A duplicate needs no place.
    const duplicate = await rows.call('queue_add', { ...bounded, payload: 3, dedup_id: 'a' });
    assert.deepEqual(duplicate, { id, added: false });
  });

  it('cancels a job in any state, and makes the receipt of its holder stale', async () => {
    const queue = 'cancelled';
    for (const state of STATES) {
      const id = await add(queue, state, { max_attempts: 1, ...(state === 'delayed' && { delay: 60 }) });
      const [job] = state === 'taken' || state === 'dead' ? await take(queue) : [];
      if (state === 'dead') await rows.call('queue_nack', { queue, receipts: [job?.receipt ?? ''] });
      assert.deepEqual(await rows.call('queue_cancel', { queue, id }), { cancelled: true, state });
      assert.deepEqual(await rows.call('queue_cancel', { queue, id }), { cancelled: false, state: null });
      if (job) assert.equal(await ack(queue, job.receipt), 0);
    }
    assert.deepEqual(await keysOf(queue), []);
  });

  it('finds no job by the name of another field', async () => {
    const queue = 'fields';
    const id = await add(queue, '{"a":1}');
    for (const wrong of ['sequence', `${id}:payload`, NEVER, '*', id.slice(1)]) {
      assert.equal((await rows.call('queue_get', { queue, id: wrong })).found, false, wrong);
      assert.equal((await rows.call('queue_cancel', { queue, id: wrong })).cancelled, false, wrong);
    }
  });

  for (const state of STATES) {
    it(`lists ${state} jobs page by page, while jobs come and go`, async () => {
      const queue = `pages ${state}`;
      const many = Array.from({ length: 23 }, (_, at) => at);
      // All have the same time: the order within it is that of the ids.
      const delay = state === 'delayed' ? { delay: 60 } : {};
      await rows.call('queue_add_many', { queue, payloads: many, max_attempts: 1, ...delay });
      if (state === 'taken' || state === 'dead') {
        const receipts = (await take(queue, { count: 23 })).map(({ receipt }) => receipt);
        if (state === 'dead') await rows.call('queue_nack', { queue, receipts });
      }
      const seen: unknown[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await rows.call('queue_peek', { queue, state, limit: 5, ...(cursor && { cursor }) });
        assert.equal(page.count, page.jobs.length);
        seen.push(...page.jobs.map(({ payload }) => payload));
        // The jobs of the page are removed, so ranks move.
        for (const { id } of page.jobs.slice(1)) await rows.call('queue_cancel', { queue, id });
        if (seen.length === 10)
          for (const { id } of page.jobs) await rows.call('queue_cancel', { queue, id });
        cursor = page.cursor;
      } while (cursor);
      assert.deepEqual(new Set(seen), new Set(many));
      assert.equal(seen.length, 23);
      if (state === 'ready') assert.deepEqual(seen, many);
      await rows.failure('queue_peek', { queue, state, cursor: 'x' }, 'INVALID_PARAMETERS');
    });
  }

  it('purges one state in bounded steps, or everything', async () => {
    const queue = 'purged';
    for (const delay of [0, 60])
      for (let time = 0; time < 3; time++)
        await rows.call('queue_add_many', { queue, payloads: Array<number>(1000).fill(1), delay });
    assert.deepEqual(await rows.call('queue_purge', { queue, state: 'ready', limit: 2500 }), {
      removed: 2500,
      left: 500,
    });
    assert.deepEqual(await rows.call('queue_purge', { queue, state: 'ready' }), { removed: 500, left: 0 });
    assert.deepEqual(await counts(queue), [0, 3000, 0, 0]);
    await add(queue, 1);
    await take(queue);
    assert.deepEqual(await rows.call('queue_purge', { queue }), { removed: 3001, left: 0 });
    assert.deepEqual(await rows.call('queue_purge', { queue }), { removed: 0, left: 0 });
    assert.deepEqual(await keysOf(queue), []);
  });

  it('knows how old the oldest ready job is, in any priority', async () => {
    const queue = 'ages';
    const old = await add(queue, 1, { priority: 100 });
    await add(queue, 2, { priority: 3 });
    await waitFor(async () => Number((await rows.call('queue_stats', { queue })).oldest_age_ms) > 30, {
      what: 'an age of 30 ms',
    });
    await rows.call('queue_cancel', { queue, id: old });
    await add(queue, 3);
    const { oldest_age_ms: age } = await rows.call('queue_stats', { queue });
    assert.ok(age !== null && age > 0, String(age));
    await take(queue, { count: 2 });
    assert.equal((await rows.call('queue_stats', { queue })).oldest_age_ms, null);
  });

  it('moves at most 100 of 100,000 due jobs in a step, and gives each of them', async () => {
    const queue = 'due';
    const total = 100_000;
    for (let at = 0; at < total; at += 1000)
      await rows.call('queue_add_many', {
        queue,
        payloads: Array.from({ length: 1000 }, (_, index) => at + index),
        delay: 3600,
      });
    await redis.plain.sendCommand([
      ...['ZUNIONSTORE', stored(queue, 'delayed'), '1', stored(queue, 'delayed'), 'WEIGHTS', '0'],
    ]);
    assert.equal((await rows.call('queue_stats', { queue })).due, total);
    await take(queue);
    assert.deepEqual(await counts(queue), [99, total - 100, 1, 0]);
    for (let time = 0; time < 200; time++) assert.equal((await take(queue)).length, 1);
    const [, delayed = 0, active] = await counts(queue);
    assert.equal(active, 201);
    assert.ok(delayed >= total - 201 * 100, `${delayed} jobs are left`);
    await rows.call('queue_purge', { queue });
  });

  it('keeps the sets as they are while an import has not brought the jobs', async () => {
    const queue = 'imported';
    const ids = [await add(queue, 'a'), await add(queue, 'b', { delay: 60 })];
    await endTimeOf(queue, ids[1] ?? '', 'delayed');
    const [jobs, waiting] = [stored(queue, 'jobs'), stored(queue, 'waiting')];
    await redis.plain.rename(jobs, waiting);
    assert.deepEqual(await take(queue), []);
    assert.deepEqual(await counts(queue), [1, 1, 0, 0]);
    await redis.plain.rename(waiting, jobs);
    assert.deepEqual(await payloads(queue), ['a', 'b']);
  });

  it('lets each of 1,000 jobs be acknowledged once by 20 workers', async () => {
    const queue = 'workers';
    const many = Array.from({ length: 1000 }, (_, at) => at);
    await rows.call('queue_add_many', { queue, payloads: many });
    const done: unknown[] = [];
    await Promise.all(
      Array.from({ length: 20 }, async (_, worker) => {
        for (;;) {
          const jobs = await take(queue, { count: 1 + (worker % 5) });
          if (jobs.length === 0) return;
          assert.equal(await ack(queue, ...jobs.map(({ receipt }) => receipt)), jobs.length);
          done.push(...jobs.map(({ payload }) => payload));
        }
      }),
    );
    assert.deepEqual(
      done.sort((one, other) => Number(one) - Number(other)),
      many,
    );
    assert.deepEqual(await keysOf(queue), []);
  });

  describe('waiting', () => {
    /** Returns how often the servers ran the scripts. */
    const steps = async (): Promise<number> => {
      const text = await redis.plain.info('commandstats');
      return [...text.matchAll(/^cmdstat_evalsha:calls=(\d+)/gm)].reduce(
        (sum, [, count]) => sum + Number(count),
        0,
      );
    };
    /** Begins to take from an empty queue, and resolves when the call is subscribed and has looked again. */
    const sleeper = async (queue: string): Promise<{ taken: Promise<Job[]> }> => {
      const before = await steps();
      const taken = settled(take(queue, { wait: 600 }), { what: `a job of ${queue}` });
      await waitFor(async () => (await steps()) >= before + 2, { what: 'two steps of the waiting call' });
      return { taken };
    };

    for (const [what, wake] of [
      ['a job that is added', async (queue: string): Promise<unknown> => await add(queue, 'x')],
      [
        'a delay that ends',
        async (queue: string): Promise<unknown> => await add(queue, 'x', { delay: 0.05 }),
      ],
      [
        'jobs that are added together',
        async (queue: string): Promise<unknown> =>
          await rows.call('queue_add_many', { queue, payloads: ['x', 'y'] }),
      ],
    ] as const) {
      it(`is woken by ${what}`, async () => {
        const queue = `woken by ${what}`;
        const { taken } = await sleeper(queue);
        await wake(queue);
        assert.equal((await taken)[0]?.payload, 'x');
      });
    }

    it('is woken by the end of a visibility, a job that is given back, and dead jobs that are put back', async () => {
      const queue = 'woken again';
      const id = await add(queue, 'x', { max_attempts: 3 });
      await take(queue, { visibility: 0.05 });
      const [second] = await settled(take(queue, { wait: 600 }), { what: 'the end of the visibility' });
      assert.ok(second);
      assert.deepEqual([second.id, second.attempt], [id, 2]);
      const { taken } = await sleeper(queue);
      await rows.call('queue_nack', { queue, receipts: [second.receipt], delay: 0 });
      const [third] = await taken;
      assert.equal(third?.attempt, 3);
      const later = await sleeper(queue);
      await rows.call('queue_nack', { queue, receipts: [third.receipt] });
      assert.equal(await stateOf(queue, id), 'dead');
      await rows.call('queue_requeue', { queue });
      assert.equal((await later.taken)[0]?.attempt, 1);
    });

    it('hears of a short visibility that another process began meanwhile', async () => {
      const queue = 'short visibility';
      const { taken } = await sleeper(queue);
      const other = openRows(redis, rows.namespace);
      try {
        // No event tells of this job.
        const id = await add(queue, 'x', { delay: 3600 });
        await endTimeOf(queue, id, 'delayed');
        const begun = performance.now();
        const { jobs } = await other.call('queue_take', { queue, visibility: 0.2 });
        assert.equal(jobs[0]?.attempt, 1);
        assert.equal((await taken)[0]?.attempt, 2);
        assert.ok(performance.now() - begun < 4000, 'it did not wait for the next look, after about 5 s');
      } finally {
        await other.close();
      }
    });

    it('returns no jobs when the wait is over', async () => {
      assert.deepEqual(await take('nobody adds', { wait: 0.05 }), []);
    });

    it('costs a few hundred commands for 50 waiting calls and 100 jobs', async () => {
      const queue = 'crowd';
      await redis.plain.sendCommand(['CONFIG', 'RESETSTAT']);
      let done = 0;
      const worker = async (): Promise<void> => {
        while (done < 100) {
          const [job] = await take(queue, { wait: 600 });
          if (job?.payload === 'end') return;
          if (job) await ack(queue, job.receipt);
          if (++done === 100)
            await rows.call('queue_add_many', { queue, payloads: Array<string>(49).fill('end') });
        }
      };
      const workers = Promise.all(Array.from({ length: 50 }, worker));
      for (let index = 0; index < 100; index++) await add(queue, index);
      await settled(workers, { what: 'the end of all workers' });
      // 100 calls add, 149 take, 100 acknowledge, and 100 look in vain.
      const count = await steps();
      assert.ok(count < 650, `${count} scripts`);
    });
  });

  it('does in any sequence of operations what a simple model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 1, maxLength: 40 }), async (operations) => {
        const queue = 'model';
        await rows.call('queue_purge', { queue });
        const model = new Model();
        for (const operation of operations) {
          await operate(model, operation);
          assert.deepEqual(await counts(queue), model.counts(), JSON.stringify(operation));
        }
        const { jobs } = await rows.call('queue_peek', { queue, limit: 1000 });
        assert.deepEqual(
          jobs.map(({ id }) => id),
          model.in('ready').map(({ id }) => id),
        );
      }),
      { numRuns: 150 },
    );
  });

  async function operate(model: Model, { kind, priority, pick, more }: Operation): Promise<void> {
    const queue = 'model';
    const held = model.receipts[pick % Math.max(1, model.receipts.length)];
    switch (kind) {
      case 'add': {
        const delay = more ? 3600 : 0;
        const { id } = await rows.call('queue_add', {
          queue,
          payload: pick,
          priority,
          delay,
          max_attempts: 2,
        });
        model.add(id, priority, more);
        return;
      }
      case 'take': {
        const count = 1 + priority;
        const jobs = await take(queue, { count });
        assert.deepEqual(
          jobs.map(({ id, attempt }) => [id, attempt]),
          model.take(count, jobs),
        );
        return;
      }
      case 'end': {
        const job = model.at(more ? 'delayed' : 'taken', pick);
        // The times differ, and the first one is due first.
        if (job) await endTimeOf(queue, job.id, more ? 'delayed' : 'taken', model.due(job));
        return;
      }
      case 'cancel': {
        const job = model.at(STATES[priority] ?? 'ready', pick);
        if (!job) return;
        assert.ok((await rows.call('queue_cancel', { queue, id: job.id })).cancelled);
        model.remove(job);
        return;
      }
      case 'requeue': {
        const { moved } = await rows.call('queue_requeue', { queue });
        assert.equal(moved, model.requeue());
        return;
      }
      case 'ack': {
        if (held === undefined) return;
        assert.equal(await ack(queue, held), model.ack(held));
        return;
      }
      case 'nack': {
        if (held === undefined) return;
        const { requeued, dead } = await rows.call('queue_nack', {
          queue,
          receipts: [held],
          delay: more ? 3600 : 0,
        });
        assert.deepEqual([requeued, dead], model.nack(held, more));
        return;
      }
      case 'extend': {
        if (held === undefined) return;
        const { extended } = await rows.call('queue_extend', { queue, receipts: [held] });
        assert.equal(extended, model.extend(held));
      }
    }
  }
});

const anyOperation = fc.record({
  kind: fc.constantFrom('add', 'add', 'take', 'take', 'end', 'cancel', 'requeue', 'ack', 'nack', 'extend'),
  priority: fc.nat(3),
  pick: fc.nat(1000),
  more: fc.boolean(),
});

type Operation = typeof anyOperation extends fc.Arbitrary<infer T> ? T : never;

type ModelJob = {
  id: string;
  priority: number;
  number: number;
  state: State;
  attempt: number;
  receipt: string | undefined;
  isDue: boolean;
};

/** A queue in memory, whose jobs may be taken twice. */
class Model {
  readonly receipts: string[] = [];
  #jobs: ModelJob[] = [];
  #number = 0;

  in(state: State): ModelJob[] {
    return this.#jobs
      .filter((job) => job.state === state)
      .sort((one, other) => one.priority - other.priority || one.number - other.number);
  }

  at(state: State, pick: number): ModelJob | undefined {
    const jobs = this.in(state);
    return jobs[pick % Math.max(1, jobs.length)];
  }

  counts(): number[] {
    return STATES.map((state) => this.in(state).length);
  }

  add(id: string, priority: number, isDelayed: boolean): void {
    const state = isDelayed ? 'delayed' : 'ready';
    const number = ++this.#number;
    this.#jobs.push({ id, priority, number, state, attempt: 0, receipt: undefined, isDue: false });
  }

  /** Takes jobs with the receipts that the queue gave. */
  take(count: number, taken: readonly Job[]): [id: string, attempt: number][] {
    for (const job of this.#jobs.filter(({ isDue }) => isDue)) {
      job.isDue = false;
      if (job.state === 'taken' && job.attempt === 2) this.#bury(job);
      else job.state = 'ready';
    }
    return this.in('ready')
      .slice(0, count)
      .map((job, at) => {
        job.state = 'taken';
        job.attempt++;
        job.receipt = taken[at]?.receipt;
        if (job.receipt !== undefined) this.receipts.push(job.receipt);
        return [job.id, job.attempt];
      });
  }

  /** Marks a job as due, and returns a time in the past. */
  due(job: ModelJob): number {
    job.isDue = true;
    return ++this.#number;
  }

  remove(job: ModelJob): void {
    this.#jobs = this.#jobs.filter((one) => one !== job);
  }

  requeue(): number {
    const dead = this.in('dead');
    for (const job of dead) Object.assign(job, { state: 'ready', attempt: 0 });
    return dead.length;
  }

  ack(receipt: string): number {
    const job = this.#holder(receipt);
    if (!job) return 0;
    this.remove(job);
    return 1;
  }

  nack(receipt: string, isDelayed: boolean): [requeued: number, dead: number] {
    const job = this.#holder(receipt);
    if (!job) return [0, 0];
    job.receipt = undefined;
    job.isDue = false;
    if (job.attempt === 2) {
      this.#bury(job);
      return [0, 1];
    }
    job.state = isDelayed ? 'delayed' : 'ready';
    return [1, 0];
  }

  extend(receipt: string): number {
    const job = this.#holder(receipt);
    if (!job) return 0;
    job.state = 'taken';
    job.isDue = false;
    return 1;
  }

  #holder(receipt: string): ModelJob | undefined {
    return this.#jobs.find((job) => job.receipt === receipt);
  }

  #bury(job: ModelJob): void {
    job.state = 'dead';
    job.receipt = undefined;
    job.isDue = false;
  }
}
