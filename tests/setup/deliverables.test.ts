import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { accessSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const TESTS = join(ROOT, 'tests');
const NATIVE = join(ROOT, 'dist/native/gantz');
const PACKAGE = join(ROOT, 'dist/node/gantz.cjs');

// bin/gantz prefers the executable, so the other tests run it. This test runs them again with the package for Node. It leaves out
// the files that run both programs themselves, and the folders where the program only calls what both share: Redis, guards,
// the commands of docs.
test('the package for Node passes the tests that run the program', (t) => {
  if (process.env['GANTZ_TEST_PROGRAM']) {
    t.skip('GANTZ_TEST_PROGRAM names another program');
    return;
  }
  if (!exists(NATIVE)) {
    t.skip('there is no native executable, so all other tests run the package');
    return;
  }
  const files = importersOf(join(TESTS, 'helpers/run-program.ts')).filter(
    (file) =>
      file.endsWith('.test.ts') &&
      !/^(docs|faults|redis|run[\\/]guards|setup[\\/](clone|package|deliverables)|tool-tests)\b/.test(
        relative(TESTS, file),
      ) &&
      !/\bPROGRAMS\b/.test(readFileSync(file, 'utf8')),
  );
  assert.ok(files.length > 0);
  // Without NODE_TEST_CONTEXT, the tests are a separate run.
  const { stdout, status } = spawnSync(join(ROOT, 'scripts/test'), files, {
    cwd: ROOT,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, GANTZ_TEST_PROGRAM: PACKAGE },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 1_500_000,
  });
  assert.equal(status, 0, stdout);
});

/** Returns the files of tests/ that import a file, directly or indirectly. */
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
  // The loop also visits the files that are added to the set during the loop.
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
