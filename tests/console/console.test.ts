import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { folderWith } from '../helpers/folder.ts';
import { startServer as startOrigin } from '../helpers/http-server.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { settled, waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { ATTACK, seriousFor, useBrowser } from './browser.ts';

const MANIFEST = JSON.stringify({
  name: `attack ${ATTACK}`,
  include: ['builtin:redis'],
  toolsets: { own: ['order', 'slow'], [ATTACK]: ['hostile'] },
  tools: [
    {
      name: 'order',
      description: 'Orders goods. See https://example.com/goods.',
      parameters: {
        goods: {
          type: 'array',
          required: true,
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string', description: 'the name of the goods' },
              count: { type: 'integer', minimum: 1 },
              colours: { type: 'array', items: { type: 'string', enum: ['red', 'green'] } },
            },
          },
        },
        note: { type: ['string', 'null'] },
        express: { type: 'boolean', default: false },
        extra: { description: 'any value' },
      },
      script: { command: 'cat', stdin: '{{goods}} {{note}} {{express}} {{extra}}' },
    },
    {
      name: 'slow',
      description: 'Prints two lines, and then sleeps.',
      parameters: {},
      script: { shell: 'echo one; echo two; sleep 600' },
    },
    {
      name: 'pay',
      description: 'Pays. The script prints the number of the card.',
      parameters: { card: { type: 'string', secret: true }, amount: { type: 'number' } },
      confirm: true,
      script: { command: 'printf', args: ['%s', 'paid by {{card}}'] },
    },
    {
      name: 'hostile',
      title: ATTACK,
      description: `${ATTACK} \u001b[31m \u202e javascript:attacked=1`,
      parameters: { constructor: { type: 'string', description: ATTACK, default: ATTACK } },
      script: { command: 'printf', args: ['%s', '{{constructor}}'] },
    },
    {
      name: 'large',
      description: 'Prints 5 MB without a line break.',
      parameters: {},
      script: { shell: "head -c 5000000 /dev/zero | tr '\\0' x" },
    },
  ],
});

/** What a page of another origin tries. */
const FOREIGN = `async (url) => {
  const attempt = (path, init) =>
    fetch(url + path, init).then(async (response) => response.status + (await response.text()), () => 'refused');
  const call = { method: 'POST', body: '{"tool":"cache_set","params":{"key":"foreign","value":"x"}}' };
  await fetch(url + '/mcp/tools/call', { ...call, mode: 'no-cors' });
  const frame = document.createElement('iframe');
  frame.src = url;
  document.body.append(frame);
  await new Promise((resolve) => frame.addEventListener('load', resolve));
  return [
    await attempt('/'),
    await attempt('/console/activity'),
    await attempt('/console/manifest'),
    await attempt('/mcp/tools/call', call),
  ];
}`;

const redis = useRedis();
const browser = useBrowser({ reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] });

