import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readInputs, ROOT } from './generation-inputs.ts';
import { renderGeneratedFiles } from './generated-files.ts';

for (const [path, content] of await renderGeneratedFiles(await readInputs())) {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  if (read(file) === content) continue;
  writeFileSync(file, content);
  console.log(`wrote ${path}`);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
