import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startServer } from '../http/server.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { waitFor } from '../helpers/wait.ts';
import { openBrowser } from './browser.ts';

// Makes a screenshot of every page of the console, at three widths, light and dark, in the folder of the first argument. With `--readme`
// it makes only docs/console.png.
const [folder = 'dist/screenshots'] = process.argv.slice(2);
const isReadme = folder === '--readme';
const ROOT = join(import.meta.dirname, '../..');

const redis = await startRedis();
const MANIFEST = readFileSync(join(import.meta.dirname, 'example.yaml'), 'utf8');
const own = mkdtempSync(join(tmpdir(), 'gantz-screenshots-'));
const config = join(own, 'gantz.yaml');
writeFileSync(config, MANIFEST);
const server = await startServer([], { config, env: { REDIS_URL: redis.url } });
await fill();
if (!isReadme) await load();

/** The pages: how each is reached. */
const PAGES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  tools: (page) => page.goto(`${server.url}/#/tools`),
  'tools-form': async (page) => {
    await page.goto(`${server.url}/#/tools/book_journey`);
    await page.getByRole('button', { name: 'Fill in an example' }).click();
  },
  'tools-run': async (page) => {
    await page.goto(`${server.url}/#/tools/weather`);
    await page.getByLabel('city').fill('Oslo');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('Success', { exact: true }).waitFor();
  },
  'tools-wrong': async (page) => {
    await page.goto(`${server.url}/#/tools/weather`);
    await page.getByLabel('days').fill('99');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('must be <= 14').first().waitFor();
  },
  activity: (page) => page.goto(`${server.url}/#/activity`),
  'activity-call': async (page) => {
    await page.goto(`${server.url}/#/activity`);
    await page.getByRole('link', { name: 'find_hotel' }).first().click();
  },
  state: async (page) => {
    await page.goto(`${server.url}/#/state/cache`);
    await page.getByRole('link', { name: 'greeting' }).waitFor();
  },
  'state-queue': async (page) => {
    await page.goto(`${server.url}/#/state/queue/bookings`);
    await page.locator('summary').first().click();
  },
  'state-session': async (page) => {
    await page.goto(`${server.url}/#/state/session`);
    await page.locator('td a').first().click();
    await page.locator('pre').first().waitFor();
  },
  'state-lock': async (page) => {
    await page.goto(`${server.url}/#/state/lock/timetable`);
    await page.getByText('importer').waitFor();
  },
  'state-limit': async (page) => {
    await page.goto(`${server.url}/#/state/rate_limit/ada`);
    await page.getByText('Remaining').waitFor();
  },
  'state-stream': async (page) => {
    await page.goto(`${server.url}/#/state/stream/journeys`);
    await page.locator('.boxed').waitFor();
  },
  metrics: showMetrics,
  'metrics-charts': async (page) => {
    await showMetrics(page);
    const plot = page.locator('.u-over').last();
    await plot.scrollIntoViewIfNeeded();
    const { width } = (await plot.boundingBox()) ?? { width: 0 };
    await plot.hover({ position: { x: width * 0.95, y: 40 } });
  },
  'metrics-tool': (page) => showMetrics(page, 'weather'),
  live: (page) => page.goto(`${server.url}/#/live`),
  'live-messages': listen,
  'live-message': async (page) => {
    await listen(page);
    await page.getByRole('link', { name: 'passengers' }).click();
    await page.locator('pre').waitFor();
  },
  'live-publish': async (page) => {
    await listen(page);
    await page.getByRole('link', { name: 'Publish a message' }).click();
    await page.getByRole('textbox', { name: /^message/ }).fill('{"booked":"oslo-bergen"}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Success', { exact: true }).waitFor();
  },
  manifest: (page) => showManifest(page, MANIFEST),
  'manifest-changes': async (page) => {
    await showManifest(page, MANIFEST);
    await edit(page, MANIFEST.replace('cache: 10m', 'cache: 1h').replace('find_hotel', 'find_hostel'));
  },
  'manifest-problems': async (page) => {
    await showManifest(page, MANIFEST);
    await edit(page, MANIFEST.replace('cache: 10m', 'cache: soon').replace('confirm: true', 'confrim: true'));
  },
};

const README = { page: 'activity-call', width: 1160, height: 560 };

try {
  mkdirSync(isReadme ? join(ROOT, 'docs') : folder, { recursive: true });
  for (const colorScheme of isReadme ? (['light'] as const) : (['light', 'dark'] as const)) {
    const browser = await openBrowser({ colorScheme });
    try {
      if (isReadme) {
        await shoot(
          await browser.context.newPage(),
          README.page,
          README.width,
          README.height,
          join(ROOT, 'docs/console.png'),
        );
        continue;
      }
      for (const width of [390, 900, 1400]) {
        for (const name of Object.keys(PAGES)) {
          const page = await browser.context.newPage();
          await shoot(
            page,
            name,
            width,
            width === 390 ? 800 : 900,
            join(folder, `${name}-${width}-${colorScheme}.png`),
          );
          if (readFileSync(config, 'utf8') !== MANIFEST) await edit(page, MANIFEST);
          await page.close();
        }
      }
    } finally {
      await browser.close();
    }
  }
} finally {
  await server.stop();
  await redis.stop();
  rmSync(own, { recursive: true });
}

