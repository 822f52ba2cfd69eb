import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './process.ts';

/** The members of package.json that name files. */
type PackageJson = { bin: Record<string, string>; exports: Record<string, string | Record<string, string>> };

/** One package in the output of `npm pack --json`. */
export type Packed = { filename: string; integrity: string; files: { path: string; mode: number }[] };

/** Packs the npm package into `folder`, checks its files, and installs and runs it. Returns the name of the file. */
export async function packChecked(root: string, folder: string, version: string): Promise<string> {
  const packed = await pack(['--ignore-scripts', '--pack-destination', folder], root);
  checkFiles(packed, await expectedFiles(root), await targets(root));
  await tryPackage(join(folder, packed.filename), version);
  return packed.filename;
}

/** Runs `npm pack` with these arguments. Throws when there is no package in its output. */
export async function pack(args: readonly string[], cwd: string): Promise<Packed> {
  const answer: unknown = JSON.parse(await run('npm', ['pack', '--json', ...args], { cwd }));
  // npm 11 prints a list, npm 12 an object with a member for each package.
  const [packed] = Object.values(answer as Packed[] | Record<string, Packed>);
  if (!packed) throw new Error('npm pack printed no package');
  return packed;
}

/** Throws when a file is missing or unexpected, or when bin/gantz is not executable. */
export function checkFiles(
  { files }: Pick<Packed, 'files'>,
  expected: readonly string[],
  required: readonly string[],
): void {
  const paths = new Set(files.map(({ path }) => path));
  const missing = [...new Set([...expected, ...required])].filter((path) => !paths.has(path));
  if (missing.length > 0) throw new Error(`The package lacks ${missing.join(', ')}`);
  const unexpected = [...paths].filter((path) => !expected.includes(path));
  if (unexpected.length > 0) throw new Error(`The package should not hold ${unexpected.join(', ')}`);
  const program = files.find(({ path }) => path === 'bin/gantz');
  if (program && (program.mode & 0o111) !== 0o111)
    throw new Error('bin/gantz in the package is not executable');
}

async function expectedFiles(root: string): Promise<string[]> {
  const tracked = await run('git', ['ls-files', '-z', '--', 'docs', 'examples/*/example.mjs'], { cwd: root });
  const built = await readdir(join(root, 'dist/node'));
  return [
    ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md'],
    ...['bin/gantz', 'gantz.yaml', 'package.json'],
    ...tracked.split('\0').filter(Boolean),
    ...built.map((name) => `dist/node/${name}`),
  ];
}

/** Returns the files that package.json names. */
async function targets(root: string): Promise<string[]> {
  const { bin, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson;
  return [...Object.values(bin), ...Object.values(exports)]
    .flatMap((target) => (typeof target === 'string' ? target : Object.values(target)))
    .map((path) => path.replace(/^\.\//, ''));
}

/** Installs the package into an empty folder, and runs the program and imports the library there. */
async function tryPackage(tarball: string, version: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-release-'));
  const options = { cwd: folder, env: { ...process.env, HOME: folder, XDG_CACHE_HOME: folder } };
  try {
    await run('npm', ['init', '--yes'], options);
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], options);
    const printed = (await run(join(folder, 'node_modules/.bin/gantz'), ['--version'], options)).trim();
    if (printed !== version)
      throw new Error(`The packed program prints version ${printed}; expected ${version}`);
    await run(join(folder, 'node_modules/.bin/gantz'), ['-c', 'builtin:redis', 'tools'], options);
    const script =
      "import { openGantz } from 'gantz'; await (await openGantz({ manifest: 'builtin:redis' })).close();";
    await run(process.execPath, ['--input-type=module', '--eval', script], options);
  } finally {
    await rm(folder, { recursive: true });
  }
}
