import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const EAGER = "const childProcess = require('node:child_process');";

/**
 * Removes node:child_process from commander, which would start commands that are programs of their own. It needs the modules for
 * sockets and streams, which take longer to load than the rest of a command.
 */
export const trimmedCommander: Plugin = {
  name: 'trimmed-commander',
  setup(build) {
    build.onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(EAGER))
        throw new Error(`${path} does not contain ${EAGER}; adapt the replacement`);
      return { contents: source.replace(EAGER, 'const childProcess = undefined;'), loader: 'js' };
    });
  },
};
