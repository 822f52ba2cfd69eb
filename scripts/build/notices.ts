import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Returns the licences of all npm packages in the built programs, as one Markdown text. */
export async function noticesOf(root: string, metafiles: readonly Metafile[]): Promise<string> {
  const names = new Set<string>();
  for (const { inputs } of metafiles) {
    for (const path of Object.keys(inputs)) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1];
      if (name) names.add(name);
    }
  }
  const sections = await Promise.all([...names].sort().map((name) => sectionOf(root, name)));
  return [
    '# Third-party notices',
    'The programs in this package contain these packages, each under its licence.',
    ...sections,
    '',
  ].join('\n\n');
}

async function sectionOf(root: string, name: string): Promise<string> {
  const folder = join(root, 'node_modules', name);
  const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    license?: string;
  };
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file
    ? (await readFile(join(folder, file), 'utf8')).trim()
    : `Licensed under ${license ?? ''}.`;
  return `## ${name} ${version}\n\n\`\`\`text\n${text}\n\`\`\``;
}
