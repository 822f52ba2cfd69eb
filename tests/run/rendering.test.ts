import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { GlobalOptions } from '../../lib/contract/context.ts';
import { renderCatalogue } from '../../lib/run/open.ts';

let folder: string;
let caches: string;
let renders: number;
let notices: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantz-'));
  caches = join(folder, 'caches');
  renders = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Renders the names of the tools of gantz.yaml in the folder. */
async function names(options: GlobalOptions = {}, what = 'names'): Promise<string> {
  notices = [];
  return await renderCatalogue(
    {
      process: { env: {}, cwd: () => folder },
      options,
      notice: (text) => void notices.push(text),
      cacheFolder: caches,
    },
    what,
    ({ tools }) => {
      renders++;
      return tools.map(({ name }) => name).join(' ');
    },
  );
}

const tool = (name: string, more = ''): string =>
  `  - { name: ${name}, description: d, script: { shell: 'echo \${HOME}' }${more} }\n`;

function write(tools: string, more = '', file = 'gantz.yaml'): void {
  writeFileSync(join(folder, file), `name: x\n${more}tools:\n${tools}`);
}

test('a text is made of a manifest once, for each name', async () => {
  write(tool('one') + tool('two'));
  for (const _ of [1, 2, 3]) assert.equal(await names(), 'one two');
  assert.equal(renders, 1);
  await names({}, 'others');
  assert.equal(renders, 2);
});

test('a text is made again after a change of the manifest or of an included one', async () => {
  write(tool('base'), 'include: [more.yaml]\n');
  write(tool('one'), '', 'more.yaml');
  assert.match(await names(), /one/);
  assert.match(await names(), /one/);
  assert.equal(renders, 1);
  write(tool('two'), '', 'more.yaml');
  assert.match(await names(), /two/);
  write(tool('base') + tool('three'), 'include: [more.yaml]\n');
  assert.match(await names(), /three/);
  rmSync(join(folder, 'more.yaml'));
  await assert.rejects(names(), /more\.yaml/);
});

test('options that choose tools get their own tools', async () => {
  write(tool('one') + tool('two', ', annotations: { readOnlyHint: true }'), 'toolsets: { first: [one] }\n');
  assert.equal(await names(), 'one two');
  assert.equal(await names({ tools: 't*' }), 'two');
  assert.equal(await names({ toolset: 'first' }), 'one');
  assert.equal(await names({ readOnly: true }), 'two');
  assert.equal(await names(), 'one two');
  await assert.rejects(names({ toolset: 'second' }), /no toolset/);
});

test('warnings and the notice about hidden names are written as without the cache', async () => {
  write(tool('one', ', colour: red'));
  for (const _ of [1, 2]) {
    await names();
    assert.match(notices.join(), /colour/);
  }
  write(tool('cache_get'));
  await names({ config: folder });
  assert.deepEqual(notices, []);
  await names();
  assert.match(notices.join(), /replaces bundled tools/);
});

test('a damaged text is made again', async () => {
  write(tool('one'));
  await names();
  const kept = join(caches, 'manifests');
  for (const name of readdirSync(kept)) writeFileSync(join(kept, name), 'nonsense');
  assert.equal(await names(), 'one');
  assert.equal(renders, 2);
});

test('two at a time make the same text', async () => {
  write(tool('one'));
  assert.deepEqual(await Promise.all([names(), names()]), ['one', 'one']);
  assert.equal(await names(), 'one');
});

test('nothing is kept of the bundled manifest, which is part of the program', async () => {
  assert.match(await names({ config: 'builtin:redis' }), /cache_get/);
  assert.match(await names({ config: 'builtin:redis' }), /cache_get/);
  assert.equal(renders, 2);
});
