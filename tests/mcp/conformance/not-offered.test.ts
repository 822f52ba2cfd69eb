import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { NOT_OFFERED } from './not-offered.ts';

it('docs/mcp.md lists the scenarios that are not offered, with the reasons', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/mcp.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (.*) \| (`[\w-]+`(?:, `[\w-]+`)*) \|$/gm)].map(
    ([, reason = '', names = '']) => [reason, names.replaceAll('`', '').split(', ')] as const,
  );
  for (const [reason, names] of Object.entries(NOT_OFFERED))
    assert.deepEqual(rows.find(([written]) => written === reason)?.[1], names, reason);
});
