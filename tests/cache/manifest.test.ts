import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { loadThroughCache } from '../../lib/cache/manifest.ts';
import type { Manifest } from '../../lib/contract/manifest.ts';
import { loadManifest } from '../../lib/run/manifests.ts';

let folder: string;
let caches: string;
let file: string;
let loads: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantz-'));
  caches = join(folder, 'caches');
  file = join(folder, 'gantz.yaml');
  loads = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

async function load(): Promise<Manifest> {
  const { manifest } = await loadThroughCache(caches, file, (read) => {
    loads++;
    return loadManifest({ file }, read);
  });
  return manifest;
}

const manifest = (tool: string, more = ''): string =>
  `name: x\n${more}tools:\n  - { name: ${tool}, description: says ü, script: { shell: echo hi } }\n`;

test('a manifest is loaded once, and then read from the cache unchanged', async () => {
  writeFileSync(file, manifest('one'));
  const first = await load();
  assert.deepEqual(await load(), first);
  assert.equal(loads, 1);
});

test('a change of the same length is noticed at once', async () => {
  writeFileSync(file, manifest('one'));
  await load();
  writeFileSync(file, manifest('two'));
  assert.equal((await load()).tools[0]?.name, 'two');
  assert.equal((await load()).tools[0]?.name, 'two');
  assert.equal(loads, 2);
});

test('a change and the removal of an included file are noticed', async () => {
  const included = join(folder, 'more.yaml');
  writeFileSync(included, manifest('one'));
  writeFileSync(file, manifest('base', 'include: [more.yaml]\n'));
  await load();
  await load();
  assert.equal(loads, 1);
  writeFileSync(included, manifest('two'));
  assert.ok((await load()).tools.some(({ name }) => name === 'two'));
  assert.equal(loads, 2);
  rmSync(included);
  await assert.rejects(load(), /more\.yaml/);
});

test('an invalid manifest is refused each time', async () => {
  writeFileSync(file, 'name: x\ntools: 5\n');
  await assert.rejects(load());
  await assert.rejects(load());
  assert.equal(loads, 2);
});

test('a damaged cache file is replaced after loading again', async () => {
  writeFileSync(file, manifest('one'));
  await load();
  const kept = join(caches, 'manifests');
  for (const name of readdirSync(kept)) writeFileSync(join(kept, name), 'nonsense');
  assert.equal((await load()).tools[0]?.name, 'one');
  await load();
  assert.equal(loads, 2);
});

test('a folder that cannot be written to causes no failure', async () => {
  writeFileSync(file, manifest('one'));
  mkdirSync(caches);
  writeFileSync(join(caches, 'manifests'), 'in the way');
  await load();
  assert.equal((await load()).tools[0]?.name, 'one');
  assert.equal(loads, 2);
  chmodSync(join(caches, 'manifests'), 0o600);
});

test('the manifests of two files are cached separately', async () => {
  writeFileSync(file, manifest('one'));
  await load();
  file = join(folder, 'other.yaml');
  writeFileSync(file, manifest('one'));
  assert.equal((await load()).file, file);
  assert.equal(loads, 2);
});
