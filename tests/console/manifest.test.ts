import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import type { ManifestReport } from '../../lib/http/manifest-report.ts';
import { folderWith } from '../helpers/folder.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { ATTACK, faultsOf, useBrowser } from './browser.ts';

const browser = useBrowser({ reducedMotion: 'reduce' });

const tool = (name: string, more = ''): string =>
  `  - { name: ${name}, description: says ${name}, script: { command: echo, args: [${name}] }${more} }\n`;

const FIRST = `name: shop
version: 1.2.3
include: [more/tools.yaml, builtin:redis]
guards: { retry: 3 }
toolsets: { sales: [sell, refund] }
tools:
${tool('sell', ', cache: 10m')}${tool('refund')}`;

for (const program of PROGRAMS) {
  describe(`the page Manifest, served by ${program.name}`, () => {
    const folder = folderWith({
      'gantz.yaml': FIRST,
      'more/tools.yaml': `tools:\n${tool('stock')}toolsets:\n  empty: [nothing_*]\n`,
    });
    const config = join(folder, 'gantz.yaml');
    let server: TestServer;
    let page: Page;
    const start = (env: Record<string, string> = {}): Promise<TestServer> =>
      startServer([], { config, program: program.path, env: { REDIS_URL: 'unix:///nonexistent', ...env } });
    const reportOf = async ({ url }: TestServer): Promise<ManifestReport> =>
      (await (await fetch(`${url}/console/manifest/report`)).json()) as ManifestReport;
    /** Changes the manifest, and waits until the server has read it. */
    const edit = async (text: string, of = server): Promise<ManifestReport['reloads'][number]> => {
      const last = (await reportOf(of)).reloads[0]?.id ?? 0;
      writeFileSync(config, text);
      let report: ManifestReport | undefined;
      await waitFor(async () => ((report = await reportOf(of)).reloads[0]?.id ?? 0) > last, {
        what: () => `the reload; stderr: ${of.stderr()}`,
      });
      const [newest] = report?.reloads ?? [];
      assert.ok(newest);
      return newest;
    };
    const section = (name: string): Locator => page.getByRole('region', { name, exact: true });
    const reload = (index: number): Locator => page.locator('.reloads > li').nth(index);

    before(async () => {
      server = await start();
      page = await browser.context.newPage();
      await page.goto(`${server.url}/#/manifest`);
    });
    after(async () => {
      await page.close();
      await server.stop();
    });

    it('shows the files, the version, and how many tools there are of each kind', async () => {
      await page.getByRole('heading', { name: 'shop', exact: true }).waitFor();
      const facts = (await page.locator('.facts').textContent()) ?? '';
      assert.match(facts, /Version1\.2\.3/);
      assert.match(facts, /Filesgantz\.yaml, more\/tools\.yaml, builtin:redis$/);
      assert.doesNotMatch(facts, new RegExp(folder));
      await section('Kinds of tools').getByRole('row', { name: 'script 3' }).first().waitFor();
      await section('Guards').getByRole('row', { name: 'cache 1' }).first().waitFor();
      await section('Default guards').getByText('"attempts":3').waitFor();
      await section('Toolsets').getByRole('row', { name: 'sales 2' }).first().waitFor();
      await page.getByText('Nothing has changed since the server started').waitFor();
    });

    it('shows warnings with their place and source line', async () => {
      const problems = section('Problems');
      await problems.getByText('warning', { exact: true }).last().waitFor();
      await problems.getByText('"nothing_*" in the toolset "empty" matches no tool').waitFor();
      await problems.getByText('more/tools.yaml:4:11').waitFor();
      assert.equal(
        await problems.locator('pre').last().textContent(),
        '4 |   empty: [nothing_*]\n  |           ^',
      );
    });

    it('lists what an edit changed, while the page is open', async () => {
      await edit(
        FIRST.replace('says sell', 'sells')
          .replace('cache: 10m', 'cache: 1h, parameters: { to: string }')
          .replace(tool('refund'), tool('return_goods'))
          .replace('1.2.3', '1.3.0'),
      );
      await reload(0).getByText('loaded', { exact: true }).waitFor();
      await reload(0).getByText('Added return_goods').waitFor();
      await reload(0).getByText('Removed refund').waitFor();
      await reload(0).getByText('Changed sell: description, parameters, guards').waitFor();
      await reload(0).getByText('Changed of the manifest: version').waitFor();
      await section('Problems').getByText('"refund" in the toolset "sales" matches no tool').waitFor();
    });

    it('says on every page that an edit failed, and shows why, while the tools stay', async () => {
      await page.goto(`${server.url}/#/tools`);
      await page.getByRole('link', { name: /^sell/ }).waitFor();
      const failed = await edit(FIRST.replace('cache: 10m', 'cache: soon'));
      assert.equal(failed.success, false);
      const banner = page
        .getByRole('status')
        .filter({ hasText: 'The last change of the manifest has errors' });
      for (const path of ['tools', 'activity', 'state', 'live', 'tools/sell']) {
        await page.goto(`${server.url}/#/${path}`);
        await banner.waitFor();
      }
      assert.deepEqual(await faultsOf(page), [], 'with the notice');
      await page.getByRole('link', { name: 'Show the errors' }).click();
      await page.getByText('The server goes on with the tools that it loaded before').waitFor();
      const problems = section('Problems').first();
      await problems.getByText('gantz.yaml:7:', { exact: false }).waitFor();
      await problems.getByText(/`cache` must be a duration .* not the text "soon"/).waitFor();
      await problems.locator('pre').filter({ hasText: 'cache: soon' }).waitFor();
      await problems.getByText('Write 30 or 30s (seconds)').waitFor();
      await reload(0)
        .getByText(/; the tools stayed as they were/)
        .click();
      await reload(0).locator('pre').filter({ hasText: 'cache: soon' }).waitFor();
      assert.equal((await server.call('return_goods')).result['output'], 'return_goods');
      assert.deepEqual(await faultsOf(page), [], 'with problems');
    });

    it('takes the notice back when the file is as before', async () => {
      await page.goto(`${server.url}/#/tools`);
      const banner = page.getByText('The last change of the manifest has errors');
      await banner.waitFor();
      const fixed = await edit(
        FIRST.replace('says sell', 'sells')
          .replace('cache: 10m', 'cache: 1h, parameters: { to: string }')
          .replace(tool('refund'), tool('return_goods'))
          .replace('1.2.3', '1.3.0'),
      );
      assert.equal(fixed.success, true);
      await banner.waitFor({ state: 'detached' });
      await page.goto(`${server.url}/#/manifest`);
      await reload(0).getByText('The tools of this server are the same as before').waitFor();
    });

    it('says that the file is missing, without its path on the machine', async () => {
      renameSync(config, `${config}.away`);
      await reload(0).getByText('The manifest "gantz.yaml", which -c names, does not exist').waitFor();
      renameSync(`${config}.away`, config);
      await reload(0).getByText('loaded', { exact: true }).waitFor();
      const text = JSON.stringify(await reportOf(server));
      assert.ok(!text.includes(folder), text);
    });

    it('shows no secrets of a line, and hostile names as text', async () => {
      await edit(`name: ${JSON.stringify(ATTACK)}
env: { API_KEY: 'sk-0123', wrong: [1] }
tools:
  - { name: sell, description: d, script: { shell: "curl -H 'Authorization: Bearer abc.def' redis://u:pw1@h" }, cache: soon }
  - name: ${JSON.stringify(ATTACK)}
    description: d
    password: hunter2
`);
      await section('Problems').first().getByText('gantz.yaml:2:').first().waitFor();
      const text = JSON.stringify(await reportOf(server));
      for (const secret of ['sk-0123', 'abc.def', 'pw1', 'hunter2']) assert.ok(!text.includes(secret), text);
      assert.match((await page.locator('main').textContent()) ?? '', /\[hidden\]/);
      assert.equal(await page.evaluate('globalThis.attacked'), undefined);
      assert.equal(await page.locator('img, main script, a[href^="javascript"]').count(), 0);
      await edit(`name: ${JSON.stringify(`${ATTACK}\u001b[31m`)}\ntools:\n${tool('sell')}`);
      await page.getByRole('heading', { name: '\\u001b[31m' }).waitFor();
      assert.equal(await page.evaluate('globalThis.attacked'), undefined);
    });

    it('keeps the last 20 reloads', async () => {
      for (let version = 0; version < 22; version++)
        await edit(`name: shop\nversion: v${version}\ntools:\n${tool('sell')}`);
      const { reloads } = await reportOf(server);
      assert.equal(reloads.length, 20);
      const ids = reloads.map(({ id }) => id);
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => b - a),
      );
      await page.getByText('v21').waitFor();
      assert.equal(await page.locator('.reloads > li').count(), 20);
      assert.deepEqual(await faultsOf(page), []);
    });

    it('tells a client nothing about tools that the options hide', async () => {
      const some = `name: shop\ntoolsets: { t: [sell, hidden_*, typo_hidden] }\ntools:\n`;
      writeFileSync(config, `${some}${tool('sell')}${tool('hidden_one')}`);
      const limited = await start({ GANTZ_TOOLS: 'sell' });
      try {
        const loaded = await edit(
          `${some}${tool('sell', ', cache: 1h')}${tool('hidden_two', ', cache: 1h')}`,
          limited,
        );
        assert.deepEqual(loaded.success && loaded.changes.changed, [{ tool: 'sell', parts: ['guards'] }]);
        const failed = await edit(
          `${some}${tool('sell', ', cache: soon')}${tool('hidden_two', ', retry: soon')}${tool('hidden_two')}`,
          limited,
        );
        assert.ok(!failed.success);
        assert.deepEqual(
          failed.problems.shown.map(({ tool: name, source }) => [name, source]),
          [['sell', undefined]],
        );
        assert.ok(failed.problems.hidden >= 2);
        const report = await reportOf(limited);
        assert.equal(report.problems.shown.length, 1);
        const facts = await (await fetch(`${limited.url}/console/manifest`)).text();
        assert.doesNotMatch(JSON.stringify(report) + facts, /hidden_/);
        await page.goto(`${limited.url}/#/manifest`);
        await section('Problems')
          .first()
          .getByText(/\d more problems are not shown/)
          .waitFor();
      } finally {
        await limited.stop();
      }
    });

    it('needs the token, and is absent with --no-console', async () => {
      writeFileSync(config, FIRST);
      const locked = await start({ GANTZ_AUTH_TOKEN: 't' });
      const plain = await startServer(['--no-console'], { config, program: program.path });
      try {
        const path = '/console/manifest/report';
        assert.equal((await fetch(`${locked.url}${path}`)).status, 401);
        assert.equal((await fetch(`${plain.url}${path}`)).status, 404);
      } finally {
        await locked.stop();
        await plain.stop();
      }
    });
  });
}
