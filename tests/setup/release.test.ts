import assert from 'node:assert/strict';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { moveUnreleased } from '../../scripts/release/changelog.ts';
import { checkRepository, commitAndTag } from '../../scripts/release/repository.ts';
import { checkFiles } from '../../scripts/release/tarball.ts';
import { nextPatch, requireHigher } from '../../scripts/release/version.ts';
import { CHANGES, makeReleaseClone, NEXT, type ReleaseClone } from './release-clone.ts';

describe('a release', () => {
  let clone: ReleaseClone;
  before(() => void (clone = makeReleaseClone()));
  after(() => clone.remove());

  const refused: [name: string, prepare: () => void, expected: RegExp][] = [
    [
      'in a work tree with changes',
      () => {
        appendFileSync(join(clone.path, 'README.md'), 'more\n');
      },
      /^Commit or remove these changes first:\n.*M README\.md$/,
    ],
    [
      'in a work tree with a new file',
      () => {
        writeFileSync(join(clone.path, 'new'), '');
      },
      /^Commit or remove these changes first:\n\?\? new$/,
    ],
    ['whose tag exists', () => clone.git('tag', `v${NEXT}`), /^The tag v\d+\.0\.0 exists already$/],
  ];
  for (const [name, prepare, message] of refused) {
    it(`is refused ${name}`, async (t) => {
      t.after(() => {
        clone.git('reset', '--quiet', '--hard');
        clone.git('clean', '--quiet', '--force');
        if (clone.git('tag') !== '') clone.git('tag', '--delete', `v${NEXT}`);
      });
      await checkRepository(clone.path, NEXT);
      prepare();
      await assert.rejects(checkRepository(clone.path, NEXT), { message });
    });
  }

  it('fails with one line and changes nothing when the changelog has no unreleased change', (t) => {
    const head = clone.git('rev-parse', 'HEAD');
    t.after(() => clone.git('reset', '--quiet', '--hard', head));
    writeFileSync(join(clone.path, 'CHANGELOG.md'), CHANGES.replace('- Changed a thing.\n', ''));
    clone.git('commit', '--quiet', '--all', '--message', 'no change');
    const { status, stdout, stderr } = clone.release(NEXT);
    assert.equal(stderr, 'release: The section "Unreleased" of CHANGELOG.md is empty\n');
    assert.deepEqual([status, stdout, clone.git('status', '--porcelain'), clone.git('tag')], [1, '', '', '']);
  });

  it('is refused when package.json names no repository to publish in', (t) => {
    t.after(() => clone.git('reset', '--quiet', '--hard'));
    const { status, stderr } = clone.release(NEXT);
    assert.match(stderr, /^release: Name the repository on GitHub in package\.json: .*\n$/);
    assert.deepEqual([status, clone.git('status', '--porcelain'), clone.git('tag')], [1, '', '']);
  });

  it('makes one commit of the changed files, and a tag with the notes', async () => {
    writeFileSync(join(clone.path, 'CHANGELOG.md'), moveUnreleased(CHANGES, NEXT, '2026-12-01').text);
    await commitAndTag(clone.path, NEXT, '- Changed a thing.');
    assert.equal(clone.git('show', '--no-patch', '--format=%s', 'HEAD'), `release: ${NEXT}`);
    assert.equal(clone.git('show', '--name-only', '--format=', 'HEAD'), 'CHANGELOG.md');
    assert.equal(
      clone.git('for-each-ref', '--format=%(contents)', `refs/tags/v${NEXT}`),
      `gantz ${NEXT}\n\n- Changed a thing.`,
    );
    assert.equal(clone.git('rev-parse', `v${NEXT}^{commit}`), clone.git('rev-parse', 'HEAD'));
  });
});

describe('the version of a release', () => {
  for (const version of ['0.9.10', '0.10.0', '1.0.0'])
    it(`can be ${version} after 0.9.9`, () => {
      requireHigher(version, '0.9.9');
    });

  for (const version of ['0.9.9', '0.9.8', '0.8.10', '0.1.0'])
    it(`cannot be ${version} after 0.9.9`, () => {
      assert.throws(() => {
        requireHigher(version, '0.9.9');
      }, /is not higher than 0\.9\.9, the version in package\.json$/);
    });

  it('is the next one of the last number when none is given', () => {
    assert.deepEqual(['0.9.9', '1.2.0'].map(nextPatch), ['0.9.10', '1.2.1']);
  });

  for (const version of ['1.0', 'v1.0.0', '1.0.0-rc.1', '01.0.0', '1.0.0.0', ''])
    it(`cannot be "${version}"`, () => {
      assert.throws(() => {
        requireHigher(version, '0.9.9');
      }, /is not a version such as 1\.2\.3$/);
    });
});

describe('the changelog', () => {
  it('moves the unreleased changes below the new version', () => {
    const { text, notes } = moveUnreleased(CHANGES, '0.1.0', '2026-12-01');
    assert.equal(notes, '- Changed a thing.');
    assert.equal(text, CHANGES.replace('## Unreleased\n', '## Unreleased\n\n## 0.1.0 - 2026-12-01\n'));
  });

  it('can be without any version', () => {
    const { text } = moveUnreleased('## Unreleased\n\n- One.\n- Two.\n', '0.1.0', '2026-12-01');
    assert.equal(text, '## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- One.\n- Two.\n');
  });

  it('must have a section "Unreleased"', () => {
    assert.throws(() => moveUnreleased('# Changelog\n', '0.1.0', '2026-12-01'), /no section "Unreleased"/);
  });
});

describe('the files of the package', () => {
  const files = ['bin/gantz', 'README.md'].map((path) => ({ path, mode: 0o755 }));

  const cases: [name: string, expected: string[], required: string[], error: RegExp][] = [
    ['an expected file is missing', ['bin/gantz', 'README.md', 'docs/a.md'], [], /lacks docs\/a\.md/],
    [
      'a file that package.json names is missing',
      ['bin/gantz', 'README.md'],
      ['dist/a.cjs'],
      /lacks dist\/a\.cjs/,
    ],
    ['there is an unexpected file', ['bin/gantz'], [], /should not hold README\.md/],
  ];
  for (const [name, expected, required, error] of cases)
    it(`are refused when ${name}`, () => {
      assert.throws(() => {
        checkFiles({ files }, expected, required);
      }, error);
    });

  it('are refused when the program is not executable', () => {
    const plain = [{ path: 'bin/gantz', mode: 0o644 }];
    assert.throws(() => {
      checkFiles({ files: plain }, ['bin/gantz'], ['bin/gantz']);
    }, /not executable/);
  });
});
