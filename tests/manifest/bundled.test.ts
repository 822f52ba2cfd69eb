import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadBundled, loadBundledTool } from '../../lib/manifest/bundled.ts';

test('the manifest for one call has the tool of the whole one', async () => {
  const whole = await loadBundled();
  for (const tool of whole.tools)
    assert.deepEqual(await loadBundledTool(tool.name), { ...whole, tools: [tool] });
});

test('there is no manifest for the call of another tool', async () => {
  for (const name of ['cache', 'cache-get', 'toString', ''])
    assert.equal(await loadBundledTool(name), undefined);
});
