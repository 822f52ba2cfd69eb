import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { GantzError } from '../../errors.ts';
import { renderSchema } from '../../manifest/schema.ts';
import type { Define } from '../command.ts';
import { printSuccess } from '../../contract/print.ts';
import { TEMPLATES, type TemplateName } from '../templates/templates.ts';

/** `gantz init`: writes the files of a new project into the current folder; never over one that is there. */
export const define: Define = (command, { process, notice }) => {
  const names = Object.keys(TEMPLATES) as TemplateName[];
  command
    .addOption(new Option('--template <name>', 'what to begin with').choices(names).default('redis'))
    .action(async ({ template }: { template: TemplateName }) => {
      const { files, next } = TEMPLATES[template];
      const contents = { ...files, 'gantz.schema.json': `${JSON.stringify(renderSchema(), null, 2)}\n` };
      const folder = process.cwd();
      await refuseExisting(folder, Object.keys(contents));
      for (const [path, text] of Object.entries(contents)) await writeNew(join(folder, path), text);
      notice(`Try it: ${next}`);
      printSuccess(process, { template, files: Object.keys(contents) });
    });
};

/** Looks at every file before the first is written, so that a refusal leaves nothing behind. */
async function refuseExisting(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const there = await access(join(folder, path)).then(
      () => true,
      () => false,
    );
    if (there) throw exists(path);
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw exists(file);
    throw error;
  }
}

function exists(path: string): GantzError {
  return new GantzError('CONFLICT', `${path} is already there`, {
    hint: 'gantz init never overwrites; run it in another folder.',
  });
}
