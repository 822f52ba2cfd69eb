import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, describe, it } from 'node:test';
import { programFiles } from '../../../lib/run/script/program-files.ts';

describe('the files that a script runs', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gantz-test-'));
  after(() => rmSync(directory, { recursive: true }));
  mkdirSync(join(directory, 'tools'));
  for (const name of ['tools/x.sh', 'y-1']) {
    writeFileSync(join(directory, name), '#!/bin/sh\n');
    chmodSync(join(directory, name), 0o700);
  }
  writeFileSync(join(directory, 'tools/data.txt'), '');
  writeFileSync(join(directory, 'requests.log'), '');

  type Tool = Parameters<typeof programFiles>[0];
  const filesOf = (action: object): string[] =>
    programFiles({ directory, action: { kind: 'script', ...action } } as Tool).map((path) =>
      relative(directory, path),
    );

  for (const shell of [
    './tools/x.sh',
    'env A=1 ./tools/x.sh --flag',
    'timeout 5 tools/x.sh | head -1',
    '"$PWD/tools/x.sh"; echo "${PWD}/tools/x.sh"',
    'cat tools/data.txt >> ./requests.log; x=$(tools/x.sh)',
  ])
    it(`has a program with a path: ${shell}`, () => {
      assert.deepEqual(filesOf({ shell }), ['tools/x.sh']);
    });

  it('has a program in a folder that the script enters', () => {
    assert.deepEqual(filesOf({ shell: 'cd tools && ./x.sh' }), ['tools/x.sh']);
  });

  it('has the file of an interpreter, also one that does not exist', () => {
    assert.deepEqual(filesOf({ shell: 'set -e; python3 -u "a b.py" && node ./later.mjs' }), [
      'a',
      'later.mjs',
    ]);
    assert.deepEqual(filesOf({ command: 'env', args: ['sh', 'tools/x.sh'] }), ['tools/x.sh']);
  });

  it('has no data, no program without a path, and nothing outside that is not there', () => {
    assert.deepEqual(filesOf({ shell: 'echo y-1; cat tools/data.txt; ls /nowhere/x' }), []);
  });
});
