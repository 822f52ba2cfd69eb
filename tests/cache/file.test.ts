import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { readCacheFile, writeCacheFile } from '../../lib/cache/file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantz-'));
  path = join(folder, 'deep/er/entry');
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (content: Uint8Array): void => writeCacheFile(path, content);
const read = (): Buffer | undefined => readCacheFile(path);

test('any content is read as it was written', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (content) => {
      write(content);
      assert.deepEqual(new Uint8Array(read() ?? assert.fail()), content);
    }),
    { numRuns: 30 },
  );
  assert.deepEqual(readdirSync(dirname(path)), ['entry'], 'no temporary file is left');
});

test('only this user can enter the folder and read the file', () => {
  write(Buffer.from('secret'));
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('an absent file gives undefined', () => {
  assert.equal(read(), undefined);
  mkdirSync(path, { recursive: true });
  assert.equal(read(), undefined);
});

test('a truncated file is ignored, whatever its length', () => {
  write(Buffer.from('a content of some length'));
  for (let { size } = statSync(path); size > 0;) {
    truncateSync(path, --size);
    assert.equal(read(), undefined, `${size} bytes`);
  }
});

test('a file of zeros is ignored', () => {
  write(Buffer.from('a content'));
  writeFileSync(path, Buffer.alloc(statSync(path).size));
  assert.equal(read(), undefined);
});

test('a file with any one changed bit is ignored', () => {
  write(Buffer.from('a content'));
  const good = readFileSync(path);
  for (let bit = 0; bit < good.length * 8; bit++) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(path, bad);
    assert.equal(read(), undefined, `bit ${bit}`);
  }
});

test('a file that others may write to is ignored, and so is a symbolic link', () => {
  write(Buffer.from('x'));
  chmodSync(path, 0o620);
  assert.equal(read(), undefined);
  chmodSync(path, 0o600);
  assert.ok(read());
  symlinkSync(path, join(folder, 'link'));
  assert.equal(readCacheFile(join(folder, 'link')), undefined);
});

test('nothing is written to a folder that others may write to', () => {
  mkdirSync(dirname(path), { recursive: true });
  chmodSync(dirname(path), 0o777);
  write(Buffer.from('x'));
  assert.deepEqual(readdirSync(dirname(path)), []);
});

test('a folder that cannot be created causes no failure', () => {
  writeFileSync(join(folder, 'deep'), '');
  write(Buffer.from('x'));
  assert.equal(read(), undefined);
});

test(
  'an impossible path causes no failure, and a missing home folder is not created',
  { timeout: 10_000 },
  () => {
    for (const impossible of [
      '/proc/none/gantz/build/kind/entry',
      join(folder, 'home/.cache/gantz/build/kind/entry'),
    ]) {
      writeCacheFile(impossible, Buffer.from('x'));
      assert.equal(readCacheFile(impossible), undefined);
    }
    assert.deepEqual(readdirSync(folder), []);
  },
);
