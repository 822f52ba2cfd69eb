import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';

/** `await using` needs types that a compiler does not load by default for older targets. */
const REFERENCE = '/// <reference lib="esnext.disposable" />\n';

/** Writes the types of the library into one file, for a CommonJS module. */
export async function declareLibrary(root: string, folder: string): Promise<void> {
  const [types = ''] = generateDtsBundle(
    [
      {
        filePath: join(root, 'lib/library/library.ts'),
        output: { noBanner: true, exportReferencedTypes: false },
      },
    ],
    // `npm run types` checks the sources; checking them here too would make a build half as long again.
    { preferredConfigPath: join(root, 'scripts/build/tsconfig.declarations.json') },
  );
  await writeFile(join(folder, 'library.d.cts'), `${REFERENCE}${types}`);
}
