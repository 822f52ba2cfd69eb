import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBundle } from './release/bundle.ts';
import { moveUnreleased } from './release/changelog.ts';
import { checksumsOf } from './release/checksums.ts';
import { compileExecutables } from './release/executables.ts';
import { run } from './release/process.ts';
import { downloadUrl, readPublisher, type Publisher } from './release/publisher.ts';
import { checkRepository, commitAndTag, restore } from './release/repository.ts';
import { serverJson } from './release/server-json.ts';
import { packChecked } from './release/tarball.ts';
import { fillTemplate } from './release/template.ts';
import { nextPatch, requireHigher } from './release/version.ts';

// Makes a release in dist/release: the npm package, the executables, the MCP bundle, server.json, the installation script, the
// container file, and the checksums. Then commits the new version and tags the commit. With --dry-run, it neither commits nor
// tags, and it restores the files that it changed.
const ROOT = join(import.meta.dirname, '..');
const OUTPUT = join(ROOT, 'dist/release');
/** What the registry and clients show. The registry accepts at most 100 characters. */
const DESCRIPTION =
  'Runs the tools of a gantz.yaml, and gives agents caches, queues, locks and streams on Redis';

try {
  await release();
} catch (error) {
  console.error(`release: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function release(): Promise<void> {
  const { version, dryRun } = await readArguments();
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  requireHigher(version, await currentVersion());
  await checkRepository(ROOT, version);
  const { text, notes } = moveUnreleased(changelog, version, new Date().toISOString().slice(0, 10));
  const publisher = await readPublisher(ROOT);
  if (publisher.isExample) {
    if (!dryRun)
      throw new Error('Name the repository on GitHub in package.json: "repository": "github:<owner>/<name>"');
    say(`package.json names no repository; the files name ${publisher.repository}, where nobody can publish`);
  }

  let committed = false;
  try {
    await setVersion(version, text, publisher);
    await build(version, publisher);
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

async function readArguments(): Promise<{ version: string; dryRun: boolean }> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const dryRun = values['dry-run'];
  const [version = dryRun ? nextPatch(await currentVersion()) : undefined, ...others] = positionals;
  if (version === undefined || others.length > 0)
    throw new Error('Usage: npm run release -- <version> [--dry-run]');
  return { version, dryRun };
}

async function currentVersion(): Promise<string> {
  return (JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Writes the changelog, and the version into package.json, package-lock.json and the generated file. */
async function setVersion(version: string, changelog: string, { mcpName }: Publisher): Promise<void> {
  await writeFile(join(ROOT, 'CHANGELOG.md'), changelog);
  await run('npm', ['version', version, '--no-git-tag-version', '--ignore-scripts'], { cwd: ROOT });
  // The MCP registry compares this name with that of server.json.
  await run('npm', ['pkg', 'set', `mcpName=${mcpName}`], { cwd: ROOT });
  await run('npm', ['run', '-s', 'generate'], { cwd: ROOT });
}

async function build(version: string, publisher: Publisher): Promise<void> {
  await rm(OUTPUT, { recursive: true, force: true });
  await mkdir(OUTPUT, { recursive: true });
  await run('npm', ['run', '-s', 'build', '--', '--node'], { cwd: ROOT });
  say(`packed and tried ${await packChecked(ROOT, OUTPUT, version)}`);
  await compileExecutables({ root: ROOT, folder: OUTPUT, version, say });

  const bundle = `gantz-${version}.mcpb`;
  await writeBundle(join(OUTPUT, bundle), { root: ROOT, publisher, version, description: DESCRIPTION });
  const sums = await checksumsOf(OUTPUT);
  const server = serverJson({
    publisher,
    version,
    description: DESCRIPTION,
    bundle: { file: bundle, sha256: sums.get(bundle) ?? '' },
  });
  await writeFile(join(OUTPUT, 'server.json'), `${JSON.stringify(server, null, 2)}\n`);
  const values = {
    VERSION: version,
    URL: downloadUrl(publisher, version),
    REPOSITORY: publisher.repository,
    MCP_NAME: publisher.mcpName,
    CHECKSUMS: [...sums]
      .filter(([name]) => name.endsWith('.gz'))
      .map(lineOf)
      .join('\n'),
  };
  for (const name of ['install.sh', 'Containerfile']) {
    const template = await readFile(join(ROOT, 'scripts/release', name), 'utf8');
    await writeFile(join(OUTPUT, name), fillTemplate(template, values), {
      mode: name === 'install.sh' ? 0o755 : 0o644,
    });
  }
  await copyFile(join(ROOT, 'dist/node/THIRD-PARTY-NOTICES.md'), join(OUTPUT, 'THIRD-PARTY-NOTICES.md'));
  say(`wrote ${bundle}, server.json, install.sh and Containerfile`);
  const lines = [...(await checksumsOf(OUTPUT))].map((entry) => `${lineOf(entry)}\n`);
  await writeFile(join(OUTPUT, 'SHA256SUMS'), lines.join(''));
}

/** Returns the line of a file in the format of `sha256sum --check`. */
function lineOf([name, digest]: readonly [string, string]): string {
  return `${digest}  ${name}`;
}

function say(line: string): void {
  console.log(`release: ${line}`);
}
