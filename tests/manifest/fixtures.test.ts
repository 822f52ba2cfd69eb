import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parseDocument, type Document } from 'yaml';
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

    it(`${name} is ${problems.length === 0 ? 'accepted' : 'refused'} by the schema for editors`, () => {
      const document = parseDocument(readFileSync(path.join(folder, 'gantz.yaml'), 'utf8'), {
        merge: true,
        logLevel: 'silent',
      });
      const data = dataOf(document);
      // An editor reports the errors of YAML itself.
      if (data === undefined) {
        assert.notEqual(problems.length, 0);
        return;
      }
      const accepted = accepts(data);
      const expected = problems.length === 0 || Object.hasOwn(UNSEEN, name);
      assert.equal(accepted, expected, JSON.stringify(accepts.errors, null, 1));
    });

    if (!manifest) continue;

    it(`${name} is plain JSON with schemas that compile`, () => {
      assert.deepEqual(JSON.parse(JSON.stringify(manifest)), manifest);
      for (const { inputSchema, outputSchema } of manifest.tools) {
        ajv.compile(inputSchema);
        if (outputSchema) ajv.compile(outputSchema);
      }
    });
  }
});

/** Returns the data of a document, undefined when it has errors of YAML. */
function dataOf(document: Document): unknown {
  if (document.errors.length > 0) return undefined;
  try {
    return document.toJS();
  } catch {
    return undefined;
  }
}

/** Manifests with problems that the schema for editors accepts, and why. */
const UNSEEN: Readonly<Record<string, string>> = {
  'bad-cache-secret': 'a schema cannot compare a guard with the parameters',
  'bad-returns-gantz': 'parameters and returns have the same schema',
  'warn-tag': 'a tag is resolved before the schema applies',
  'bad-include-broken': 'the schema applies to one file',
  'bad-include-builtin-twice': 'the schema applies to one file',
  'bad-defaults': 'a schema cannot compare the default with the type and the limits beside it',
  'bad-prompts-included': 'the schema applies to one file',
  'bad-duplicate-tools': 'a schema cannot compare the names of tools',
  'warn-lookalikes': 'a schema cannot compare the names of tools',
  'warn-name-in-map': 'a schema cannot compare a key with a value',
  'bad-guard-without-name': 'a schema does not require a name because a tool has a guard',
  'warn-included-audit': 'the schema applies to one file',
  'bad-audit-file': 'a schema does not refuse a path without characters',
  'bad-guard-defaults': 'a schema cannot compare a guard with the parameters',
  'warn-guard-defaults': 'a schema cannot compare a guard with the action of its tool',
  'warn-guards': 'a schema cannot compare a guard with the annotations of its tool',
  'warn-toolsets': 'a schema cannot compare patterns with names',
  'warn-variables': 'texts with references and placeholders are not parsed by the schema',
};

/** Manifests that load with a warning, because one of their tools has no action. */
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
