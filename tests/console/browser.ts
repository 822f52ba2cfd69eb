import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

/** Names of Chrome on the PATH. Debian's smallest package has the last one. */
const NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'chromium',
  'chromium-browser',
  'chromium-headless-shell',
] as const;

/** The sandbox needs rights that root and containers do not have. The others keep Chrome from calling its maker. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Sets `window.attacked` when a page runs any part of it. */
export const ATTACK =
  '<img src=x onerror="attacked=1"><script>attacked=1</script><a href="javascript:attacked=1">x</a>';

/** A running browser with a profile of its own. */
type TestBrowser = { context: BrowserContext; close(): Promise<void> };

const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Returns the path of the browser of the tests. */
function findBrowser(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), MAC];
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error('The tests need Chrome or Chromium on PATH: run bin/setup tests.');
  return found;
}

/** Starts a browser that the caller closes. */
export async function openBrowser(options: BrowserContextOptions = {}): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'gantz-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findBrowser(),
    headless: true,
    args: FLAGS,
    ...options,
  });
  context.setDefaultTimeout(60_000);
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Starts a browser before the tests of this file, and closes it after them. */
export function useBrowser(options: BrowserContextOptions = {}): { readonly context: BrowserContext } {
  let browser: TestBrowser | undefined;
  before(async () => {
    browser = await openBrowser(options);
  });
  after(() => browser?.close());
  return {
    get context() {
      if (!browser) throw new Error('The browser of useBrowser runs only while tests run');
      return browser.context;
    },
  };
}

/** Returns what axe finds serious or critical on a page. */
export async function seriousFor(page: Page): Promise<string[]> {
  // The policy of the page refuses script tags, but not this.
  await page.evaluate(AXE);
  return await page.evaluate(async () => {
    type Axe = {
      run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
    };
    const axe = Reflect.get(globalThis, 'axe') as Axe;
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
}

/** Returns what is wrong with a page that is shown light and dark, on a wide screen and on one of 390 pixels. */
export async function faultsOf(page: Page): Promise<string[]> {
  const faults: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1400, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const found = await seriousFor(page);
      const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth');
      if (scrolled > width) found.push(`it is ${scrolled} px wide`);
      faults.push(...found.map((fault) => `${width} px, ${colorScheme}: ${fault}`));
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  return faults;
}
