import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const SHIM = join(ROOT, 'bin/gantz');

/** Prints the name that it was started with, its arguments, and the variables that it must not receive. */
const PROGRAM = '#!/bin/sh\nprintf "%s:" "${0##*/}" "$@" "${BUN_OPTIONS-}" "${BUN_BE_BUN-}"\n';

describe('bin/gantz', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantz shim '));
    await mkdir(join(folder, 'app/bin'), { recursive: true });
    await mkdir(join(folder, 'app/dist/native'), { recursive: true });
    await copyFile(SHIM, join(folder, 'app/bin/gantz'));
    const program = join(folder, 'app/dist/native/gantz');
    await writeFile(program, PROGRAM);
    await chmod(program, 0o755);
    await mkdir(join(folder, '.bin'));
    await symlink('../app/bin/gantz', join(folder, '.bin/gantz'));
    await symlink(join(folder, '.bin/gantz'), join(folder, 'absolute'));
    await symlink('absolute', join(folder, 'chained'));
    await symlink('app', join(folder, 'linked'));
  });
  after(() => rm(folder, { recursive: true }));

  function run(
    file: string,
    { env = {}, cwd = folder }: { env?: Record<string, string>; cwd?: string } = {},
  ) {
    const { stdout, status } = spawnSync(file, ['a b', '', '*'], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { stdout, status };
  }

  for (const file of ['app/bin/gantz', '.bin/gantz', 'absolute', 'chained', 'linked/bin/gantz']) {
    it(`finds the executable from ${file}, and passes its arguments unchanged`, () => {
      assert.deepEqual(run(join(folder, file)), { stdout: 'gantz:a b::*:::', status: 0 });
    });
  }

  it('finds the executable by a relative path and through PATH', () => {
    assert.equal(run('./chained').stdout, 'gantz:a b::*:::');
    const env = { PATH: `${join(folder, '.bin')}:${process.env['PATH'] ?? ''}` };
    assert.equal(run('gantz', { env }).stdout, 'gantz:a b::*:::');
    const { stdout } = spawnSync('sh', ['gantz'], {
      cwd: join(folder, 'app/bin'),
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(stdout, 'gantz:::');
  });

  it('prints an envelope in a deleted folder, where the executable cannot start', () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec ../chained';
    const { stdout, status } = spawnSync('sh', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal((JSON.parse(stdout) as { code: string }).code, 'MANIFEST_NOT_FOUND');
    assert.equal(status, 3);
  });

  it('removes the variables that change what the runtime of the executable does', () => {
    assert.equal(
      run('./chained', { env: { BUN_OPTIONS: '--x', BUN_BE_BUN: '1' } }).stdout,
      'gantz:a b::*:::',
    );
  });

  it('runs the package with node when there is no executable', async () => {
    const app = join(folder, 'node-only');
    await mkdir(join(app, 'bin'), { recursive: true });
    await mkdir(join(app, 'dist/node'), { recursive: true });
    await copyFile(SHIM, join(app, 'bin/gantz'));
    await writeFile(join(app, 'dist/node/gantz.cjs'), 'console.log(process.argv.slice(2).join())');
    assert.deepEqual(run(join(app, 'bin/gantz')), { stdout: 'a b,,*\n', status: 0 });
    // Without node, it prints an envelope.
    const { stdout, status } = run(join(app, 'bin/gantz'), { env: { PATH: '/nonexistent' } });
    assert.equal(status, 3);
    assert.match((JSON.parse(stdout) as { error: string }).error, /no node was found on PATH/);
  });

  it('names bin/setup when no program is built', async () => {
    const app = join(folder, 'unbuilt');
    await mkdir(join(app, 'bin'), { recursive: true });
    await copyFile(SHIM, join(app, 'bin/gantz'));
    const { stdout, status } = run(join(app, 'bin/gantz'));
    assert.equal(status, 3);
    assert.match((JSON.parse(stdout) as { hint: string }).hint, /bin\/setup/);
  });
});

it('shell scripts pass shellcheck', (t) => {
  const { error, stdout, status } = spawnSync(
    'shellcheck',
    ['bin/gantz', 'bin/setup', 'scripts/test', '.ci/run'],
    { cwd: ROOT, encoding: 'utf8', timeout: 120_000 },
  );
  if (error) t.skip('shellcheck is not installed');
  else assert.equal(status, 0, stdout);
});
