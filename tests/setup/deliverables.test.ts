import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const TESTS = join(ROOT, 'tests');
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
  const files = importersOf(join(TESTS, 'helpers/run-program.ts')).filter(
    (file) => file.endsWith('.test.ts') && !/[\\/]setup[\\/](clone|package|deliverables)\./.test(file),
  );
  assert.ok(files.length > 0);
  // Without NODE_TEST_CONTEXT it is a run of its own, not a part of this one.
  const { stdout, status } = spawnSync(join(ROOT, 'scripts/test'), files, {
    cwd: ROOT,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, GANTZ_TEST_PROGRAM: PACKAGE },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 1_500_000,
  });
  assert.equal(status, 0, stdout);
});

/** The files of tests/ that import a file, by themselves or by others that do. */
function importersOf(file: string): string[] {
  const imports = new Map(
    readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/^(fixtures|consumer|bench)/.test(name))
      .map((name) => join(TESTS, name))
      .map((path) => {
        const found = [...readFileSync(path, 'utf8').matchAll(/ from '(\.[^']+)'/g)];
        return [path, found.map(([, target = '']) => join(dirname(path), target))];
      }),
  );
  const importers = new Set([file]);
  // A set that grows while it is gone through: those of the last step are asked for as well.
  for (const each of importers)
    for (const [path, targets] of imports) if (targets.includes(each)) importers.add(path);
  return [...importers];
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
