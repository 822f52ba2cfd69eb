import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { moveUnreleased } from '../../scripts/release/changelog.ts';
import { checkRepository, commitAndTag } from '../../scripts/release/repository.ts';
import { checkFiles } from '../../scripts/release/tarball.ts';
import { requireHigher } from '../../scripts/release/version.ts';
import { copySources } from '../helpers/copy-sources.ts';

const ROOT = join(import.meta.dirname, '../..');
const CURRENT = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const NEXT = `${Number.parseInt(CURRENT) + 1}.0.0`;
const CHANGES = '# Changelog\n\n## Unreleased\n\n- Changed a thing.\n\n## 0.0.1 - 2026-01-01\n\n- Started.\n';

describe('a release', () => {
  let folder: string;
  let clone: string;
  let env: NodeJS.ProcessEnv;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'gantz release '));
    clone = join(folder, 'clone');
    env = {
      ...process.env,
      HOME: folder,
      // An empty cache and no network: the runtimes of other platforms cannot be downloaded.
      npm_config_cache: join(folder, 'npm'),
      npm_config_offline: 'true',
      GIT_CONFIG_GLOBAL: '/dev/null',
    };
    copySources(clone);
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    writeFileSync(join(clone, 'CHANGELOG.md'), CHANGES);
    git('init', '--quiet');
    git('config', 'user.name', 'a');
    git('config', 'user.email', 'a@example.com');
    writeFileSync(join(clone, '.git/info/exclude'), 'node_modules\n');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'all');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const refused: [name: string, prepare: () => void, expected: RegExp][] = [
    [
      'in a work tree with changes',
      () => {
        appendFileSync(join(clone, 'README.md'), 'more\n');
      },
      /^Commit or remove these changes first:\n.*M README\.md$/,
    ],
    [
      'in a work tree with a new file',
      () => {
        writeFileSync(join(clone, 'new'), '');
      },
      /^Commit or remove these changes first:\n\?\? new$/,
    ],
    ['whose tag exists', () => git('tag', `v${NEXT}`), /^The tag v\d+\.0\.0 exists already$/],
  ];
  for (const [name, prepare, message] of refused) {
    it(`is refused ${name}`, async (t) => {
      t.after(() => {
        git('reset', '--quiet', '--hard');
        git('clean', '--quiet', '--force');
        if (git('tag') !== '') git('tag', '--delete', `v${NEXT}`);
      });
      await checkRepository(clone, NEXT);
      prepare();
      await assert.rejects(checkRepository(clone, NEXT), { message });
    });
  }

  it('fails with one line and changes nothing when the changelog has no unreleased change', (t) => {
    const head = git('rev-parse', 'HEAD');
    t.after(() => git('reset', '--quiet', '--hard', head));
    writeFileSync(join(clone, 'CHANGELOG.md'), CHANGES.replace('- Changed a thing.\n', ''));
    git('commit', '--quiet', '--all', '--message', 'no change');
    const { status, stdout, stderr } = release(NEXT);
    assert.equal(stderr, 'release: The section "Unreleased" of CHANGELOG.md is empty\n');
    assert.deepEqual([status, stdout, git('status', '--porcelain'), git('tag')], [1, '', '', '']);
  });

  it('with --dry-run makes everything except the commit and the tag', () => {
    const head = git('rev-parse', 'HEAD');
    const { status, stdout, stderr } = release(NEXT, '--dry-run');
    assert.equal(status, 0, stderr);

    const output = join(clone, 'dist/release');
    const sums = readFileSync(join(output, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    for (const line of sums) {
      const [digest, name = ''] = line.split('  ');
      const content = readFileSync(join(output, name));
      assert.equal(createHash('sha256').update(content).digest('hex'), digest, name);
    }
    const names = sums.map((line) => line.split('  ')[1]);
    assert.deepEqual([...names, 'SHA256SUMS'].sort(), readdirSync(output).sort());
    assert.ok(names.includes(`gantz-${NEXT}.tgz`) && names.includes('THIRD-PARTY-NOTICES.md'));

    const own = `${process.platform}-${process.arch}`;
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
      if (platform !== own)
        assert.match(stdout, new RegExp(`^release: skipped ${platform}: .*npm pack .+`, 'm'));
    const executable = join(output, `gantz-${NEXT}-${own}`);
    if (names.includes(`gantz-${NEXT}-${own}`))
      assert.equal(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout, `${NEXT}\n`);
    else assert.match(stdout, new RegExp(`^release: skipped ${own}: `, 'm'));

    assert.equal(git('status', '--porcelain'), '');
    assert.equal(git('rev-parse', 'HEAD'), head);
    assert.equal(git('tag'), '');
  });

  it('makes one commit of the changed files, and a tag with the notes', async () => {
    writeFileSync(join(clone, 'CHANGELOG.md'), moveUnreleased(CHANGES, NEXT, '2026-12-01').text);
    await commitAndTag(clone, NEXT, '- Changed a thing.');
    assert.equal(git('show', '--no-patch', '--format=%s', 'HEAD'), `release: ${NEXT}`);
    assert.equal(git('show', '--name-only', '--format=', 'HEAD'), 'CHANGELOG.md');
    assert.equal(
      git('for-each-ref', '--format=%(contents)', `refs/tags/v${NEXT}`),
      `gantz ${NEXT}\n\n- Changed a thing.`,
    );
    assert.equal(git('rev-parse', `v${NEXT}^{commit}`), git('rev-parse', 'HEAD'));
  });

  function release(...args: string[]) {
    const argv = ['--import', 'tsx', 'scripts/release.ts', ...args];
    return spawnSync(process.execPath, argv, { cwd: clone, env, encoding: 'utf8' });
  }

  function git(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: clone, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd();
  }
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
