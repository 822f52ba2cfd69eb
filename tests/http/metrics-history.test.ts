import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  bucketOf,
  BUCKETS,
  LARGEST_ERROR,
  LONGEST_MS,
  percentileOf,
  SHORTEST_MS,
} from '../../lib/http/duration-buckets.ts';
import {
  keepHistory,
  KEPT_SLOTS,
  OTHERS,
  SLOT_MS,
  type MetricsHistory,
} from '../../lib/http/metrics-history.ts';
import { reportOf, type ReportQuery } from '../../lib/http/metrics-report.ts';

/** The time of the wall clock at the beginning of each test. */
const WALL = 1_000_000_000_000;
const HOUR_MS = KEPT_SLOTS * SLOT_MS;

/** A history whose clocks a test moves. */
function historyOf() {
  const clock = { now: 5000, wall: WALL, queued: 0, refused: 0, memory: 1000 };
  const history = keepHistory({
    now: () => clock.now,
    wallNow: () => clock.wall,
    queued: () => clock.queued,
    refused: () => clock.refused,
    memory: () => clock.memory,
  });
  return {
    clock,
    history,
    /** Lets time pass, and begins the slots on time. */
    pass: (ms: number) => {
      for (let rest = ms; rest > 0;) {
        const step = Math.min(rest, history.msToNextSlot());
        clock.now += step;
        clock.wall += step;
        rest -= step;
        history.advance();
      }
    },
    /** Lets the machine sleep: only the wall clock goes on. */
    sleep: (ms: number) => void (clock.wall += ms),
    report: (query: Partial<ReportQuery> = {}, isAllowed: (tool: string) => boolean = () => true) =>
      reportOf({
        tool: undefined,
        join: 1,
        since: -1,
        rangeMs: HOUR_MS,
        ...query,
        history,
        wallNow: clock.wall,
        isAllowed,
      }),
  };
}

/** Counts calls of a tool. */
function call(history: MetricsHistory, tool: string, { times = 1, ms = 1 } = {}): void {
  for (let count = 0; count < times; count++) {
    history.begin();
    history.end(tool, ms, undefined, []);
  }
}

describe('percentileOf', () => {
  it('differs from the exact percentile by at most 5 %', () => {
    const duration = fc.oneof(
      fc.double({ min: SHORTEST_MS, max: LONGEST_MS, noNaN: true }),
      fc.double({ min: SHORTEST_MS, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (all, share) => {
          const counts = new Array<number>(BUCKETS).fill(0);
          for (const ms of all) counts[bucketOf(ms)] = (counts[bucketOf(ms)] ?? 0) + 1;
          const exact = all.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length) - 1)] ?? NaN;
          const found = percentileOf(counts, share) ?? NaN;
          return Math.abs(found - exact) <= exact * LARGEST_ERROR * (1 + 1e-9);
        },
      ),
    );
  });

  it('counts durations beyond its ends as those of the ends, and has no percentile of nothing', () => {
    assert.equal(bucketOf(0), 0);
    assert.equal(bucketOf(NaN), 0);
    assert.equal(bucketOf(LONGEST_MS * 9), BUCKETS - 1);
    assert.equal(percentileOf([], 0.5), null);
  });
});

