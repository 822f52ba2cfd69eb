import { run } from './process.ts';

/** The files that a release changes. */
const FILES = ['CHANGELOG.md', 'package.json', 'package-lock.json', 'lib/generated/version.ts'];

/** Throws when the work tree has changes or the tag of the version exists. */
export async function checkRepository(root: string, version: string): Promise<void> {
  const changes = await run('git', ['status', '--porcelain'], { cwd: root });
  if (changes !== '') throw new Error(`Commit or remove these changes first:\n${changes.trimEnd()}`);
  const tag = await run('git', ['tag', '--list', `v${version}`], { cwd: root });
  if (tag !== '') throw new Error(`The tag v${version} exists already`);
}

/** Commits the files of the release and makes an annotated tag with the notes. */
export async function commitAndTag(root: string, version: string, notes: string): Promise<void> {
  await run('git', ['commit', '--quiet', '--message', `release: ${version}`, '--', ...FILES], { cwd: root });
  const message = `gantz ${version}\n\n${notes}\n`;
  await run('git', ['tag', '--annotate', '--cleanup=verbatim', `v${version}`, '--message', message], {
    cwd: root,
  });
}

/** Restores the files of the release from the last commit. */
export async function restore(root: string): Promise<void> {
  await run('git', ['restore', '--staged', '--worktree', '--', ...FILES], { cwd: root });
}
