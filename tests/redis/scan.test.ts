import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import type { Commands } from '../../lib/redis/commands.ts';
import type { ScanOrigin } from '../../lib/redis/scan-origin.ts';
import { scanPage as scan, type ScanStep } from '../../lib/redis/scan.ts';

const deadline = (): Deadline => new Deadline({ budgetMs: 60_000 });

/** The id of the servers that the tests scan. */
const ID = 'abc123';
const origin = (more: Partial<ScanOrigin> = {}) =>
  Promise.resolve({ clients: [{} as Commands], id: ID, mayMove: false, ...more });

type Step = (cursor: string, count: number) => ReturnType<ScanStep<string>>;

/** Scans one server. */
const scanPage = (step: Step, options: Omit<Parameters<typeof scan>[1], 'origin'>) =>
  scan<string>((_, cursor, count) => step(cursor, count), { origin, ...options });

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
    assert.deepEqual(page, { items: ['a', 'b', 'c'], cursor: `0-1-${ID}` });
    const rest = await scanPage(step, { limit: 2, cursor: `0-1-${ID}`, deadline: deadline() });
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
    assert.equal(page.cursor, `0-${page.items.length}-${ID}`);
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

  for (const cursor of ['0-18446744073709551616-a', '-1', '1', 'x', '', '0-1e3-a', '0-1-x']) {
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
      cursor: `0-18446744073709551615-${ID}`,
      deadline: deadline(),
    });
    assert.equal(seen, '18446744073709551615');
  });

  it('scans several servers one after the other, and continues on the server of the cursor', async () => {
    const clients = [{ keys: ['a', 'b'] }, { keys: ['c'] }, { keys: ['d'] }];
    const all = () => origin({ clients: clients as unknown as Commands[] });
    const step: ScanStep<string> = (client) =>
      Promise.resolve({ cursor: '0', items: (client as unknown as { keys: string[] }).keys });
    const first = await scan(step, { origin: all, limit: 3, deadline: deadline() });
    assert.deepEqual(first, { items: ['a', 'b', 'c'], cursor: `2-0-${ID}` });
    assert.deepEqual(await scan(step, { origin: all, limit: 3, cursor: `2-0-${ID}`, deadline: deadline() }), {
      items: ['d'],
      cursor: null,
    });
  });

  it('refuses a cursor of other servers, and a page during which the servers changed', async () => {
    const step = steps([['a']]);
    await assert.rejects(scanPage(step, { limit: 1, cursor: '0-5-other', deadline: deadline() }), {
      code: 'INVALID_PARAMETERS',
    });
    await assert.rejects(scanPage(step, { limit: 1, cursor: '0-5-0ff', deadline: deadline() }), {
      code: 'CONFLICT',
    });
    let count = 0;
    const changing = () => origin({ id: String(count++), mayMove: true });
    await assert.rejects(
      scan<string>((_, cursor) => step(cursor), { origin: changing, limit: 1, deadline: deadline() }),
      { code: 'CONFLICT' },
    );
  });
});
