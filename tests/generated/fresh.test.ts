import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { renderGeneratedFiles } from '../../scripts/generated-files.ts';
import { readInputs, ROOT } from '../../scripts/generation-inputs.ts';

describe('generated files', () => {
  it('are what npm run generate writes now', async () => {
    for (const [path, content] of await renderGeneratedFiles(await readInputs())) {
      assert.ok(readFileSync(join(ROOT, path), 'utf8') === content, `${path} is stale: npm run generate`);
    }
  });

  it('have the same content for the same inputs, in any order of the scripts', async () => {
    const inputs = await readInputs();
    const reversed = {
      ...inputs,
      scripts: new Map([...inputs.scripts].reverse()),
      includes: new Map([...inputs.includes].reverse()),
    };
    assert.deepEqual(await renderGeneratedFiles(reversed), await renderGeneratedFiles(inputs));
  });

  it('contain no path of this machine', async () => {
    for (const [path, content] of await renderGeneratedFiles(await readInputs())) {
      assert.ok(!content.includes(ROOT), path);
    }
  });

  it('are not generated from a manifest with a warning, or with a tool that is no operation of tools/', async () => {
    const inputs = await readInputs();
    const [tool] = inputs.manifest.tools;
    assert.ok(tool);
    const action = { kind: 'http' as const, method: 'GET', url: '', headers: {}, query: {} };
    const idle = { ...tool, action };
    await assert.rejects(
      renderGeneratedFiles({ ...inputs, manifest: { ...inputs.manifest, tools: [idle] } }),
      /no handler/,
    );
    const warning = {
      severity: 'warning' as const,
      message: 'odd',
      file: '',
      line: 1,
      column: 1,
      source: '',
    };
    await assert.rejects(
      renderGeneratedFiles({ ...inputs, manifest: { ...inputs.manifest, warnings: [warning] } }),
      /odd/,
    );
  });
});
