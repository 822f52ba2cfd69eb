import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../lib/cache/folder.ts';

const cases: [env: Record<string, string>, folder: string | undefined][] = [
  [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/gantz'],
  [{ HOME: '/h' }, '/h/.cache/gantz'],
  [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/gantz'],
  // The XDG Base Directory Specification requires that relative paths are ignored.
  [{ XDG_CACHE_HOME: 'x', HOME: '/h' }, '/h/.cache/gantz'],
  [{ HOME: '' }, undefined],
  [{ HOME: 'h' }, undefined],
  [{}, undefined],
  [{ HOME: '/h', GANTZ_CACHE: 'off' }, undefined],
  [{ HOME: '/h', GANTZ_CACHE: '0' }, undefined],
  [{ HOME: '/h', GANTZ_CACHE: '' }, '/h/.cache/gantz'],
];
for (const [env, expected] of cases) {
  test(`${JSON.stringify(env)} → ${expected ?? 'none'}`, () => {
    const folder = cacheFolder(env, 'build');
    assert.equal(folder && dirname(folder), expected);
  });
}

test('each build has its own folder, and a checkout has none', () => {
  const env = { HOME: '/h' };
  assert.notEqual(cacheFolder(env, 'a'), cacheFolder(env, 'b'));
  assert.equal(cacheFolder(env, undefined), undefined);
});