/** Listens to a channel and a stream, and sends messages. */
async function listen(page: Page): Promise<void> {
  await page.goto(`${server.url}/#/live`);
  for (const [kind, name] of [
    ['channel', 'bookings'],
    ['stream', 'journeys'],
  ] as const) {
    await page.getByLabel('Listen to a').selectOption(kind);
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await page.getByRole('listitem').filter({ hasText: name }).getByText('Listening').waitFor();
  }
  await server.call('pubsub_publish', { channel: 'bookings', message: 'the service starts' });
  await server.call('stream_append', {
    stream: 'journeys',
    event: { booked: 'oslo-bergen', seats: ['12A'] },
  });
  const message = { journey: 'bergen-voss', passengers: [{ name: 'ada', age: 36 }], paid: true };
  await server.call('pubsub_publish', { channel: 'bookings', message });
  await page.getByRole('link', { name: 'passengers' }).waitFor();
  await page.getByRole('link', { name: 'oslo-bergen' }).waitFor();
}

/** Opens the page of the manifest when the server has loaded this text. */
async function showManifest(page: Page, text: string): Promise<void> {
  await page.goto(`${server.url}/#/manifest`);
  await page.getByText('Kinds of tools').waitFor();
  if (readFileSync(config, 'utf8') !== text) await edit(page, text);
}

/** Changes the manifest, and waits until the page shows what came of it. */
async function edit(page: Page, text: string): Promise<void> {
  const newest = (): Promise<unknown> => page.evaluate("document.querySelector('.reloads time')?.dateTime");
  const before = await newest();
  writeFileSync(config, text);
  await waitFor(async () => (await newest()) !== before, { what: 'the reload of the manifest' });
}

async function shoot(page: Page, name: string, width: number, height: number, path: string): Promise<void> {
  await page.setViewportSize({ width, height });
  await PAGES[name]?.(page);
  await page.waitForLoadState('networkidle', { timeout: 500 }).catch(() => undefined);
  await page.screenshot({ path });
}

/** Opens the metrics of the last five minutes. */
async function showMetrics(page: Page, tool = ''): Promise<void> {
  await page.goto(`${server.url}/#/metrics${tool && `/${tool}`}`);
  await page.getByRole('button', { name: '5 min', exact: true }).click();
  await page.getByRole('heading', { name: 'Tools in the last 5 minutes' }).waitFor();
}

/** Makes calls for a minute, so that the charts have several points. The server measures Redis, because the metrics are read. */
async function load(): Promise<void> {
  const cities = ['Oslo', 'Bergen', 'Voss', 'Bodø', 'Molde', 'Narvik'];
  const endsAt = performance.now() + 60_000;
  for (let round = 0; performance.now() < endsAt; round++) {
    const busy = 1 + Math.round(6 * Math.sin(round / 60) ** 2);
    const reads = Array.from({ length: busy }, (_, n) => server.call('cache_get', { key: `city-${n}` }));
    const city = cities[round % 5 === 0 ? round % cities.length : 0];
    await Promise.all([...reads, server.call('weather', { city: `${city} ${Math.floor(round / 400)}` })]);
    if (round % 9 === 0) await server.call('find_hotel', { city });
    if (round % 14 === 0) await server.call('weather', { days: 99 });
    if (round % 20 === 0) await server.call('import_stations', { country: 'NO' });
    if (round % 50 === 0) await (await fetch(`${server.url}/console/metrics`)).arrayBuffer();
    await sleep(50);
  }
}

/** Makes calls that the pages show. */
async function fill(): Promise<void> {
  const calls: [string, object][] = [
    ['session_create', { data: { user: 'ada', cart: ['oslo-bergen'] } }],
    ['cache_set', { key: 'greeting', value: 'hello' }],
    ['cache_get', { key: 'greeting' }],
    ['weather', { city: 'Oslo' }],
    ['weather', { city: 'Oslo' }],
    ['weather', { city: 'Bergen', days: 99 }],
    ['queue_add', { queue: 'bookings', payload: { journey: 'oslo-bergen', passengers: 2 } }],
    ['queue_add', { queue: 'bookings', payload: { journey: 'bergen-voss', passengers: 1 } }],
    ['queue_take', { queue: 'bookings' }],
    ['lock_acquire', { name: 'timetable', owner: 'importer', ttl: 3600 }],
    ['rate_limit_sliding_window', { identifier: 'ada', limit: 10, window_seconds: 3600 }],
    ['find_hotel', { city: 'Bergen' }],
    ['import_stations', { country: 'NO' }],
    ['hash_set', { key: 'seats', mapping: { '12A': 'ada' } }],
    ['session_get', { session_id: '5f0c6d1e-6f6e-4a43-9b51-0b8f9a3b9a3e' }],
    ['stream_append', { stream: 'journeys', event: { booked: 'oslo-bergen' } }],
  ];
  for (const [tool, params] of calls) await server.call(tool, params);
}