describe('the history of calls', () => {
  it('counts calls, failures by code and guards, in all and for each tool', () => {
    const { history, pass, report, clock } = historyOf();
    call(history, 'a', { times: 3, ms: 20 });
    history.begin();
    history.end('a', 40, undefined, [['cache', 'hit']]);
    history.begin();
    history.end('b', 1, 'RATE_LIMITED', [['rate_limit', 'limited']]);
    history.begin();
    history.end('b', 1, 'OVERLOADED', [['concurrency', 'limited']]);
    history.begin();
    history.end('b', 1, 'OVERLOADED', [
      ['cache', 'miss'],
      ['retry', 'retried', 2],
    ]);
    clock.refused = 3;
    history.refuse('UNKNOWN_TOOL');
    pass(SLOT_MS);
    const { points, range, tools, called } = report();
    assert.deepEqual([points.calls, points.failed], [[8], [4]]);
    assert.deepEqual(points.codes, { OVERLOADED: [2], RATE_LIMITED: [1], UNKNOWN_TOOL: [1] });
    assert.deepEqual([points.hits, points.misses, points.rate_limited], [[1], [1], [1]]);
    // Three requests were refused by the server, one of them as a call.
    assert.deepEqual([points.concurrency_limited, points.overloaded], [[1], [3]]);
    assert.deepEqual(called, [OTHERS, 'a', 'b']);
    assert.deepEqual(tools.tool, ['a', 'b', OTHERS]);
    assert.deepEqual(
      [tools.calls, tools.failed],
      [
        [4, 3, 1],
        [0, 3, 1],
      ],
    );
    assert.equal(range.calls, 8);
    assert.deepEqual(range.codes, { RATE_LIMITED: 1, UNKNOWN_TOOL: 1, OVERLOADED: 2 });
    const one = report({ tool: 'b' });
    assert.deepEqual([one.points.calls, one.points.overloaded, one.range.calls], [[3], [1], 3]);
    assert.ok(Math.abs(Number(report({ tool: 'a' }).range.p99) - 40) <= 2);
  });

  it('has the calls of the current slot only in the sums', () => {
    const { history, pass, report } = historyOf();
    pass(SLOT_MS);
    call(history, 'a');
    assert.deepEqual([report().points.calls, report().range.calls], [[0], 1]);
  });

  it('keeps an hour', () => {
    const { history, pass, report } = historyOf();
    call(history, 'a');
    pass(HOUR_MS);
    assert.equal(report().points.at.length, KEPT_SLOTS);
    assert.deepEqual(report().called, ['a']);
    pass(SLOT_MS);
    assert.equal(report().points.at.length, KEPT_SLOTS);
    assert.deepEqual(report().called, []);
    assert.equal(report().points.at[0], WALL + SLOT_MS);
  });

  it('sums the range, and returns the slots since one', () => {
    const { history, pass, report } = historyOf();
    call(history, 'a');
    pass(5 * SLOT_MS);
    call(history, 'b', { times: 2 });
    pass(SLOT_MS);
    assert.equal(report({ rangeMs: 2 * SLOT_MS }).range.calls, 2);
    assert.deepEqual(report({ rangeMs: 2 * SLOT_MS }).tools.tool, ['b']);
    assert.deepEqual(report({ rangeMs: 2 * SLOT_MS }).called, ['a', 'b']);
    const { last, points } = report({ since: 3 });
    assert.deepEqual([last, points.calls], [5, [0, 2]]);
    assert.deepEqual(report({ since: last }).points.at, []);
  });

  it('joins slots to longer points, whose percentiles are those of all their calls', () => {
    const { history, clock, pass, report } = historyOf();
    call(history, 'a', { times: 9, ms: 10 });
    history.note({ ms: 3, used: 7 });
    clock.memory = 1;
    pass(SLOT_MS);
    call(history, 'a', { ms: 500 });
    history.refuse('UNKNOWN_TOOL');
    history.note({ ms: 1, used: 8 });
    clock.memory = 2;
    pass(3 * SLOT_MS);
    const { last, points } = report({ join: 2 });
    assert.deepEqual([last, points.at], [1, [WALL, WALL + 2 * SLOT_MS]]);
    assert.deepEqual([points.calls, points.codes], [[11, 0], { UNKNOWN_TOOL: [1, 0] }]);
    assert.ok(Math.abs(Number(points.p50[0]) - 10) <= 0.5 && Math.abs(Number(points.p99[0]) - 500) <= 25);
    assert.deepEqual(
      [points.redis_ms, points.redis_used],
      [
        [3, null],
        [8, null],
      ],
    );
    assert.deepEqual(
      [points.memory, points.in_flight],
      [
        [2, 2],
        [1, 0],
      ],
    );
    assert.deepEqual(report({ join: 2, since: 0 }).points.at, [WALL + 2 * SLOT_MS]);
    // The first slot of a point may be out of the hour.
    pass(HOUR_MS - 3 * SLOT_MS);
    assert.equal(report({ join: 2 }).points.at[0], WALL);
  });

  it('has no slots for the time in which the process did not run', () => {
    const { history, clock, pass, report } = historyOf();
    pass(SLOT_MS);
    clock.now += 5.5 * SLOT_MS;
    clock.wall += 5.5 * SLOT_MS;
    call(history, 'a');
    pass(SLOT_MS);
    assert.deepEqual(report().points.at, [WALL, WALL + SLOT_MS, WALL + 6 * SLOT_MS]);
    assert.deepEqual(report().points.calls, [0, 0, 1]);
  });

  it('leaves a gap for the sleep of the machine, during which its steady clock stands still', () => {
    const { history, pass, sleep, report } = historyOf();
    call(history, 'a');
    pass(2 * SLOT_MS);
    sleep(HOUR_MS / 2);
    pass(SLOT_MS);
    call(history, 'b');
    pass(SLOT_MS);
    assert.deepEqual(
      report().points.at.map((time) => (Number(time) - WALL) / SLOT_MS),
      [0, 1, 2, 183],
    );
    assert.equal(report().range.calls, 2);
    assert.deepEqual(report({ rangeMs: 300_000 }).tools.tool, ['b']);
  });

  it('has times that grow when the clock of the machine is set back', () => {
    const { pass, clock, report } = historyOf();
    pass(3 * SLOT_MS);
    clock.wall -= HOUR_MS;
    pass(3 * SLOT_MS);
    assert.deepEqual(
      report().points.at.map((time) => (Number(time) - clock.wall) / SLOT_MS),
      [-6, -5, -4, -3, -2, -1],
    );
  });

  it('keeps the most calls in flight and waiting of each slot', () => {
    const { history, clock, pass, report } = historyOf();
    history.begin();
    history.begin();
    clock.queued = 4;
    history.noteWaiting();
    clock.queued = 1;
    history.end('a', 1, undefined, []);
    assert.deepEqual(history.state(), { in_flight: 1, waiting: 1, memory: 1000 });
    pass(SLOT_MS);
    clock.queued = 0;
    history.end('a', 1, undefined, []);
    pass(2 * SLOT_MS);
    assert.deepEqual(report().points.in_flight, [2, 1, 0]);
    assert.deepEqual(report().points.waiting, [4, 1, 0]);
  });

  it('has a gap where Redis was not measured', () => {
    const { history, pass, report } = historyOf();
    history.note({ ms: 1.2345, used: 10 });
    pass(2 * SLOT_MS);
    const { redis_ms: ms, redis_used: used, redis_limit: limit } = report().points;
    assert.deepEqual(
      [ms, used, limit],
      [
        [1.23, null],
        [10, null],
        [null, null],
      ],
    );
  });

  it('hides the names that the options do not allow now', () => {
    const { history, pass, report } = historyOf();
    call(history, 'a');
    call(history, 'gone', { times: 2 });
    pass(SLOT_MS);
    const { tools, called, range } = report({}, (tool) => tool === 'a');
    assert.deepEqual(
      [tools.tool, tools.calls, called],
      [
        ['a', OTHERS],
        [1, 2],
        [OTHERS, 'a'],
      ],
    );
    assert.equal(range.calls, 3);
    assert.equal(report({ tool: 'gone' }, (tool) => tool === 'a').range.calls, 0);
  });

  it('counts 255 tools by their names, and takes the places of those that were not called for an hour', () => {
    const { history, pass, report } = historyOf();
    for (let tool = 0; tool < 2000; tool++) call(history, `t${tool}`);
    pass(SLOT_MS);
    const { tools } = report();
    assert.equal(tools.tool.length, 256);
    assert.equal(tools.calls[tools.tool.indexOf(OTHERS)], 2000 - 255);
    pass(HOUR_MS + SLOT_MS);
    call(history, 'late');
    pass(SLOT_MS);
    assert.deepEqual(report().tools.tool, ['late']);
  });

  it('holds at most 6,000 counters in a slot', () => {
    const { history, pass } = historyOf();
    for (let tool = 0; tool < 255; tool++)
      for (let ms = 1; ms < 4000; ms *= 1.1) call(history, `t${tool}`, { ms });
    pass(SLOT_MS);
    const [first] = history.slots();
    assert.ok(
      first && first.keys.length > 6000 && first.keys.length < 6000 + BUCKETS + 10,
      `${first?.keys.length}`,
    );
    const calls = first.counts.reduce((all, count) => all + count, 0);
    assert.equal(calls, 255 * 88);
  });
});
