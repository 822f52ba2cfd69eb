import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDtsBundle } from 'dts-bundle-generator';

/** `await using` wants names that only newer settings of a compiler know by themselves. */
const REFERENCE = '/// <reference lib="esnext.disposable" />\n';

/** Writes the types of the library, all in one file, as those of a CommonJS module. */
export async function declareLibrary(root: string, folder: string): Promise<void> {
  const [types = ''] = generateDtsBundle(
    [
      {
        filePath: join(root, 'lib/library/library.ts'),
        output: { noBanner: true, exportReferencedTypes: false },
      },
    ],
    // The sources are checked by `npm run types`.
    { preferredConfigPath: join(root, 'tsconfig.json') },
  );
  await writeFile(join(folder, 'library.d.cts'), `${REFERENCE}${types}`);
}
