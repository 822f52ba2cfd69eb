import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const NATIVE = join(ROOT, 'dist/native/gantz');
const PACKAGE = join(ROOT, 'dist/node/gantz.cjs');

// bin/gantz prefers the executable, so that the other tests try it; here the package for Node goes through the same.
test('the package for Node passes every test that runs the program', (t) => {
  if (process.env['GANTZ_TEST_PROGRAM']) {
    t.skip('the tests run a program of the caller');
    return;
  }
  if (!exists(NATIVE)) {
    t.skip('there is no native executable, so that all tests have run the package already');
    return;
  }
  const files = readdirSync(join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.test.ts') && !/^(setup\/(clone|package|deliverables)|fixtures)/.test(file),
    )
    .map((file) => join('tests', file))
    .filter((file) => /run-program\.ts'/.test(readFileSync(join(ROOT, file), 'utf8')));
  assert.ok(files.length > 0);
  // Without NODE_TEST_CONTEXT it is a run of its own, not a part of this one.
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-concurrency=2', ...files],
    {
      cwd: ROOT,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, GANTZ_TEST_PROGRAM: PACKAGE },
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  assert.equal(status, 0, stdout);
});

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
