import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { faultsOf, useBrowser } from './browser.ts';

const MANIFEST = JSON.stringify({
  name: 'metrics',
  include: ['builtin:redis'],
  tools: [
    {
      name: 'cached',
      description: 'Prints a text.',
      script: { command: 'printf', args: ['x'] },
      cache: '10m',
    },
    { name: 'fails', description: 'Fails.', script: { command: 'false' } },
    {
      name: 'limited',
      description: 'Prints a text, twice in an hour.',
      script: { command: 'printf', args: ['x'] },
      rate_limit: '2/h',
    },
    {
      name: 'hold',
      description: 'Runs until the file exists.',
      parameters: { file: { type: 'string' } },
      script: { shell: 'until [ -e {{file}} ]; do sleep 0.05; done' },
      concurrency: { limit: 1, wait: 0, per: 'process' },
    },
  ],
});

const redis = useRedis({ options: () => ({ args: ['--maxmemory', '100000000'] }) });
const browser = useBrowser({ reducedMotion: 'reduce', locale: 'en' });

for (const program of PROGRAMS) {
  describe(`the metrics page, served by ${program.name}`, () => {
    const folder = folderWith({ 'gantz.yaml': MANIFEST });
    let server: TestServer;
    let page: Page;
    /** What the pages wrote as errors, refusals of the policy included. */
    const errors: string[] = [];
    before(async () => {
      server = await startServer([], {
        config: join(folder, 'gantz.yaml'),
        program: program.path,
        env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: `metrics-${PROGRAMS.indexOf(program)}` },
      });
      page = await open();
    });
    after(async () => {
      await page.close();
      await server.stop();
    });

    async function open(prepare?: (page: Page) => Promise<void>): Promise<Page> {
      const opened = await browser.context.newPage();
      opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      opened.on('pageerror', (error) => errors.push(error.message));
      await prepare?.(opened);
      await opened.goto(`${server.url}/#/metrics`);
      return opened;
    }

    const figure = (name: string, on = page): Locator =>
      on
        .locator('.figures > div')
        .filter({ has: on.getByText(name, { exact: true }) })
        .locator('dd');
    const shows = (name: string, text: string | RegExp, on = page): Promise<void> =>
      figure(name, on).filter({ hasText: text }).waitFor();
    const chart = (title: string): Locator => page.getByRole('figure', { name: title, exact: true });
    /** Waits until the summary of a chart for screen readers has a text. */
    const tells = (title: string, text: RegExp): Promise<void> =>
      chart(title).getByRole('img', { name: text }).waitFor({ timeout: 40_000 });

    it('says what to do when there was no call, and shows the server', async () => {
      await page.getByRole('heading', { name: 'No calls in the last hour' }).waitFor();
      await page.locator('main').getByText('Live', { exact: true }).waitFor();
      await shows('Calls', '0');
      await shows('Redis PING', /\d ms/);
      await shows('Redis memory', /B of 100.0 MB/);
      await tells('Memory of the process', /Resident: last \d+\.\d MB/);
      await tells('Redis memory', /Used: last .* Limit: last 100.0 MB/);
      assert.deepEqual(await faultsOf(page), []);
    });

    it('shows calls that succeed, fail, are cached and limited', async () => {
      for (const tool of ['cached', 'cached', 'cached', 'cached', 'fails', 'limited', 'limited', 'limited'])
        await server.call(tool, {});
      await server.call('nothing');
      const file = join(folder, 'end');
      const held = server.call('hold', { file });
      await shows('In flight', /^1/);
      assert.equal((await server.call('hold', { file })).result['code'], 'OVERLOADED');
      await shows('Calls', /^10/);
      writeFileSync(file, '');
      await held;
      await shows('Calls', /^11/);
      await shows('Failed', /^4 36 %/);
      await shows('Cache hits', /^75 % 3 of 4/);
      await shows('Limited', /^2/);
      await shows('In flight', /^0/);
      await shows('p99', /\d m?s/);
      await tells(
        'Calls per second',
        /Successful: last [\d.]+\/s, from 0\/s to 0\.\d\/s\. Failed: .* to 0\.[234]\/s/,
      );
      await tells('Duration', /p50: last .* p95: last .* p99: last/);
      await tells('Failures in 10 s, by code', /SCRIPT_FAILED: .* to 1\./);
      await tells('Failures in 10 s, by code', /UNKNOWN_TOOL: .* to 1\./);
      await tells('Answers from the cache in 10 s', /Hits: .* from 0 to [123]\. Stale: .* Misses: .* to 1\./);
      await tells(
        'Limited calls in 10 s',
        /rate_limit: .* to 1\. concurrency: .* to 1\. Server full: .* to 0\./,
      );
      await tells('Calls in flight', /In flight: .* from 0 to [12]\./);
      assert.equal(await page.locator('.plot canvas').count(), await page.locator('.plot').count());
    });

    it('lists the tools, sorts them, and shows one', async () => {
      const rows = page.getByRole('region', { name: 'Table of tools' }).getByRole('row');
      const names = async (): Promise<(string | null)[]> =>
        (await rows.locator('td:first-child').allTextContents()).slice(0, 3);
      assert.deepEqual(await names(), ['cached', 'limited', 'hold']);
      await page.getByRole('button', { name: 'Tool', exact: true }).click();
      assert.deepEqual(await names(), ['unknown or no longer served', 'cached', 'fails']);
      assert.equal(
        await page.getByRole('columnheader', { name: 'Tool' }).getAttribute('aria-sort'),
        'ascending',
      );
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      assert.equal(await rows.nth(1).locator('td').nth(2).textContent(), '1');
      await page.getByRole('link', { name: 'limited', exact: true }).click();
      await page.getByRole('heading', { name: 'Calls of limited' }).waitFor();
      await shows('Calls', /^3/);
      await shows('Limited', /^1/);
      await chart('Answers from the cache in 10 s').waitFor({ state: 'detached' });
      await page.getByLabel('Tool', { exact: true }).selectOption('cached');
      await shows('Calls', /^4/);
      assert.match(page.url(), /#\/metrics\/cached$/);
      await page.getByLabel('Tool', { exact: true }).selectOption('');
      await shows('Calls', /^11/);
    });

    it('changes the range, and shows the values under the pointer in all charts', async () => {
      await page.getByRole('button', { name: '1 h', exact: true }).click();
      await page.getByRole('heading', { name: 'Tools in the last hour' }).waitFor();
      await page.getByRole('button', { name: '5 min', exact: true }).click();
      await page.getByRole('heading', { name: 'Tools in the last 5 minutes' }).waitFor();
      await shows('Calls', /^11/);
      const plot = chart('Calls per second').locator('.u-over');
      const { width } = (await plot.boundingBox()) ?? { width: 0 };
      // The last slot of ten seconds is the last thirtieth of the width.
      await plot.hover({ position: { x: width * 0.985, y: 20 } });
      for (const title of ['Calls per second', 'Redis memory'])
        await chart(title)
          .locator('.at')
          .filter({ hasText: /^\d\d:\d\d:\d\d$/ })
          .waitFor();
      // Nothing was counted five minutes ago.
      await plot.hover({ position: { x: 2, y: 20 } });
      await chart('Redis memory').locator('.at').waitFor({ state: 'detached' });
    });

    it('has no serious fault for axe, and is as wide as the window', async () => {
      assert.deepEqual(await faultsOf(page), []);
    });

    it('reads again when the connection is back', async () => {
      await browser.context.setOffline(true);
      await page.getByText('Connection lost; trying again').waitFor();
      await browser.context.setOffline(false);
      await page.locator('main').getByText('Live', { exact: true }).waitFor();
    });

    it('reads every few seconds, but not in a hidden tab', async () => {
      const other = await open((opened) => opened.clock.install());
      try {
        let reads = 0;
        other.on('request', (request) => {
          if (request.url().includes('/console/metrics')) reads++;
        });
        await shows('Calls', /^11/, other);
        reads = 0;
        await other.clock.runFor(3000);
        await waitFor(() => reads === 1, { what: 'another read' });
        const hide = (hidden: boolean): Promise<unknown> =>
          other.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));`);
        await hide(true);
        await other.clock.runFor(60_000);
        assert.equal(reads, 1);
        await hide(false);
        await waitFor(() => reads === 2, { what: 'a read when the tab is shown' });
      } finally {
        await other.close();
      }
    });

    it('runs nothing that the policy of the page refuses', () => {
      assert.deepEqual(
        errors.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED')),
        [],
      );
    });
  });
}
