import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { GantzError } from '../../contract/errors.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { TEMPLATE_FILES } from '../../generated/templates.ts';
import { renderSchemaFile } from '../../run/manifests.ts';
import { printSuccess } from '../../contract/print.ts';
import type { Define } from '../command.ts';

type TemplateName = keyof typeof TEMPLATE_FILES;

/** The command to try first in a project made from each template. */
const FIRST_COMMANDS = {
  redis: `gantz cache set '{"key":"greeting","value":"hello"}'`,
  shell: 'gantz call greet --name Ada',
  http: 'API_URL=https://api.example.com gantz call get-user --id 1',
  python: 'gantz call word-count --text "to be or not to be"',
} as const satisfies Record<TemplateName, string>;

/** `gantz init`: writes the files of a new project into the current folder. Throws CONFLICT when one of them exists. */
export const define: Define = (command, { process, notice }) => {
  const names = Object.keys(FIRST_COMMANDS);
  command
    .addOption(new Option('--template <name>', 'the kind of project').choices(names).default('redis'))
    .action(async ({ template }: { template: TemplateName }) => {
      const contents = {
        ...TEMPLATE_FILES[template],
        'gantz.schema.json': await renderSchemaFile(),
      };
      const folder = process.cwd();
      await refuseExisting(folder, Object.keys(contents));
      for (const [path, text] of Object.entries(contents)) await writeNew(join(folder, path), text);
      notice(`Try it: ${FIRST_COMMANDS[template]}`);
      printSuccess(process, { template, files: Object.keys(contents) });
    });
};

/** Checks every file before the first is written, so that a failure writes nothing. */
async function refuseExisting(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const exists = await access(join(folder, path)).then(
      () => true,
      () => false,
    );
    if (exists) throw fileExists(path);
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw fileExists(file);
    throw new GantzError('USAGE', `Cannot write ${file}: ${reasonOf(error)}`, {
      hint: 'Run gantz init in a folder that you may write to.',
      cause: error,
    });
  }
}

function fileExists(path: string): GantzError {
  return new GantzError('CONFLICT', `${path} already exists`, {
    hint: 'gantz init does not overwrite files. Run it in another folder.',
  });
}
