import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { run } from './process.ts';
import type { Publisher } from './publisher.ts';
import { SETTINGS, type Setting } from './settings.ts';

export type BundleOptions = {
  root: string;
  publisher: Publisher;
  version: string;
  description: string;
};

/** The time of all files, so that the same files make the same bundle. */
const MODIFIED = new Date(1980, 0, 1);

/**
 * Writes an MCP bundle (MCPB) with the package for Node to `file`. Clients such as Claude Desktop install it with one click,
 * ask for the settings, and run it with their own Node.
 */
export async function writeBundle(file: string, options: BundleOptions): Promise<void> {
  const { root } = options;
  const built = join(root, 'dist/node');
  const entries: Zippable = {
    'manifest.json': Buffer.from(`${JSON.stringify(await bundleManifest(options), null, 2)}\n`),
    LICENSE: await readFile(join(root, 'LICENSE')),
  };
  // The types are only for programs that import the library.
  const names = (await readdir(built)).filter((name) => !name.startsWith('library.'));
  for (const name of names) entries[`server/${name}`] = await readFile(join(built, name));
  await writeFile(file, zipSync(entries, { level: 9, mtime: MODIFIED }));
}

async function bundleManifest({ root, publisher, version, description }: BundleOptions): Promise<object> {
  const repository = `https://github.com/${publisher.repository}`;
  return {
    manifest_version: '0.3',
    name: 'gantz',
    version,
    description,
    author: { name: publisher.repository.split('/')[0], url: repository },
    repository: { type: 'git', url: `${repository}.git` },
    license: 'MIT',
    server: {
      type: 'node',
      entry_point: 'server/gantz.cjs',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/server/gantz.cjs', 'mcp'],
        env: Object.fromEntries(SETTINGS.map(({ name, variable }) => [variable, `\${user_config.${name}}`])),
      },
    },
    tools: await toolsOf(join(root, 'dist/node/gantz.cjs'), root),
    // A manifest in the settings replaces these tools.
    tools_generated: true,
    compatibility: { platforms: ['darwin', 'linux'], runtimes: { node: '>=20.19.0' } },
    user_config: Object.fromEntries(SETTINGS.map((setting) => [setting.name, userConfigOf(setting)])),
  };
}

function userConfigOf({ type, title, description, default: value, sensitive }: Setting): object {
  return { type, title, description, required: false, default: value, ...(sensitive && { sensitive }) };
}

/** Returns the names and descriptions of the Redis tools. */
async function toolsOf(program: string, root: string): Promise<object[]> {
  const printed = await run(process.execPath, [program, '-c', 'builtin:redis', 'tools', '--json'], {
    cwd: root,
  });
  const { tools } = JSON.parse(printed) as { tools: { name: string; description: string }[] };
  return tools.map(({ name, description }) => ({ name, description }));
}
