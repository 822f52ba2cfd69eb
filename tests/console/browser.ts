import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core';

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
  context.setDefaultTimeout(15_000);
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
