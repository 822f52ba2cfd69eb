import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import { scanPage } from '../../lib/redis/scan.ts';

const deadline = (): Deadline => new Deadline({ budgetMs: 60_000 });

/** Returns a scan step that gives one batch of items for each cursor, as SCAN does. */
const steps =
  (batches: readonly (readonly string[])[]) =>
  (cursor: string): Promise<{ cursor: string; items: readonly string[] }> => {
    const at = Number(cursor);
    return Promise.resolve({
      items: batches[at] ?? [],
      cursor: at + 1 < batches.length ? String(at + 1) : '0',
    });
  };

describe('scanPage', () => {
  it('scans to the end and returns each item once', async () =>
    assert.deepEqual(
      await scanPage(steps([['a', 'b'], [], ['b', 'c']]), { limit: 10, deadline: deadline() }),
      {
        items: ['a', 'b', 'c'],
        cursor: null,
      },
    ));

  it('stops at the limit with all items of the last step, and continues from its cursor', async () => {
    const step = steps([['a', 'b', 'c'], ['d']]);
    const page = await scanPage(step, { limit: 2, deadline: deadline() });
    assert.deepEqual(page, { items: ['a', 'b', 'c'], cursor: '1' });
    const rest = await scanPage(step, { limit: 2, cursor: '1', deadline: deadline() });
    assert.deepEqual(rest, { items: ['d'], cursor: null });
  });

  it('starts with the limit as its count, and raises the count up to a maximum where few items match', async () => {
    const asked: number[] = [];
    const step = (cursor: string, count: number) => {
      asked.push(count);
      return Promise.resolve({ cursor: String(Number(cursor) + 1), items: asked.length < 9 ? [] : ['a'] });
    };
    await scanPage(step, { limit: 1, deadline: deadline() });
    assert.deepEqual(asked, [1, 2, 4, 8, 16, 32, 64, 128, 256]);
    asked.length = 0;
    await scanPage(step, { limit: 100_000, deadline: new Deadline({ budgetMs: 0 }) });
    assert.deepEqual(asked, [50]);
  });

  it('chooses the count so that a step finds about fifty items', async () => {
    for (const [share, size] of [
      [1, 50],
      [0.5, 100],
      [0, 1000],
    ] as const) {
      let asked = 0;
      const step = (cursor: string, count: number) => {
        asked = count;
        const next = Number(cursor) + 1;
        const items = Array.from({ length: count * share }, (_, index) => `${cursor}-${index}`);
        return Promise.resolve({ cursor: next < 20 ? String(next) : '0', items });
      };
      await scanPage(step, { limit: 100_000, deadline: deadline() });
      assert.equal(asked, size, `${share} of the keys match`);
    }
  });

  it('returns the items found so far, with a cursor, shortly before the deadline', async () => {
    const endless = async (cursor: string): Promise<{ cursor: string; items: readonly string[] }> => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { items: [cursor], cursor: String(Number(cursor) + 1) };
    };
    // A slow machine needs a longer deadline to stop in time. The longest one is enough for every machine.
    let short = new Deadline({ budgetMs: 100 });
    let page = await scanPage(endless, { limit: 1e6, deadline: short });
    for (let budgetMs = 200; short.remainingMs() === 0 && budgetMs < 20_000; budgetMs *= 2) {
      short = new Deadline({ budgetMs });
      page = await scanPage(endless, { limit: 1e6, deadline: short });
    }
    assert.ok(short.remainingMs() > 0);
    assert.ok(page.items.length > 1);
    assert.equal(page.cursor, String(page.items.length));
  });

  it('reports progress', async () => {
    const found: number[] = [];
    await scanPage(steps([['a'], ['b']]), {
      limit: 9,
      deadline: deadline(),
      progress: (count) => found.push(count),
    });
    assert.deepEqual(found, [1, 2]);
  });

  for (const cursor of ['18446744073709551616', '-1', 'x', '', '1e3']) {
    it(`refuses ${JSON.stringify(cursor)} as a cursor`, async () => {
      await assert.rejects(scanPage(steps([]), { limit: 1, cursor, deadline: deadline() }), {
        code: 'INVALID_PARAMETERS',
      });
    });
  }

  it('accepts the greatest possible cursor', async () => {
    let seen = '';
    await scanPage((cursor) => ((seen = cursor), Promise.resolve({ cursor: '0', items: [] })), {
      limit: 1,
      cursor: '18446744073709551615',
      deadline: deadline(),
    });
    assert.equal(seen, '18446744073709551615');
  });
});
