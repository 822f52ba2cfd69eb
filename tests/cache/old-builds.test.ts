import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeCacheFile } from '../../lib/cache/file.ts';
import { cacheFolder } from '../../lib/cache/folder.ts';

test('the first file of a build removes folders that other builds left a month ago, and nothing else', (t) => {
  const home = mkdtempSync(join(tmpdir(), 'gantz-'));
  t.after(() => rmSync(home, { recursive: true }));
  const folderOf = (build: string): string => cacheFolder({ HOME: home }, build) ?? assert.fail();
  const [old, recent, own] = ['a', 'b', 'c'].map((letter) => folderOf(letter.repeat(16)));
  const caches = join(home, '.cache/gantz');
  assert.ok(old && recent && own);
  const others = [join(caches, 'somebodys-own'), join(home, 'elsewhere')];
  for (const folder of [old, recent, ...others]) {
    mkdirSync(join(folder, 'code'), { recursive: true });
    writeFileSync(join(folder, 'code/main.cjs'), 'kept');
  }
  const link = folderOf('d'.repeat(16));
  symlinkSync(join(home, 'elsewhere'), link);
  const past = Date.now() / 1000 - 31 * 24 * 60 * 60;
  for (const folder of [old, ...others]) utimesSync(folder, past, past);

  writeCacheFile(join(own, 'code/main.cjs'), Buffer.from('new'));
  const names = [recent, own, link, ...others.slice(0, 1)].map((path) => path.slice(caches.length + 1));
  assert.deepEqual(readdirSync(caches).sort(), names.sort());
  assert.deepEqual(readdirSync(join(home, 'elsewhere/code')), ['main.cjs']);

  utimesSync(recent, past, past);
  writeCacheFile(join(own, 'code/redis.cjs'), Buffer.from('second'));
  assert.ok(readdirSync(caches).includes(recent.slice(caches.length + 1)), 'only the first looks');
});
