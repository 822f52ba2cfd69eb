import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server to test: its name with its version, and the path of its program. */
export type Engine = { name: string; path: string };

/** Servers of newer Debian suites. */
const PACKAGES = [
  { name: 'Redis 8', suite: 'trixie', package: 'redis-server', program: 'redis-server' },
  { name: 'Valkey 8', suite: 'trixie', package: 'valkey-server', program: 'valkey-server' },
  { name: 'Valkey 9', suite: 'sid', package: 'valkey-server', program: 'valkey-server' },
] as const;

/**
 * Returns the servers that can be run here: the installed one, and those that were unpacked from newer Debian suites into
 * the cache folder of the user. Nothing is installed. `skipped` says which ones are missing, and why.
 */
export async function fetchEngines(): Promise<{ engines: Engine[]; skipped: string[] }> {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gantz-engines');
  const engines: Engine[] = [];
  const skipped: string[] = ['Redis 6.2 and Valkey 7.2: no Debian suite has them'];
  const installed = await versionOf('redis-server').catch(() => undefined);
  if (installed === undefined) skipped.push('the installed server: redis-server is not on PATH');
  else engines.push({ name: `Redis ${installed}`, path: 'redis-server' });
  for (const wanted of PACKAGES) {
    try {
      const path = await unpack(wanted, folder);
      engines.push({ name: `${wanted.name.split(' ')[0]} ${await versionOf(path)}`, path });
    } catch (error) {
      skipped.push(
        `${wanted.name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
      );
    }
  }
  return { engines, skipped };
}

/** Unpacks a server and its libraries, and returns the path of a script that runs it with them. */
async function unpack(
  { suite, package: name, program }: (typeof PACKAGES)[number],
  folder: string,
): Promise<string> {
  const root = join(folder, `${suite}-${name}`);
  const script = join(root, 'run', program);
  if (existsSync(script)) return script;
  const fresh = `${root}-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(join(fresh, 'lists/partial'), { recursive: true });
  await mkdir(join(fresh, 'cache/archives/partial'), { recursive: true });
  await mkdir(join(fresh, 'packages'), { recursive: true });
  try {
    const options = await aptOptions(fresh, suite);
    await run('apt-get', [...options, 'update']);
    const { stdout } = await run('apt-get', [
      ...[...options, 'install', '--print-uris', '--no-install-recommends', '--yes', name],
    ]);
    const names = [...stdout.matchAll(/^'\S+' ([^_\s]+)_/gm)].map(([, found]) => found ?? '');
    const needed = names.filter((one) => /^(lib|redis|valkey)/.test(one));
    await run('apt-get', [...options, 'download', ...needed], { cwd: join(fresh, 'packages') });
    for (const file of await readdir(join(fresh, 'packages')))
      await run('dpkg', ['-x', join(fresh, 'packages', file), join(fresh, 'root')]);
    await mkdir(join(fresh, 'run'));
    await writeFile(join(fresh, 'run', program), starter(program));
    await chmod(join(fresh, 'run', program), 0o755);
    for (const used of ['lists', 'cache', 'packages']) await rm(join(fresh, used), { recursive: true });
    await rm(root, { recursive: true, force: true });
    await rename(fresh, root);
    return script;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Returns a script that runs an unpacked program through its own loader, with its own libraries. */
function starter(program: string): string {
  return `#!/bin/sh
root=\${0%/*}/../root/usr
set -- "$root/bin/${program}" "$@"
for loader in "$root"/lib64/ld-linux-*.so.* "$root"/lib/*/ld-linux-*.so.*; do
  [ -e "$loader" ] && exec "$loader" --library-path "$(echo "$root"/lib/*-linux-gnu)" "$@"
done
echo "there is no loader below $root" >&2
exit 1
`;
}

/** Returns options for apt with lists of their own: the suite, at the servers that this machine uses. */
async function aptOptions(folder: string, suite: string): Promise<string[]> {
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const sources = await readFile('/etc/apt/sources.list.d/debian.sources', 'utf8');
  const uri = /^URIs: *(\S+)/m.exec(sources)?.[1];
  if (uri === undefined) throw new Error('debian.sources names no server');
  const file = join(folder, 'suite.sources');
  await writeFile(file, `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keys}\n`);
  return [
    `Dir::Etc::sourcelist=${file}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(folder, 'lists')}`,
    `Dir::Cache=${join(folder, 'cache')}`,
    'Dir::State::status=/dev/null',
    'APT::Sandbox::User=root',
  ].flatMap((option) => ['-o', option]);
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version']);
  return /v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim();
}
