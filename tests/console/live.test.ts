import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { settled, waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { ATTACK, faultsOf, useBrowser } from './browser.ts';

const redis = useRedis();
const browser = useBrowser({ reducedMotion: 'reduce' });

for (const program of PROGRAMS) {
  describe(`the page Live, served by ${program.name}`, () => {
    const namespace = `live-${PROGRAMS.indexOf(program)}`;
    let server: TestServer;
    let page: Page;
    const start = (words: readonly string[] = [], env: Record<string, string> = {}): Promise<TestServer> =>
      startServer(words, {
        program: program.path,
        env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace, ...env },
      });
    before(async () => {
      server = await start();
    });
    after(async () => {
      await page.close();
      await server.stop();
    });

    const open = async (url = server.url): Promise<Page> => {
      const opened = await browser.context.newPage();
      await opened.goto(`${url}/#/live`);
      await opened.getByRole('heading', { name: 'Live', exact: true }).waitFor();
      return opened;
    };
    const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
    const row = (text: string): Locator => page.getByRole('row').filter({ hasText: text });
    const source = (name: string): Locator => page.locator('.source').filter({ hasText: name });
    const listen = async (kind: string, name: string): Promise<void> => {
      await page.getByLabel('Listen to a').selectOption(kind);
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.keyboard.press('Enter');
      await source(name).getByText('Listening').waitFor();
    };
    const publish = (channel: string, message: unknown): Promise<unknown> =>
      server.call('pubsub_publish', { channel, message });
    const subscribers = async (channel: string): Promise<number> => {
      const key = `${namespace}:channel:${channel}`;
      const server = await redis.client();
      return (await server.pubSubNumSub(key))[key] ?? 0;
    };

    it('shows the messages of a channel, a pattern and a stream as they come', async () => {
      page = await open();
      await page.getByText('Listen to messages').waitFor();
      await server.call('stream_append', { stream: 'orders', event: 'before' });
      await listen('channel', 'news');
      await listen('pattern', 'wire*');
      await listen('stream', 'orders');
      await page.getByText('No messages yet').waitFor();
      await publish('news', { headline: 'calm', big: [1.5] });
      await publish('wire:9', 'alarm');
      await publish('other', 'unheard');
      await server.call('stream_append', { stream: 'orders', event: { item: 'tea' } });
      await row('news').getByText('"calm"').waitFor();
      await row('wire:9').getByText('alarm').waitFor();
      await row('orders').getByText('"tea"').waitFor();
      assert.equal(await row('before').count(), 0);
      assert.equal(await row('unheard').count(), 0);
      await row('calm').click();
      await page.locator('.detail pre').getByText('"headline"').waitFor();
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'news');
    });

    it('publishes with a form; Activity lists that, and not what the page reads', async () => {
      await page.getByRole('link', { name: 'Publish to it' }).click();
      const channel = page.getByRole('textbox', { name: /^channel/ });
      await waitFor(async () => (await channel.inputValue()) === 'news', { what: 'the name in the form' });
      await page.getByRole('textbox', { name: /^message/ }).fill('{"mine":1}');
      await button('Publish').click();
      await page.getByText('Success', { exact: true }).waitFor();
      await row('{"mine":1}').waitFor();
      await button('To a stream').click();
      await page.getByRole('textbox', { name: /^stream/ }).fill('orders');
      await page.getByRole('textbox', { name: /^event/ }).fill('by hand');
      await button('Publish').click();
      await row('by hand').waitFor();
      await page.goto(`${server.url}/#/activity`);
      await row('stream_append').first().waitFor();
      await row('pubsub_publish').first().waitFor();
      for (const tool of ['stream_read', 'pubsub_subscribe']) assert.equal(await row(tool).count(), 0);
      // The page goes on while another one is shown.
      await publish('news', 'meanwhile');
      await page.goto(`${server.url}/#/live`);
      await row('meanwhile').waitFor();
    });

    it('holds messages back and counts them, filters and clears', async () => {
      await button('Pause').click();
      for (const text of ['held one', 'held two']) await publish('news', text);
      await page.getByText('Paused; 2 new').waitFor();
      assert.equal(await row('held').count(), 0);
      await button('Continue').click();
      await row('held two').waitFor();
      await page.getByLabel('Filter messages').fill('NEWS one');
      await row('held two').waitFor({ state: 'detached' });
      await row('held one').waitFor();
      await page.getByLabel('Filter messages').fill('nothing has this');
      await button('Show all messages').click();
      await row('held two').waitFor();
      await button('Clear').click();
      await page.getByText('No messages yet').waitFor();
      await publish('news', 'after it');
      await row('after it').waitFor();
    });

    it('listens to at most three channels at a time, and to each once', async () => {
      await listen('channel', 'third');
      for (const [name, refused] of [
        ['fourth', /^At most 3 channels/],
        ['third', /^You listen to this already/],
      ] as const) {
        await page.getByLabel('Name', { exact: true }).fill(name);
        await button('Subscribe').click();
        await page.getByRole('alert').filter({ hasText: refused }).waitFor();
      }
      await button('End the subscription to channel third').click();
      await waitFor(async () => (await subscribers('third')) === 0, { what: 'the end of the subscription' });
      await listen('channel', 'fourth');
      // The tabs of a browser share its few connections.
      const other = await open();
      await other.getByLabel('Name', { exact: true }).fill('elsewhere');
      await other.keyboard.press('Enter');
      await other.getByText('Other tabs of this browser listen to 3 channels').waitFor();
      await button('End the subscription to channel fourth').click();
      await other.locator('.source').getByText('Listening').waitFor();
      await other.close();
    });

    it('says when somebody ends a subscription, and does not begin it again', async () => {
      await listen('channel', 'short');
      await server.call('pubsub_unsubscribe', { channel: 'short' });
      await row('short').getByText('Somebody ended the subscription').waitFor();
      await source('short').getByText('Ended').waitFor();
      assert.equal(await subscribers('short'), 0);
      await button('End the subscription to channel short').click();
    });

    it('shows hostile names and values as text, and the beginning of a value of 5 MB', async () => {
      const hostile = `wire${ATTACK}\u001b[31m\u202e`;
      await publish(hostile, { [ATTACK]: `${ATTACK}\u0085` });
      await row('onerror').last().click();
      await page.locator('.detail pre').getByText('\\u0085').waitFor();
      await page.locator('.detail h1').getByText('\\u001b[31m\\u202e').waitFor();
      assert.equal(await page.evaluate('globalThis.attacked'), undefined);
      assert.equal(await page.locator('img, main script, a[href^="javascript"]').count(), 0);
      await publish('news', 'x'.repeat(5_000_000));
      await row('xxxxxx').click();
      await page.getByText('Only the beginning is shown').waitFor();
      assert.ok(((await page.locator('.detail pre').textContent()) ?? '').length < 60_000);
      const downloaded = page.waitForEvent('download');
      await button('Download').click();
      assert.equal((await downloaded).suggestedFilename(), 'news.json');
      await button('Clear').click();
      await page.goto(`${server.url}/#/live`);
    });

    it('keeps the last 1,000 messages', async () => {
      const client = await redis.client();
      const channel = `${namespace}:channel:news`;
      await Promise.all(
        Array.from({ length: 1200 }, (_, index) => client.publish(channel, `"no. ${index}"`)),
      );
      await row('no. 1199').waitFor();
      await page.getByText('1000 shown').waitFor();
      assert.equal(await page.locator('tbody tr').count(), 1000);
      await button('Clear').click();
    });

    it('has nothing serious for axe, and fits into 390 pixels', async () => {
      await publish('news', { text: 'a'.repeat(500) });
      await row('aaaa').waitFor();
      for (const path of ['live', 'live/publish', 'live/nothing']) {
        await page.goto(`${server.url}/#/${path}`);
        assert.deepEqual(await faultsOf(page), [], path);
      }
      await row('aaaa').click();
      await page.locator('.detail pre').waitFor();
      assert.deepEqual(await faultsOf(page), [], 'a message');
      const fresh = await open();
      assert.deepEqual(await faultsOf(fresh), [], 'nothing yet');
      await fresh.close();
    });

    it('goes on after Redis was away, and says what may be missing', async () => {
      await page.goto(`${server.url}/#/live`);
      await redis.kill();
      await source('news').getByText('Trying again').waitFor();
      await row('news').getByText('messages that are published meanwhile are missed').waitFor();
      await source('orders').getByText('Trying again').waitFor();
      await redis.restart();
      await row('news')
        .getByText(/Subscribed again. Messages since .* may be missing/)
        .waitFor();
      await source('orders').getByText('Listening').waitFor();
      // This Redis keeps nothing on disk.
      await row('orders').getByText('Events may be missing: the stream was deleted or has expired').waitFor();
      await publish('news', 'back again');
      await row('back again').waitFor();
      await server.call('stream_append', { stream: 'orders', event: 'first of the new ones' });
      await row('first of the new ones').waitFor();
    });

    it('goes on after the server was away, which does not wait for the page when it stops', async () => {
      const { port } = server;
      assert.equal(await settled(server.stop(), { what: 'the end of the server' }), 143);
      await source('news').getByText('Trying again').waitFor();
      await source('orders').getByText('Trying again').waitFor();
      const other = await start();
      await other.call('stream_append', { stream: 'orders', event: 'while it was away' });
      await other.stop();
      server = await start(['--port', String(port)]);
      await source('news').getByText('Listening').waitFor();
      await row('news').getByText('Subscribed again').last().waitFor();
      await publish('news', 'a new server');
      await row('a new server').waitFor();
      await row('while it was away').waitFor();
      assert.equal(await page.getByText('Events may be missing').count(), 1);
    });

    it('ends its calls when the tab is closed, or shows another site', async () => {
      await waitFor(async () => (await subscribers('news')) === 1, { what: 'the subscription' });
      await page.goto('about:blank');
      await waitFor(async () => (await subscribers('news')) === 0, {
        what: 'the end of the call of the page',
      });
      await page.close();
      page = await open();
      await listen('channel', 'news');
      assert.equal(await subscribers('news'), 1);
      await page.close();
      await waitFor(async () => (await subscribers('news')) === 0, {
        what: 'the end of the call of the tab',
      });
    });

    it('offers what the options of the server allow', async () => {
      const readOnly = await start([], { GANTZ_READ_ONLY: '1' });
      page = await open(readOnly.url);
      assert.equal(await page.getByRole('link', { name: /Publish/ }).count(), 0);
      await page.goto(`${readOnly.url}/#/live/publish`);
      await page.getByText('This message is not kept').waitFor();
      await listen('channel', 'news');
      await page.close();
      await readOnly.stop();

      const streams = await start([], { GANTZ_TOOLS: 'stream_*' });
      page = await open(streams.url);
      assert.deepEqual(await page.getByLabel('Listen to a').locator('option').allTextContents(), ['Stream']);
      await page.getByRole('link', { name: 'Publish a message' }).click();
      await page.getByRole('textbox', { name: /^event/ }).waitFor();
      await page.close();
      await streams.stop();

      const none = await start([], { GANTZ_TOOLS: 'cache_*,pubsub_publish' });
      page = await browser.context.newPage();
      await page.goto(`${none.url}/#/live`);
      await page.getByRole('link', { name: /^cache_get / }).waitFor();
      assert.equal(await page.getByRole('link', { name: 'Live', exact: true }).count(), 0);
      await none.stop();
    });
  });
}
