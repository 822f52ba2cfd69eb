import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { compileNative } from '../build/native.ts';
import { run } from './process.ts';
import { pack } from './tarball.ts';

const PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const;
type Platform = (typeof PLATFORMS)[number];

export type ExecutablesOptions = {
  root: string;
  /** The folder for the executables. */
  folder: string;
  version: string;
  /** Prints a line about the progress. */
  say: (line: string) => void;
};

/**
 * Compiles the executable for each platform into `folder`, compressed with gzip. A platform is skipped, with a line that gives the
 * reason, when the npm registry does not have its runtime. Only the executable for this platform is tried.
 */
export async function compileExecutables({ root, folder, version, say }: ExecutablesOptions): Promise<void> {
  for (const platform of PLATFORMS) {
    const name = `gantz-${version}-${platform}`;
    const own = platform === `${process.platform}-${process.arch}`;
    const why = await (own
      ? compileNative(root, join(folder, name))
      : compileForeign(root, join(folder, name), platform));
    if (why === undefined) await compress(join(folder, name));
    say(
      why
        ? `skipped ${platform}: ${why}`
        : `compiled ${name}.gz${own ? ' and tried it' : ', which cannot run on this platform'}`,
    );
  }
}

/** Replaces a file by its compressed form, which has a third of the size. */
async function compress(file: string): Promise<void> {
  await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.gz`));
  await rm(file);
}

/** Compiles for another platform. Returns the reason when that fails, else undefined. */
async function compileForeign(root: string, file: string, platform: Platform): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-runtime-'));
  try {
    const runtime = await unpackRuntime(root, folder, platform);
    return await compileNative(root, file, { name: `bun-${platform}`, runtime });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Downloads the runtime of a platform, with the version and the digest of package-lock.json. Returns the path of its program. */
async function unpackRuntime(root: string, folder: string, platform: Platform): Promise<string> {
  const name = `@oven/bun-${platform.replace('arm64', 'aarch64')}`;
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const locked = lock.packages[`node_modules/${name}`];
  if (!locked) throw new Error(`package-lock.json has no ${name}`);
  const packed = await pack([`${name}@${locked.version}`], folder);
  if (packed.integrity !== locked.integrity)
    throw new Error(`${name}@${locked.version} is not the package of package-lock.json`);
  await run('tar', ['-xzf', packed.filename], { cwd: folder });
  return join(folder, 'package/bin/bun');
}
