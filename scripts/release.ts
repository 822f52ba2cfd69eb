import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { moveUnreleased } from './release/changelog.ts';
import { compileExecutables } from './release/executables.ts';
import { run } from './release/process.ts';
import { checkRepository, commitAndTag, restore } from './release/repository.ts';
import { packChecked } from './release/tarball.ts';
import { requireHigher } from './release/version.ts';

// Makes a release in dist/release: the npm package, the executables and their checksums. Then commits the new version and tags
// the commit. With --dry-run, it neither commits nor tags, and it restores the files that it changed.
const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'dist/release');

try {
  await release();
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function release(): Promise<void> {
  const { version, dryRun } = readArguments();
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  requireHigher(version, await currentVersion());
  await checkRepository(ROOT, version);
  const { text, notes } = moveUnreleased(changelog, version, new Date().toISOString().slice(0, 10));

  let committed = false;
  try {
    await setVersion(version, text);
    await build(version);
    if (dryRun) {
      say('dry run: no commit and no tag');
      return;
    }
    await commitAndTag(ROOT, version, notes);
    committed = true;
    say(`committed, and tagged as v${version}. To publish:`);
    say(`  git push --follow-tags && npm publish dist/release/gantz-${version}.tgz`);
  } finally {
    if (!committed) await restore(ROOT);
  }
}

function readArguments(): { version: string; dryRun: boolean } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const [version, ...others] = positionals;
  if (version === undefined || others.length > 0)
    throw new Error('Usage: npm run release -- <version> [--dry-run]');
  return { version, dryRun: values['dry-run'] };
}

async function currentVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Writes the changelog, and the version into package.json, package-lock.json and the generated file. */
async function setVersion(version: string, changelog: string): Promise<void> {
  await writeFile(join(ROOT, 'CHANGELOG.md'), changelog);
  await run('npm', ['version', version, '--no-git-tag-version', '--ignore-scripts'], { cwd: ROOT });
  await run('npm', ['run', '-s', 'generate'], { cwd: ROOT });
}

async function build(version: string): Promise<void> {
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  await run('npm', ['run', '-s', 'build', '--', '--node'], { cwd: ROOT });
  say(`packed and tried ${await packChecked(ROOT, OUTPUT, version)}`);
  await compileExecutables({ root: ROOT, folder: OUTPUT, version, say });
  await copyFile(join(ROOT, 'dist/node/THIRD-PARTY-NOTICES.md'), join(OUTPUT, 'THIRD-PARTY-NOTICES.md'));
  await writeFile(join(OUTPUT, 'SHA256SUMS'), await checksums());
}

/** Returns one line for each file of the release, in the format of `sha256sum --check`. */
async function checksums(): Promise<string> {
  const lines = (await readdir(OUTPUT)).sort().map(async (name) => {
    const digest = createHash('sha256').update(await readFile(join(OUTPUT, name)));
    return `${digest.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

function say(line: string): void {
  console.log(`release: ${line}`);
}
