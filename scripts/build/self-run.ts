import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const LAST_LINE = /\nif \(process\.argv\[1\] === import\.meta\.filename\)[^\n]*\n*$/;

/** Removes the last line of each tools/*.ts. It runs the file by itself in a checkout. */
export const withoutSelfRun: Plugin = {
  name: 'without-self-run',
  setup(build) {
    build.onLoad({ filter: /[\\/]tools[\\/][\w-]+\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replace(LAST_LINE, '\n'), loader: 'ts' };
    });
  },
};
