import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copySources } from '../helpers/copy-sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const CURRENT = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;

/** A version that is higher than the one in package.json. */
export const NEXT = `${Number.parseInt(CURRENT) + 1}.0.0`;

/** A changelog with something to release. */
export const CHANGES =
  '# Changelog\n\n## Unreleased\n\n- Changed a thing.\n\n## 0.0.1 - 2026-01-01\n\n- Started.\n';

/** A clone of the checkout in which a release can be made. */
export type ReleaseClone = {
  path: string;
  release(...args: string[]): SpawnSyncReturns<string>;
  git(...args: string[]): string;
  remove(): void;
};

/** Makes a clone with one commit. It has no network: the runtimes of other platforms cannot be downloaded. */
export function makeReleaseClone(): ReleaseClone {
  const folder = mkdtempSync(join(tmpdir(), 'gantz release '));
  const path = join(folder, 'clone');
  const env = {
    ...process.env,
    HOME: folder,
    npm_config_cache: join(folder, 'npm'),
    npm_config_offline: 'true',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const git = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: path, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd();
  };
  copySources(path);
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  writeFileSync(join(path, 'CHANGELOG.md'), CHANGES);
  git('init', '--quiet');
  git('config', 'user.name', 'a');
  git('config', 'user.email', 'a@example.com');
  writeFileSync(join(path, '.git/info/exclude'), 'node_modules\n');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
  return {
    path,
    git,
    release: (...args) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'scripts/release.ts', ...args], {
        cwd: path,
        env,
        encoding: 'utf8',
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
