import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { StreamReadResult, StreamTakeInput, StreamTakeResult } from '../../lib/generated/tools.ts';
import { openGantz, type Gantz } from '../../lib/library/library.ts';
import { anyJson } from '../helpers/json.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';

/** An id after all others. */
const FAR = '9999999999999-0';

describe('stream', () => {
  const { redis, rows } = useRows();
  const key = (stream: string): string => `${rows.namespace}:stream:${stream}`;
  const send = async (...words: string[]): Promise<unknown> => await redis.plain.sendCommand(words);

  const append = async (
    stream: string,
    event: unknown,
    more: { max_length?: number; ttl?: number | null } = {},
  ) => (await rows.call('stream_append', { stream, event, ...more })).id;
  /** Appends the numbers from 1 to `count`. */
  const fill = async (stream: string, count: number): Promise<string[]> => {
    const ids = [];
    for (let event = 1; event <= count; event++) ids.push(await append(stream, event));
    return ids;
  };
  const read = async (stream: string, after: string, count?: number): Promise<StreamReadResult> =>
    await rows.call('stream_read', { stream, after, ...(count !== undefined && { count }) });
  const take = async (input: StreamTakeInput): Promise<StreamTakeResult> =>
    await rows.call('stream_take', input);
  const eventsOf = ({ events }: { events: readonly { event: unknown }[] }): unknown[] =>
    events.map(({ event }) => event);
  const counterOf = (id: string): number => Number(id.split('-')[1]);

  describe('stream_append and stream_read', () => {
    it('give back any JSON value, in the order of the appends', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyJson, { minLength: 1, maxLength: 5 }), async (values) => {
          const stream = `any ${randomUUID()}`;
          for (const value of values) await append(stream, value);
          assert.deepStrictEqual(eventsOf(await read(stream, '0')), values);
        }),
      );
    });

    for (const [what, value] of [
      ['an empty string', ''],
      ['null', null],
      ['the text null', 'null'],
      ['1 MiB', 'é'.repeat(512 * 1024)],
    ] as const) {
      it(`keep ${what}`, async () => {
        await append(`value ${what}`, value);
        await append(`value ${what}`, value);
        assert.deepStrictEqual(eventsOf(await read(`value ${what}`, '0')), [value, value]);
      });
    }

    it('count every event that was ever appended in the id', async () => {
      const before = Date.now() - 1000;
      const ids = await fill('ids', 3);
      assert.deepEqual(ids.map(counterOf), [1, 2, 3]);
      for (const id of ids) assert.ok(Math.abs(Number.parseInt(id, 10) - before) < 60_000, id);
      await rows.call('stream_trim', { stream: 'ids', max_length: 0 });
      assert.equal(counterOf(await append('ids', 4)), 4);
    });

    it('keep the order of ids when the clock of the server is set back', async () => {
      const later = Date.now() + 3_600_000;
      await send('XADD', key('clock'), `${later}-7`, 'event', '7');
      const id = await append('clock', 8);
      assert.equal(id, `${later}-8`);
      assert.deepEqual(await read('clock', `${later}-7`), {
        events: [{ id, event: 8 }],
        last_id: id,
        lost: 0,
      });
    });

    it('miss no event between two calls while 20 writers append', async () => {
      const stream = 'writers';
      const writers = Array.from({ length: 20 }, async (_, writer) => {
        for (let n = 0; n < 25; n++) await append(stream, [writer, n]);
      });
      const seen: unknown[] = [];
      let after = '0';
      while (seen.length < 500) {
        const { events, last_id, lost } = await read(stream, after, 7);
        assert.equal(lost, 0);
        for (const { id, event } of events) {
          assert.equal(counterOf(id), seen.length + 1);
          seen.push(event);
        }
        after = last_id;
      }
      await Promise.all(writers);
      const expected = Array.from({ length: 500 }, (_, at) => [Math.floor(at / 25), at % 25]);
      assert.deepEqual(seen.map(String).sort(), expected.map(String).sort());
    });

    it('returns at most count events, 100 by default, and the place to read on', async () => {
      await rows.call('stream_append', { stream: 'pages', event: 0 });
      for (let at = 1; at <= 100; at++) await append('pages', at);
      const first = await read('pages', '0');
      assert.equal(first.events.length, 100);
      assert.deepEqual(eventsOf(await read('pages', first.last_id)), [100]);
      assert.deepEqual(eventsOf(await read('pages', '0', 2)), [0, 1]);
    });

    it('"$" reads nothing and stands for the newest event, also after it was removed', async () => {
      assert.deepEqual(await read('end', '$'), { events: [], last_id: '0', lost: 0 });
      const ids = await fill('end', 2);
      assert.deepEqual(await read('end', '$'), { events: [], last_id: ids[1], lost: 0 });
      await rows.call('stream_trim', { stream: 'end', max_length: 0 });
      assert.deepEqual(await read('end', '$'), { events: [], last_id: ids[1], lost: 0 });
      const id = await append('end', 3);
      assert.deepEqual(await read('end', String(ids[1])), {
        events: [{ id, event: 3 }],
        last_id: id,
        lost: 0,
      });
    });

    it('counts exactly the events that were removed, like a model', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('append' as const), max: fc.option(fc.integer({ min: 1, max: 4 })) }),
        fc.record({ do: fc.constant('trim' as const), to: fc.nat(4) }),
        fc.record({ do: fc.constant('trim from' as const), back: fc.nat(5) }),
        fc.record({
          do: fc.constant('read' as const),
          reader: fc.nat(1),
          count: fc.integer({ min: 1, max: 3 }),
        }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          const stream = `model ${randomUUID()}`;
          const ids: string[] = [];
          let kept: number[] = [];
          const cursors = ['0', '0'];
          const places = [0, 0];
          for (const one of steps) {
            if (one.do === 'append') {
              ids.push(await append(stream, ids.length + 1, one.max === null ? {} : { max_length: one.max }));
              kept.push(ids.length);
              if (one.max !== null) kept = kept.slice(-one.max);
            } else if (one.do === 'read') {
              const { reader } = one;
              const result = await read(stream, cursors[reader] ?? '0', one.count);
              const found = kept.filter((n) => n > (places[reader] ?? 0)).slice(0, one.count);
              const place = found.at(-1) ?? ids.length;
              assert.deepEqual(eventsOf(result), found);
              assert.equal(result.lost, place - (places[reader] ?? 0) - found.length);
              cursors[reader] = result.last_id;
              places[reader] = place;
            } else {
              const least = ids.length + 1 - (one.do === 'trim' ? Math.min(one.to, kept.length) : one.back);
              const input =
                one.do === 'trim'
                  ? { max_length: one.to }
                  : { min_id: ids[least - 1] ?? (least < 1 ? '0-0' : FAR) };
              const left = kept.filter((n) => n >= least);
              const removed = kept.length - left.length;
              assert.deepEqual(await rows.call('stream_trim', { stream, ...input }), { removed });
              kept = left;
              assert.deepEqual((await rows.call('stream_info', { stream })).length, kept.length);
            }
          }
        }),
        { numRuns: 60 },
      );
    });

    it('begins anew after the stream was deleted, and says that lost is not known', async () => {
      const ids = await fill('anew', 3);
      const old = String(ids[2]);
      await rows.call('stream_delete', { stream: 'anew' });
      assert.deepEqual(await read('anew', old), { events: [], last_id: '0', lost: null });
      await waitFor(async () => Number.parseInt(await append('anew', 'x'), 10) > Number.parseInt(old, 10), {
        what: 'a later millisecond',
      });
      const { events, lost } = await read('anew', old);
      assert.ok(events.length > 0);
      assert.equal(lost, null);
    });

    it('refuses a cursor beyond the last event, which would hide the events of a stream that was made anew', async () => {
      await fill('beyond', 1);
      const error = await rows.failure(
        'stream_read',
        { stream: 'beyond', after: '9999999999999-4' },
        'CONFLICT',
      );
      assert.equal(error.retryable, false);
      assert.match(String(error.hint), /"0".*"\$"/);
    });

    it('reads from a time, without a count of lost events', async () => {
      const [first = ''] = await fill('time', 2);
      const ms = Number.parseInt(first, 10);
      assert.deepEqual(eventsOf(await read('time', `${ms}-0`)), [1, 2]);
      assert.equal((await read('time', `${ms}-0`)).lost, null);
    });

    it('returns entries of other programs as objects of their fields, and lost null', async () => {
      await send('XADD', key('foreign'), '5-0', 'a', '1', 'b', 'text');
      await send('XADD', key('foreign'), '5-1', 'event', '{"x":1}');
      await send('XADD', key('foreign'), '6-0', 'event', 'a', 'event', 'b');
      await send('XADD', key('foreign'), '7-0', '__proto__', '1');
      const { events, lost } = await read('foreign', '0');
      assert.deepStrictEqual(eventsOf({ events: events.slice(0, 3) }), [
        { a: 1, b: 'text' },
        { x: 1 },
        { event: 'b' },
      ]);
      assert.deepEqual(Object.entries(events[3]?.event as object), [['__proto__', 1]]);
      assert.equal(lost, null);
      assert.equal(counterOf(await append('foreign', 'ours')), 1);
      const taken = await take({ stream: 'foreign', group: 'g', count: 10 });
      assert.deepEqual([taken.events.length, taken.lost], [5, null]);
      const info = await rows.call('stream_info', { stream: 'foreign' });
      assert.deepEqual([info.length, info.first_id], [5, '5-0']);
    });

    it('refuses to append after an id whose count is too large', async () => {
      await send('XADD', key('huge'), '5-18446744073709551610', 'event', '1');
      await rows.failure('stream_append', { stream: 'huge', event: 1 }, 'CONFLICT');
      assert.equal(await send('XLEN', key('huge')), 1);
    });

    it('refuse text that is no id', async () => {
      for (const after of ['1', '-', '+', '1-2-3', 'first', '-1-1', '18446744073709551616-0', '1-'])
        await rows.failure('stream_read', { stream: 'a', after }, 'INVALID_PARAMETERS');
      for (const input of [{ from: '+' }, { from: '1' }])
        await rows.failure('stream_take', { stream: 'a', group: 'g', ...input }, 'INVALID_PARAMETERS');
      await rows.failure('stream_trim', { stream: 'a', min_id: '$' }, 'INVALID_PARAMETERS');
      await rows.failure('stream_trim', { stream: 'a' }, 'INVALID_PARAMETERS');
      const error = await rows.failure(
        'stream_ack',
        { stream: 'a', group: 'g', ids: ['1-1', 'x'] },
        'INVALID_PARAMETERS',
      );
      assert.equal(error.details?.[0]?.path, '/ids/1');
    });

    it('trims to max_length with the append', async () => {
      for (let at = 1; at <= 5; at++) await append('short', at, { max_length: 2 });
      assert.deepEqual(eventsOf(await read('short', '0')), [4, 5]);
      assert.equal((await read('short', '0')).lost, 3);
    });

    it('sets, keeps or removes the time to live with the append', async () => {
      const left = async (): Promise<number> => Number(await send('TTL', key('life')));
      await append('life', 1, { ttl: 100 });
      assert.ok((await left()) > 90);
      await append('life', 2);
      assert.ok((await left()) > 90);
      await append('life', 3, { ttl: null });
      assert.equal(await left(), -1);
    });

    it('have names of any text', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ minLength: 1, unit: 'grapheme' }), async (stream) => {
          await rows.call('stream_delete', { stream });
          const id = await append(stream, stream);
          assert.deepEqual((await read(stream, '0')).events, [{ id, event: stream }]);
          const taken = await take({ stream, group: stream, consumer: stream });
          assert.deepEqual(eventsOf(taken), [stream]);
          assert.deepEqual(await rows.call('stream_ack', { stream, group: stream, ids: [id] }), { acked: 1 });
          assert.deepEqual(await rows.call('stream_delete', { stream }), { deleted: true });
          assert.deepEqual(await rows.call('stream_delete', { stream }), { deleted: false });
        }),
        { numRuns: 30 },
      );
      await rows.failure('stream_append', { stream: '\ud800', event: 1 }, 'INVALID_PARAMETERS');
    });

    it('leave a key of another type as it is', async () => {
      await send('SET', key('text'), 'x');
      const stream = 'text';
      await rows.failure('stream_append', { stream, event: 1, ttl: 5 }, 'WRONG_TYPE');
      await rows.failure('stream_read', { stream }, 'WRONG_TYPE');
      await rows.failure('stream_read', { stream, after: '$' }, 'WRONG_TYPE');
      await rows.failure('stream_take', { stream, group: 'g' }, 'WRONG_TYPE');
      await rows.failure('stream_ack', { stream, group: 'g', ids: ['1-1'] }, 'WRONG_TYPE');
      await rows.failure('stream_info', { stream }, 'WRONG_TYPE');
      await rows.failure('stream_trim', { stream, max_length: 1, min_id: '1-1' }, 'WRONG_TYPE');
      await rows.failure('stream_trim', { stream, max_length: 1 }, 'WRONG_TYPE');
      assert.equal(await send('GET', key('text')), 'x');
      assert.equal(await send('TTL', key('text')), -1);
    });
  });

  describe('stream_take and stream_ack', () => {
    it('give each event to one consumer of a group, and to each group', async () => {
      await fill('groups', 100);
      const takers = Array.from({ length: 10 }, async (_, at) => {
        const found: unknown[] = [];
        for (;;) {
          const { events } = await take({ stream: 'groups', group: 'one', consumer: `c${at}`, count: 3 });
          if (events.length === 0) return found;
          found.push(...eventsOf({ events }));
        }
      });
      const all = (await Promise.all(takers)).flat();
      const numbers = Array.from({ length: 100 }, (_, at) => at + 1);
      assert.deepEqual(
        all.sort((one, other) => Number(one) - Number(other)),
        numbers,
      );
      assert.deepEqual(eventsOf(await take({ stream: 'groups', group: 'two', count: 1000 })), numbers);
    });

    it('give two callers with the same consumer different events', async () => {
      await fill('same', 2);
      const both = await Promise.all([
        take({ stream: 'same', group: 'g' }),
        take({ stream: 'same', group: 'g' }),
      ]);
      assert.deepEqual(both.flatMap(eventsOf).sort(), [1, 2]);
    });

    it('give the events of a consumer that died to another one, before new events', async () => {
      const [first = '', second = ''] = await fill('died', 4);
      await take({ stream: 'died', group: 'g', consumer: 'dead', count: 2 });
      assert.deepEqual(await take({ stream: 'died', group: 'g', consumer: 'b', count: 3, min_idle: 0 }), {
        events: [
          { id: first, event: 1, deliveries: 2 },
          { id: second, event: 2, deliveries: 2 },
          { id: (await read('died', second)).events[0]?.id, event: 3, deliveries: 1 },
        ],
        lost: 0,
      });
      assert.deepEqual(await rows.call('stream_ack', { stream: 'died', group: 'g', ids: [first, second] }), {
        acked: 2,
      });
      const left = await take({ stream: 'died', group: 'g', consumer: 'c', count: 10, min_idle: 0 });
      assert.deepEqual(
        left.events.map(({ event, deliveries }) => [event, deliveries]),
        [
          [3, 2],
          [4, 1],
        ],
      );
    });

    it('leave an event to its consumer until min_idle has passed', async () => {
      await fill('busy', 1);
      await take({ stream: 'busy', group: 'g', consumer: 'a' });
      assert.deepEqual(eventsOf(await take({ stream: 'busy', group: 'g', consumer: 'b', min_idle: 60 })), []);
      const begun = performance.now();
      await waitFor(
        async () =>
          (await take({ stream: 'busy', group: 'g', consumer: 'b', min_idle: 0.3 })).events.length > 0,
        { what: 'the event to be taken again' },
      );
      assert.ok(performance.now() - begun > 100);
    });

    it('do not take an acknowledged event again, and acknowledge once', async () => {
      const ids = await fill('acked', 2);
      await take({ stream: 'acked', group: 'g', count: 2 });
      assert.deepEqual(await rows.call('stream_ack', { stream: 'acked', group: 'g', ids }), { acked: 2 });
      assert.deepEqual(await rows.call('stream_ack', { stream: 'acked', group: 'g', ids }), { acked: 0 });
      assert.deepEqual(await rows.call('stream_ack', { stream: 'acked', group: 'none', ids }), { acked: 0 });
      assert.deepEqual(await take({ stream: 'acked', group: 'g', count: 2, min_idle: 0 }), {
        events: [],
        lost: 0,
      });
    });

    it('find idle events behind more pending ones than one call looks at', { timeout: 60_000 }, async () => {
      const stream = 'behind';
      await fill(stream, 30);
      for (let at = 1; at <= 3000; at++)
        await send('XADD', key(stream), `${9e12 + at}-${at + 30}`, 'event', 'x');
      await take({ stream, group: 'g', consumer: 'dead', count: 1000 });
      for (let at = 0; at < 3; at++) await take({ stream, group: 'g', consumer: 'dead', count: 1000 });
      const pending = (await send('XPENDING', key(stream), 'g', '-', '+', '5000')) as [string][];
      assert.equal(pending.length, 3030);
      // All but the last 100 are being worked on.
      const busy = pending.slice(0, -100).map(([id]) => id);
      await send(
        'XCLAIM',
        key(stream),
        'g',
        'dead',
        '0',
        ...pending.slice(-100).map(([id]) => id),
        'IDLE',
        '3600000',
        'JUSTID',
      );
      const found: unknown[] = [];
      await waitFor(
        async () => {
          await send('XCLAIM', key(stream), 'g', 'busy', '0', ...busy, 'JUSTID');
          const { events } = await take({ stream, group: 'g', consumer: 'b', min_idle: 600 });
          found.push(...events.map(({ id }) => id));
          return found.length > 0;
        },
        { what: 'an idle event' },
      );
      assert.ok(!busy.includes(String(found[0])));
    });

    it('make a missing group where the caller says', async () => {
      const ids = await fill('from', 3);
      const stream = 'from';
      assert.deepEqual(eventsOf(await take({ stream, group: 'default', count: 9 })), [1, 2, 3]);
      assert.deepEqual(eventsOf(await take({ stream, group: 'id', from: String(ids[1]), count: 9 })), [3]);
      assert.deepEqual(eventsOf(await take({ stream, group: 'end', from: '$', count: 9 })), []);
      await append(stream, 4);
      assert.deepEqual(eventsOf(await take({ stream, group: 'end', from: '$', count: 9 })), [4]);
      await send('XGROUP', 'DESTROY', key(stream), 'id');
      assert.deepEqual(eventsOf(await take({ stream, group: 'id', from: String(ids[2]), count: 9 })), [4]);
    });

    it('make a group at the end of a stream that does not exist yet', async () => {
      assert.deepEqual(await take({ stream: 'soon', group: 'g', from: '$' }), { events: [], lost: 0 });
      assert.equal(counterOf(await append('soon', 1)), 1);
      assert.deepEqual(eventsOf(await take({ stream: 'soon', group: 'g', from: '$' })), [1]);
    });

    it('make no stream without an event otherwise', async () => {
      assert.deepEqual(await take({ stream: 'never', group: 'g' }), { events: [], lost: 0 });
      assert.equal(await send('EXISTS', key('never')), 0);
    });

    it('count the events that were removed before the group had or acknowledged them, once', async () => {
      const stream = 'removed';
      await fill(stream, 6);
      await take({ stream, group: 'g', consumer: 'a', count: 2 });
      // Two pending events and two that were not taken.
      await rows.call('stream_trim', { stream, max_length: 2 });
      const { events, lost } = await take({ stream, group: 'g', consumer: 'b', count: 9, min_idle: 0 });
      assert.deepEqual(eventsOf({ events }), [5, 6]);
      assert.equal(lost, 4);
      const again = await take({ stream, group: 'g', consumer: 'b', count: 9, min_idle: 0 });
      assert.deepEqual([eventsOf(again), again.lost], [[5, 6], 0]);
      await rows.call('stream_trim', { stream, max_length: 0 });
      assert.deepEqual(await take({ stream, group: 'g', count: 5, min_idle: 0 }), { events: [], lost: 2 });
      assert.deepEqual(await take({ stream, group: 'g', count: 5, min_idle: 0 }), { events: [], lost: 0 });
      assert.deepEqual((await rows.call('stream_info', { stream })).groups, [
        { name: 'g', pending: 0, lag: 0 },
      ]);
    });

    it('remove consumers that hold nothing, so that their number does not grow without bound', async () => {
      const stream = 'consumers';
      await fill(stream, 1);
      await take({ stream, group: 'g', consumer: 'holder' });
      for (let at = 0; at < 150; at++) await send('XGROUP', 'CREATECONSUMER', key(stream), 'g', `c${at}`);
      const names = async (): Promise<string[]> =>
        ((await send('XINFO', 'CONSUMERS', key(stream), 'g')) as string[][]).map(([, name]) => String(name));
      await waitFor(
        async () => {
          // The event stays with its consumer: its idle time is never reached while other consumers are removed.
          await send('XCLAIM', key(stream), 'g', 'holder', '0', (await read(stream, '0')).last_id, 'JUSTID');
          await take({ stream, group: 'g', consumer: 'taker', min_idle: 0.05 });
          return (await names()).length < 100;
        },
        { what: 'consumers to be removed' },
      );
      assert.ok((await names()).includes('holder'));
    });
  });

  describe('stream_take with an idempotency key', () => {
    const open = async (): Promise<Gantz> =>
      await openGantz({ redisUrl: redis.url, namespace: rows.namespace, env: redis.env });

    it('gives the events of the first call that nobody acknowledged or took since', async () => {
      const gantz = await open();
      const stream = 'kept';
      const ids = await fill(stream, 4);
      const input = { stream, group: 'g', consumer: 'a', count: 3 };
      const keyed = async () => await gantz.call('stream_take', input, { idempotencyKey: 'take' });
      const first = await keyed();
      assert.deepEqual(eventsOf(first), [1, 2, 3]);
      assert.deepEqual(await keyed(), { ...first, gantz: { replayed: true } });
      await rows.call('stream_ack', { stream, group: 'g', ids: [String(ids[0])] });
      await send('XCLAIM', key(stream), 'g', 'other', '0', String(ids[1]));
      assert.deepEqual(await keyed(), {
        events: [{ id: ids[2], event: 3, deliveries: 1 }],
        lost: 0,
        gantz: { replayed: true },
      });
      await rows.call('stream_ack', { stream, group: 'g', ids: [String(ids[2])] });
      // Nothing of it is held any more, so the call takes anew.
      assert.deepEqual(await keyed(), { events: [{ id: ids[3], event: 4, deliveries: 1 }], lost: 0 });
      await gantz.close();
    });

    it('takes anew when the time of the first call has ended', async () => {
      const gantz = await open();
      const stream = 'ended';
      await fill(stream, 1);
      const input = { stream, group: 'g', min_idle: 0.3 };
      const keyed = async () => await gantz.call('stream_take', input, { idempotencyKey: 'ended' });
      assert.equal((await keyed()).events[0]?.deliveries, 1);
      await waitFor(async () => (await keyed()).events[0]?.deliveries === 2, { what: 'a second delivery' });
      await gantz.close();
    });

    it('refuses events that are too large to be kept, and takes none', async () => {
      const gantz = await open();
      const stream = 'large';
      await append(stream, 'x'.repeat(40_000));
      await append(stream, 'x'.repeat(40_000));
      const input = { stream, group: 'g', count: 2, min_idle: 0 };
      const keyed = async (count: number) =>
        await gantz.call('stream_take', { ...input, count }, { idempotencyKey: `large ${count}` });
      await assert.rejects(keyed(2), { code: 'OUTPUT_TOO_LARGE', outcome: 'none' });
      assert.deepEqual((await rows.call('stream_info', { stream })).groups, []);
      assert.equal((await keyed(1)).events.length, 1);
      await assert.rejects(keyed(2), { code: 'OUTPUT_TOO_LARGE' });
      assert.deepEqual((await rows.call('stream_info', { stream })).groups, [
        { name: 'g', pending: 1, lag: 1 },
      ]);
      await gantz.close();
    });
  });

  describe('wait', () => {
    /** Returns how often the servers ran a command. */
    const callsOf = async (command: string): Promise<number> => {
      const text = await redis.plain.info('commandstats');
      return [...text.matchAll(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'gm'))].reduce(
        (sum, [, calls]) => sum + Number(calls),
        0,
      );
    };
    /** Starts calls, and resolves when the servers ran `command` `times` more, so that the calls sleep. */
    const asleep = async <R>(
      start: () => Promise<R>[],
      command: string,
      times: number,
    ): Promise<{ all: Promise<R[]> }> => {
      const before = await callsOf(command);
      const all = Promise.all(start());
      await waitFor(async () => (await callsOf(command)) >= before + times, {
        what: `${times} more ${command}`,
      });
      return { all };
    };
    /** Fails when the calls took so long that only their timer can have woken them. */
    const soon = async <R>(all: Promise<R>): Promise<R> => {
      const begun = performance.now();
      const result = await all;
      assert.ok(performance.now() - begun < 2000, 'an event woke them');
      return result;
    };

    it('wakes every reader with each event', async () => {
      const stream = 'readers';
      const first = await append(stream, 'old');
      const readers = (): Promise<StreamReadResult>[] =>
        ['$', first, first].map((after) => rows.call('stream_read', { stream, after, wait: 60 }));
      // Each reader looks twice. One with an id reads by XRANGE and by a script with XRANGE.
      const { all } = await asleep(readers, 'xrange', 9);
      const id = await append(stream, 'new');
      for (const result of await soon(all))
        assert.deepEqual(result, { events: [{ id, event: 'new' }], last_id: id, lost: 0 });
    });

    it('gives each waiter of a group another event, and each group every event', async () => {
      const stream = 'waiters';
      const start = (): Promise<StreamTakeResult>[] =>
        ['one', 'one', 'one', 'two'].map((group, at) =>
          take({ stream, group, consumer: `c${at}`, from: '$', wait: 60 }),
        );
      const { all } = await asleep(start, 'xreadgroup', 2);
      for (const event of [1, 2, 3]) await append(stream, event);
      const [a, b, c, d] = (await soon(all)).map(eventsOf);
      assert.deepEqual([a, b, c].flat().sort(), [1, 2, 3]);
      assert.deepEqual(d, [1]);
    });

    it('wakes when an event of another consumer can be taken again', async () => {
      const stream = 'idle';
      await fill(stream, 1);
      await take({ stream, group: 'g', consumer: 'dead' });
      const begun = performance.now();
      const { events } = await take({ stream, group: 'g', consumer: 'b', min_idle: 0.5, wait: 60 });
      assert.deepEqual([events[0]?.event, events[0]?.deliveries], [1, 2]);
      assert.ok(performance.now() - begun < 3000);
    });

    it('ends without events after the time, with what was lost', async () => {
      const stream = 'quiet';
      const last = (await fill(stream, 3)).at(-1);
      await rows.call('stream_trim', { stream, max_length: 0 });
      assert.deepEqual(await rows.call('stream_read', { stream, wait: 0.05 }), {
        events: [],
        last_id: last,
        lost: 3,
      });
      assert.deepEqual(await take({ stream, group: 'g', wait: 0.05 }), { events: [], lost: 0 });
    });

    for (const { name, path: program } of PROGRAMS) {
      it(`follows a stream from call to call with ${name}`, async () => {
        const stream = `followed by ${name}`;
        const env = {
          ...redis.env,
          REDIS_URL: redis.url,
          GANTZ_NAMESPACE: rows.namespace,
          GANTZ_CONFIG: 'builtin:redis',
        };
        const next = async (after: string): Promise<StreamReadResult> => {
          const words = ['stream', 'read', '--stream', stream, '--after', after, '--wait', '30'];
          const run = await runProgram(words, { program, env });
          assert.equal(run.exitCode, 0, run.stdout);
          return JSON.parse(run.stdout) as StreamReadResult;
        };
        await append(stream, 1);
        let { events, last_id } = await next('0');
        const seen = eventsOf({ events });
        for (const event of [2, 3]) {
          const [, result] = await Promise.all([append(stream, event), next(last_id)]);
          ({ events, last_id } = result);
          seen.push(...eventsOf({ events }));
        }
        assert.deepEqual(seen, [1, 2, 3]);
      });
    }
  });

  describe('stream_info and stream_trim', () => {
    it('show the length, both ends and how far each group is', async () => {
      const stream = 'info';
      const ids = await fill(stream, 5);
      await take({ stream, group: 'a', count: 2 });
      await rows.call('stream_ack', { stream, group: 'a', ids: [String(ids[0])] });
      await take({ stream, group: 'b', from: '$' });
      const info = async () => await rows.call('stream_info', { stream });
      assert.deepEqual(await info(), {
        length: 5,
        first_id: ids[0],
        last_id: ids[4],
        groups: [
          { name: 'a', pending: 1, lag: 3 },
          { name: 'b', pending: 0, lag: 0 },
        ],
      });
      assert.deepEqual(await rows.call('stream_trim', { stream, max_length: 2 }), { removed: 3 });
      assert.deepEqual((await info()).groups[0], { name: 'a', pending: 1, lag: 2 });
      assert.deepEqual(await rows.call('stream_trim', { stream, max_length: 0 }), { removed: 2 });
      assert.deepEqual(await info(), {
        length: 0,
        first_id: null,
        last_id: ids[4],
        groups: [
          { name: 'a', pending: 1, lag: 0 },
          { name: 'b', pending: 0, lag: 0 },
        ],
      });
    });

    it('trim by length and by id', async () => {
      const stream = 'trim';
      const ids = await fill(stream, 6);
      const min_id = String(ids[2]);
      assert.deepEqual(await rows.call('stream_trim', { stream, min_id }), { removed: 2 });
      assert.deepEqual(await rows.call('stream_trim', { stream, min_id, max_length: 3 }), { removed: 1 });
      assert.deepEqual(await rows.call('stream_trim', { stream, min_id, max_length: 3 }), { removed: 0 });
      assert.deepEqual(eventsOf(await read(stream, '0')), [4, 5, 6]);
      assert.deepEqual(await rows.call('stream_trim', { stream: 'nothing', max_length: 0 }), { removed: 0 });
    });
  });

  it('goes on counting after a restart of the server, also when every event was removed', async () => {
    const server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const before = openRows(server);
    for (const stream of ['a', 'empty'])
      for (const event of [1, 2]) await before.call('stream_append', { stream, event });
    await before.call('stream_take', { stream: 'a', group: 'g' });
    await before.call('stream_trim', { stream: 'empty', max_length: 0 });
    const info = await before.call('stream_info', { stream: 'a' });
    await before.close();
    await server.kill();
    await server.restart();
    const after = openRows(server, before.namespace);
    assert.deepEqual(await after.call('stream_info', { stream: 'a' }), info);
    for (const stream of ['a', 'empty'])
      assert.equal(counterOf((await after.call('stream_append', { stream, event: 3 })).id), 3);
    await after.close();
    await server.stop();
  });

  it('is separate in each namespace', async () => {
    const other = openRows(redis);
    await append('apart', 1);
    assert.deepEqual((await other.call('stream_read', { stream: 'apart' })).events, []);
    await other.close();
  });
});
