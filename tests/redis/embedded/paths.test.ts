import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GantzError } from '../../../lib/errors.ts';
import { embeddedPlace, makePlace } from '../../../lib/redis/embedded/paths.ts';
import { folderWith } from '../../helpers/folder.ts';

describe('the place of an embedded server', () => {
  for (const env of [
    {},
    { HOME: '' },
    { HOME: 'relative' },
    { HOME: '', XDG_STATE_HOME: '' },
    { HOME: './home', XDG_STATE_HOME: 'state' },
  ]) {
    it(`is never below the present folder: ${JSON.stringify(env)}`, () =>
      assert.equal(embeddedPlace(env).stateFolder, join(userInfo().homedir, '.local/state/gantz')));
  }

  it('is below XDG_STATE_HOME, else HOME, where they are absolute', () => {
    assert.equal(embeddedPlace({ HOME: '/h' }).stateFolder, '/h/.local/state/gantz');
    assert.equal(embeddedPlace({ HOME: '/h', XDG_STATE_HOME: '/s' }).stateFolder, '/s/gantz');
  });

  it('is made with all folders above it, for this user alone', () => {
    const place = embeddedPlace({ XDG_STATE_HOME: join(folderWith({}), 'a', 'b') });
    makePlace(place);
    makePlace(place);
    assert.equal(statSync(place.stateFolder).mode & 0o777, 0o700);
    assert.ok(statSync(place.dataFolder).isDirectory());
  });

  it('is NOT_RUNNABLE, with its path, where no folder can be made, and never asked for without end', () => {
    for (const base of ['/proc', join(folderWith({ file: '' }), 'file'), '/dev/null']) {
      const failure = failureOf(base);
      assert.equal(failure.code, 'NOT_RUNNABLE');
      assert.ok(failure.message.includes(base), failure.message);
      assert.match(failure.hint ?? '', /XDG_STATE_HOME/);
    }
  });

  it('is NOT_RUNNABLE where a file stands in its way', () => {
    assert.equal(failureOf(folderWith({ gantz: '' })).code, 'NOT_RUNNABLE');
  });
});

function failureOf(base: string): GantzError {
  try {
    makePlace(embeddedPlace({ XDG_STATE_HOME: base }));
  } catch (error) {
    assert.ok(error instanceof GantzError, String(error));
    return error;
  }
  assert.fail('no folder can be made there');
}
