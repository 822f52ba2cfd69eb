import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GantzError } from '../../../lib/contract/errors.ts';
import { embeddedPaths, createFolders } from '../../../lib/redis/embedded/paths.ts';
import { folderWith } from '../../helpers/folder.ts';

describe('the paths of the embedded server', () => {
  for (const env of [
    {},
    { HOME: '' },
    { HOME: 'relative' },
    { HOME: '', XDG_STATE_HOME: '' },
    { HOME: './home', XDG_STATE_HOME: 'state' },
  ]) {
    it(`are never below the current folder: ${JSON.stringify(env)}`, () =>
      assert.equal(embeddedPaths(env).stateFolder, join(userInfo().homedir, '.local/state/gantz')));
  }

  it('are below XDG_STATE_HOME, else HOME, when these are absolute', () => {
    assert.equal(embeddedPaths({ HOME: '/h' }).stateFolder, '/h/.local/state/gantz');
    assert.equal(embeddedPaths({ HOME: '/h', XDG_STATE_HOME: '/s' }).stateFolder, '/s/gantz');
  });

  it('are created with all their parents, for this user only', () => {
    const place = embeddedPaths({ XDG_STATE_HOME: join(folderWith({}), 'a', 'b') });
    createFolders(place);
    createFolders(place);
    assert.equal(statSync(place.stateFolder).mode & 0o777, 0o700);
    assert.ok(statSync(place.dataFolder).isDirectory());
  });

  it('fail with NOT_RUNNABLE and the path where no folder can be created, without an endless loop', () => {
    for (const base of ['/proc', join(folderWith({ file: '' }), 'file'), '/dev/null']) {
      const failure = failureOf(base);
      assert.equal(failure.code, 'NOT_RUNNABLE');
      assert.ok(failure.message.includes(base), failure.message);
      assert.match(failure.hint ?? '', /XDG_STATE_HOME/);
    }
  });

  it('fail with NOT_RUNNABLE where a file has the name of a folder', () => {
    assert.equal(failureOf(folderWith({ gantz: '' })).code, 'NOT_RUNNABLE');
  });
});

function failureOf(base: string): GantzError {
  try {
    createFolders(embeddedPaths({ XDG_STATE_HOME: base }));
  } catch (error) {
    assert.ok(error instanceof GantzError, String(error));
    return error;
  }
  assert.fail('no folder can be made there');
}
