import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { BUILTIN } from '../../lib/manifest/bundled.ts';
import { describeProblem } from '../../lib/manifest/diagnose.ts';
import type { Manifest, Problem } from '../../lib/contract/manifest.ts';
import { checkManifest, renderSchema, reviewAction } from '../../lib/run/manifests.ts';

const ROOT = path.join(import.meta.dirname, '../fixtures/manifests');
// `npm run fixtures` rewrites the expected files; review the diff.
const UPDATE = process.env['UPDATE'] === '1';

describe('every manifest of the fixtures', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const accepts = ajv.compile(await renderSchema());

  for (const name of readdirSync(ROOT)) {
    const folder = path.join(ROOT, name);
    const { manifest, problems } = await checkManifest(
      { file: path.join(folder, 'gantz.yaml') },
      // Actions are reviewed as well, as by `gantz validate`.
      name.startsWith('warn-') ? { review: reviewAction } : {},
    );

    it(`${name} gives the stored problems and manifest`, () => {
      const report = problems.map((problem) => describeProblem(local(problem, folder))).join('\n\n');
      compare(path.join(folder, 'expected.txt'), report && `${report}\n`);
      compare(path.join(folder, 'expected.json'), manifest ? render(manifest, folder) : '');
    });

    it(`${name} is refused if and only if its name begins with bad-`, () => {
      assert.equal(manifest === undefined, name.startsWith('bad-'));
      assert.equal(problems.length === 0, name.startsWith('good-') && !SKETCHES.has(name));
    });

    if (!manifest) continue;

    it(`${name} is accepted by the schema for editors`, () => {
      const data: unknown = parse(readFileSync(path.join(folder, 'gantz.yaml'), 'utf8'), {
        merge: true,
        logLevel: 'silent',
      });
      assert.ok(accepts(data), JSON.stringify(accepts.errors, null, 1));
    });

    it(`${name} is plain JSON with schemas that compile`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(manifest)), manifest);
      for (const { inputSchema, outputSchema } of manifest.tools) {
        ajv.compile(inputSchema);
        if (outputSchema) ajv.compile(outputSchema);
      }
    });
  }
});

/** These load with a warning, because one of their tools has no action. */
const SKETCHES = new Set(['good-name-only', 'good-tools-map']);

function local(problem: Problem, folder: string): Problem {
  const strip = (text: string): string => text.replaceAll(`${folder}/`, '');
  return { ...problem, file: strip(problem.file), message: strip(problem.message) };
}

/** Renders the manifest as JSON, its folder as `<here>`, without the bundled tools that it includes. */
function render(manifest: Manifest, folder: string): string {
  const tools = manifest.tools.filter(({ action }) => action?.kind !== 'bundled');
  const bundled = manifest.tools.length - tools.length;
  const shown = {
    ...manifest,
    tools: bundled > 0 ? [...tools, `and ${BUILTIN}`] : tools,
    warnings: manifest.warnings.length,
  };
  return `${JSON.stringify(shown, null, 2).replaceAll(folder, '<here>')}\n`;
}

function compare(file: string, content: string): void {
  if (UPDATE && content === '') rmSync(file, { force: true });
  else if (UPDATE) writeFileSync(file, content);
  else assert.equal(content, existsSync(file) ? readFileSync(file, 'utf8') : '');
}