for (const program of PROGRAMS) {
  describe(`the console, served by ${program.name}`, () => {
    const config = join(folderWith({ 'gantz.yaml': MANIFEST }), 'gantz.yaml');
    let server: TestServer;
    let page: Page;
    /** What the pages wrote as errors, refusals of the policy included. */
    const errors: string[] = [];
    const start = (words: readonly string[] = [], env: Record<string, string> = {}): Promise<TestServer> =>
      startServer(words, {
        config,
        program: program.path,
        env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: `console-${PROGRAMS.indexOf(program)}`, ...env },
      });
    before(async () => {
      server = await start();
      page = await open(server.url);
    });
    after(async () => {
      await page.close();
      await server.stop();
    });

    async function open(url: string): Promise<Page> {
      const opened = await browser.context.newPage();
      opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      opened.on('pageerror', (error) => errors.push(error.message));
      await opened.goto(url);
      return opened;
    }

    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const show = async (path: string): Promise<void> => {
      await page.goto(`${server.url}/#/${path}`);
    };

    it('finds a tool with the keyboard, and runs it from its form', async () => {
      await show('tools');
      await page.getByRole('link', { name: /^order/ }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('set cached value');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'cache_set', exact: true }).waitFor();
      await page.getByLabel('key', { exact: false }).first().fill('greeting');
      await page.getByRole('textbox', { name: /^value/ }).fill('{"to": [1.50]}');
      await page.getByText('Sent as an object').waitFor();
      await page.keyboard.press('Control+Enter');
      await page.getByText('Success', { exact: true }).waitFor();
      const { result } = await server.call('cache_get', { key: 'greeting' });
      assert.deepEqual(result['value'], { to: [1.5] });
      await page.getByText('The same call in a shell').click();
      await page.getByRole('button', { name: 'Copy Shell' }).click();
      const copied = await page.evaluate('navigator.clipboard.readText()');
      assert.equal(copied, `gantz cache set '{"key":"greeting","value":{"to": [1.50]}}'`);
    });

    it('shows what the server refuses at its field, and focuses the first one', async () => {
      await show('tools/order');
      await button('Run').click();
      const goods = page.getByRole('group', { name: /^goods/ });
      await goods.getByText('is required').waitFor();
      await button('Add an item to goods').click();
      await page.getByRole('textbox', { name: /^count/ }).fill('0');
      await button('Run').click();
      const count = page.getByRole('textbox', { name: /^count/ });
      await page.getByText('must be >= 1').first().waitFor();
      assert.equal(await count.getAttribute('aria-invalid'), 'true');
      const described = (await count.getAttribute('aria-describedby')) ?? '';
      assert.match(
        (await page.locator(`[id="${described.split(' ')[0] ?? ''}"]`).textContent()) ?? '',
        /must be >= 1/,
      );
      const focused = await page.evaluate<string>('document.activeElement.id');
      assert.match(focused, /^field\/goods\/0\/(name|count)$/);
    });

    it('sends nested objects, arrays, enums, null and defaults', async () => {
      await show('tools/order');
      await page.getByRole('textbox', { name: /^name/ }).fill('tea');
      await page.getByRole('textbox', { name: /^count/ }).fill('2');
      await button('Add an item to colours').click();
      await page.getByRole('combobox', { name: /^1/ }).selectOption('green');
      await page.getByRole('checkbox', { name: 'null' }).check();
      await page.getByRole('combobox', { name: /^express/ }).selectOption('true');
      await button('JSON').click();
      const json = await page.getByLabel('Parameters as JSON').inputValue();
      assert.deepEqual(JSON.parse(json), {
        goods: [{ name: 'tea', count: 2, colours: ['green'] }],
        note: null,
        express: true,
      });
      await button('Form').click();
      await button('Run').click();
      await page.getByText('Success', { exact: true }).waitFor();
      await page.locator('.run pre').getByText('tea').waitFor();
    });

    it('shows the events of a call as they come, and cancels it', async () => {
      await show('tools/slow');
      await button('Run').click();
      await page.getByRole('listitem').filter({ hasText: 'stdout: two' }).waitFor();
      await button('Cancel').click();
      await page.getByText('Cancelled', { exact: true }).waitFor();
      await show('activity');
      await page.getByRole('row').filter({ hasText: 'slow' }).filter({ hasText: 'CANCELLED' }).waitFor();
    });

    it('asks before a tool with confirm, and shows no secret', async () => {
      await show('tools/pay');
      const card = page.getByLabel('card', { exact: false }).first();
      assert.equal(await card.getAttribute('type'), 'password');
      await card.fill('4000-1234');
      await button('Run').click();
      await button('Do not run it').click();
      assert.equal(await page.getByText('Success', { exact: true }).count(), 0);
      await button('Run').click();
      await page.getByRole('dialog').getByText('[secret]').waitFor();
      await button('Run it').click();
      await page.getByText('Success', { exact: true }).waitFor();
      await show('activity');
      await page.getByRole('link', { name: 'pay', exact: true }).first().click();
      await page.getByText('paid by [secret]').waitFor();
      assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /4000-1234/);
    });

    it('loses no digit of a number in the question before a call, and between JSON and the form', async () => {
      const large = '12345678901234567890';
      await show('tools/pay');
      await button('Clear').click();
      await page.getByRole('textbox', { name: /^amount/ }).fill(large);
      await button('Run').click();
      await page.getByRole('dialog').locator('pre').getByText(large).waitFor();
      await button('Run it').click();
      await page.getByText(`${large} would lose digits`, { exact: true }).waitFor();
      await button('JSON').click();
      await page.getByLabel('Parameters as JSON').fill(`{"amount": ${large}}`);
      await button('Form').click();
      assert.equal(await page.getByRole('textbox', { name: /^amount/ }).inputValue(), large);
      await button('Clear').click();
    });

    it('shows the names of all pages in a narrow window', async () => {
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        for (const link of await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').all()) {
          const { x, width: own } = (await link.boundingBox()) ?? { x: 0, width: Infinity };
          assert.ok(x >= 0 && x + own <= width, `${await link.textContent()} at ${width} px`);
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    it('lists the calls of other clients when they end, with parameters and answer', async () => {
      await show('activity');
      await page
        .getByRole('status')
        .filter({ hasText: /^Live$/ })
        .waitFor();
      const id = '00000000-0000-4000-8000-000000000000';
      await server.call('session_update', { session_id: id, data: {} });
      const row = page.getByRole('row').filter({ hasText: 'session_update' });
      await row.getByText('NOT_FOUND').waitFor();
      await row.click();
      await page.locator('.detail pre').getByText(id).first().waitFor();
      await page.locator('.detail').getByText('nothing changed').waitFor();
      await page.getByLabel('Failures only').check();
      assert.equal(await page.getByRole('row').filter({ hasText: 'OK' }).count(), 0);
      await page.getByLabel('Failures only').uncheck();
    });

    it('has no feed while the page is hidden, and gets the calls since then when it is seen', async () => {
      await show('activity');
      const see = (hidden: boolean): Promise<unknown> =>
        page.evaluate(
          `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));`,
        );
      await page
        .getByRole('status')
        .filter({ hasText: /^Live$/ })
        .waitFor();
      const closed = page.waitForEvent('requestfailed', (request) =>
        request.url().endsWith('/console/activity'),
      );
      await see(true);
      await closed;
      await server.call('cache_exists', { key: 'a' });
      assert.equal(await page.getByRole('row').filter({ hasText: 'cache_exists' }).count(), 0);
      await see(false);
      await page.getByRole('row').filter({ hasText: 'cache_exists' }).first().waitFor();
    });

    it('browses what tools have written, by kind and by the beginning of the name', async () => {
      await server.call('cache_set', { key: 'greet', value: { to: ['you'] }, ttl: 100 });
      await server.call('cache_set', { key: 'gre*', value: 1 });
      await server.call('hash_set', { key: 'seats', mapping: { '12A': 'ada' } });
      await server.call('lock_acquire', { name: 'timetable', owner: 'importer', ttl: 600 });
      await server.call('session_create', { data: { user: 'ada' } });
      await server.call('sorted_set_add', { key: 'scores', members: [{ member: 'ada', score: 7 }] });
      await server.call('list_push', { key: 'log', values: ['first line'] });
      await server.call('set_add', { key: 'colours', members: ['red'] });
      await server.call('rate_limit_sliding_window', { identifier: 'ada', limit: 10, window_seconds: 60 });
      await show('state');
      await page.getByRole('link', { name: 'greet', exact: true }).waitFor();
      await page.getByLabel('Names that begin with').fill('gre*');
      await page.getByRole('link', { name: 'greet', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'gre*', exact: true }).waitFor();
      await page.getByLabel('Names that begin with').fill('');
      await page.getByRole('link', { name: 'greet', exact: true }).click();
      await page.locator('.detail pre').getByText('"you"').waitFor();
      const ttl = page.getByRole('row').filter({ hasText: 'greet' }).locator('td').nth(2);
      const first = await ttl.textContent();
      await waitFor(async () => (await ttl.textContent()) !== first, { what: 'a shorter time to live' });
      const kinds: [kind: string, name: string, shown: string][] = [
        ['Hashes', 'seats', 'ada'],
        ['Locks', 'timetable', 'importer'],
        ['Sorted sets', 'scores', 'ada'],
        ['Lists', 'log', 'first line'],
        ['Sets', 'colours', 'red'],
        ['Rate limits', 'ada', 'allowed'],
      ];
      for (const [kind, name, shown] of kinds) {
        await page.getByRole('link', { name: kind, exact: true }).click();
        await page.getByRole('link', { name, exact: true }).click();
        await page.locator('.detail').getByText(shown, { exact: true }).waitFor();
      }
      await page.getByRole('link', { name: 'Sessions', exact: true }).click();
      await page.locator('.list td a').first().click();
      await page.locator('.detail').getByText('Revision').waitFor();
      await page.locator('.detail pre').getByText('"ada"').waitFor();
      // The page reads by calls; Activity does not list these.
      await show('activity');
      await page.getByRole('row').filter({ hasText: 'sorted_set_add' }).first().waitFor();
      assert.equal(await page.getByRole('row').filter({ hasText: 'state_list' }).count(), 0);
    });

    it('shows a queue that drains, makes dead jobs ready again, and shows a stream that grows', async () => {
      for (const order of ['first', 'second'])
        await server.call('queue_add', { queue: 'orders', payload: { order }, max_attempts: 1 });
      await show('state/queue/orders');
      await page.getByText('{"order":"second"}').waitFor();
      await page.getByRole('button', { name: 'ready 2' }).waitFor();
      const { result } = await server.call('queue_take', { queue: 'orders' });
      const [{ receipt } = { receipt: '' }] = result['jobs'] as { receipt: string }[];
      await page.getByRole('button', { name: 'taken 1' }).waitFor();
      await server.call('queue_nack', { queue: 'orders', receipts: [receipt], error: 'no stock' });
      await page.getByRole('button', { name: 'dead 1' }).click();
      await page.getByText('1 of 1 attempts: no stock').click();
      await page.locator('pre').getByText('"no stock"').waitFor();
      await button('Make ready again').click();
      await page.getByText('1 job is ready again').waitFor();
      await page.getByRole('button', { name: 'ready 2' }).waitFor();
      await server.call('stream_append', { stream: 'news', event: { text: 'one' } });
      await show('state/stream/news');
      await page.getByText('{"text":"one"}').waitFor();
      await server.call('stream_append', { stream: 'news', event: { text: 'two' } });
      await page.getByText('{"text":"two"}').waitFor();
    });

    it('shows hostile names, descriptions and values as text', async () => {
      await show('tools/hostile');
      await page.getByText('\\u001b[31m').first().waitFor();
      await page.getByText('\\u202e').first().waitFor();
      await page.getByLabel('constructor', { exact: false }).first().fill(`${ATTACK}\u0085`);
      await button('Run').click();
      await page.getByText('Success', { exact: true }).waitFor();
      await page.locator('.run pre').getByText('\\u0085').waitFor();
      await server.call('cache_set', { key: ATTACK, value: ATTACK });
      await show(`state/cache/${encodeURIComponent(ATTACK)}`);
      await page.locator('.detail pre').getByText('onerror').first().waitFor();
      await show('activity');
      await page.getByRole('link', { name: 'hostile', exact: true }).first().click();
      await page.locator('.detail pre').getByText('onerror').first().waitFor();
      assert.equal(await page.evaluate('globalThis.attacked'), undefined);
      assert.equal(await page.locator('img, main script, a[href^="javascript"]').count(), 0);
    });

    it('shows the beginning of a value of 5 MB', async () => {
      await show('tools/large');
      await button('Run').click();
      await page.getByText('Only the beginning is shown').waitFor();
      assert.ok(((await page.locator('.run pre').textContent()) ?? '').length < 60_000);
      const downloaded = page.waitForEvent('download');
      await button('Download').click();
      assert.equal((await downloaded).suggestedFilename(), 'large.json');
      await show('activity');
      await page.getByRole('link', { name: 'large', exact: true }).first().click();
      await page.getByText('the answer is not kept').waitFor();
    });

    it('has nothing serious for axe, and fits into 390 pixels, light and dark', async () => {
      const paths = [
        'tools',
        'tools/order',
        'tools/hostile',
        'activity',
        'activity/1',
        'tools/nothing',
        'state',
        'state/queue/orders',
        'state/list/log',
        'state/hash/nothing',
      ];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [1400, 390]) {
          await page.setViewportSize({ width, height: 800 });
          for (const path of paths) {
            await show(path);
            await page
              .locator(path.includes('/') ? '.detail :is(h1, h2)' : '.list')
              .first()
              .waitFor();
            await page.locator('main').getByText('Loading').first().waitFor({ state: 'detached' });
            assert.deepEqual(await seriousFor(page), [], `${path} at ${width} px, ${colorScheme}`);
            const scrolled = await page.evaluate<number>('document.documentElement.scrollWidth');
            assert.ok(scrolled <= width, `${path} is ${scrolled} px wide at ${width} px`);
          }
        }
      }
      await page.setViewportSize({ width: 1280, height: 800 });
    });

    it('runs nothing that the policy of the page refuses', () => {
      const expected = /status of 4\d\d/;
      assert.deepEqual(
        errors.filter((text) => !expected.test(text)),
        [],
      );
    });

    it('gives a page of another origin nothing', async () => {
      const origin = await startOrigin(
        (response) => void response.setHeader('content-type', 'text/html').end('<p>'),
      );
      const foreign = await browser.context.newPage();
      try {
        await foreign.goto(origin.origin);
        const tried = await foreign.evaluate(`(${FOREIGN})(${JSON.stringify(server.url)})`);
        assert.deepEqual(tried, Array(4).fill('refused'));
        assert.ok(!foreign.frames().some((frame) => frame.url() === `${server.url}/`));
        const { result } = await server.call('cache_get', { key: 'foreign' });
        assert.equal(result['found'], false);
      } finally {
        await foreign.close();
        await origin.close();
      }
    });

    it('answers HTML only to a client that accepts it, compressed and with an ETag', async () => {
      const plain = await fetch(server.url);
      assert.deepEqual(
        [plain.status, plain.headers.get('content-type')],
        [404, 'application/json; charset=utf-8'],
      );
      await plain.arrayBuffer();
      const html = await fetch(server.url, { headers: { accept: 'text/html,*/*' } });
      assert.match(await html.text(), /<script type="module" src="console\/app.js">/);
      assert.match(
        html.headers.get('content-security-policy') ?? '',
        /^default-src 'none'; script-src 'self';/,
      );
      assert.equal(html.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(html.headers.get('referrer-policy'), 'no-referrer');
      let sum = 0;
      for (const path of ['/', '/console/app.js', '/console/style.css', '/console/icon.svg']) {
        const accept = 'text/html,*/*';
        const packed = await fetch(`${server.url}${path}`, {
          headers: { accept, 'accept-encoding': 'gzip' },
        });
        sum += Number(packed.headers.get('content-length'));
        const text = await packed.text();
        const whole = await fetch(`${server.url}${path}`, {
          headers: { accept, 'accept-encoding': 'identity' },
        });
        assert.equal(await whole.text(), text);
        const etag = packed.headers.get('etag') ?? '';
        const again = await fetch(`${server.url}${path}`, { headers: { accept, 'if-none-match': etag } });
        assert.deepEqual([again.status, await again.text()], [304, '']);
      }
      assert.ok(sum <= 120_000, `${sum} bytes`);
    });

    it('asks for the token when the server has one, and keeps it for the tab', async () => {
      const locked = await start([], { GANTZ_AUTH_TOKEN: 'the-token' });
      const own = await open(locked.url);
      try {
        await own.getByLabel('Token').fill('wrong');
        await own.getByRole('button', { name: 'Open the console' }).click();
        await own.getByText('The server does not accept this token.').waitFor();
        assert.deepEqual(await seriousFor(own), []);
        await own.getByLabel('Token').fill('the-token');
        await own.keyboard.press('Enter');
        await own.getByRole('link', { name: /^order/ }).waitFor();
        await own.reload();
        await own.goto(`${locked.url}/#/activity`);
        await own
          .getByRole('status')
          .filter({ hasText: /^Live$/ })
          .waitFor();
        assert.equal(await own.evaluate('localStorage.length'), 0);
        await own.getByRole('button', { name: 'Forget token' }).click();
        await own.getByLabel('Token').waitFor();
        for (const path of ['/console/manifest', '/console/activity', '/console/activity/1'])
          assert.equal((await fetch(`${locked.url}${path}`)).status, 401, path);
      } finally {
        await own.close();
        await locked.stop();
      }
    });

    it('shows only the tools that the options allow, and ends its streams when the server stops', async () => {
      const limited = await start(['--auth'], { GANTZ_READ_ONLY: '1', GANTZ_AUTH_TOKEN: 't' });
      const headers = { authorization: 'Bearer t' };
      const response = await fetch(`${limited.url}/console/manifest`, { headers });
      const { tools, toolsets } = (await response.json()) as Record<string, Record<string, unknown>>;
      assert.ok(tools && 'cache_get' in tools && !('cache_set' in tools));
      assert.deepEqual(toolsets?.['own'], []);
      const feed = await fetch(`${limited.url}/console/activity`, { headers });
      const whole = feed.text();
      assert.equal(await limited.stop(), 143);
      assert.match(await settled(whole, { what: 'the end of the feed' }), /event: calls/);
    });

    it('has no State where the options allow no tool that lists it', async () => {
      const limited = await start([], { GANTZ_TOOLS: 'cache_get,order' });
      const own = await open(`${limited.url}/#/state`);
      try {
        await own.getByRole('link', { name: /^order/ }).waitFor();
        assert.equal(await own.getByRole('link', { name: 'State', exact: true }).count(), 0);
      } finally {
        await own.close();
        await limited.stop();
      }
    });

    it('does not read by a tool that the options do not allow', async () => {
      const limited = await start([], { GANTZ_TOOLS: 'state_list' });
      const own = await open(`${limited.url}/#/state/queue/orders`);
      try {
        await own.getByText('do not allow the tool queue_peek').waitFor();
        await own.getByRole('table').waitFor();
        const metrics = await (await fetch(`${limited.url}/metrics`)).text();
        assert.doesNotMatch(metrics, /^gantz_calls_total\{tool="\(unknown\)"/m);
      } finally {
        await own.close();
        await limited.stop();
      }
    });

    it('is switched off by --no-console', async () => {
      const plain = await start(['--no-console']);
      try {
        for (const path of ['/', '/console/app.js', '/console/manifest', '/console/activity']) {
          const response = await fetch(`${plain.url}${path}`, { headers: { accept: 'text/html' } });
          assert.equal(response.status, 404, path);
        }
      } finally {
        await plain.stop();
      }
    });
  });
}
