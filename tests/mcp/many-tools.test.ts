import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { connect } from './connect.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/mcp.md'), 'utf8');
/** Rows such as: | `core` | what it holds | 14 | 3,900 | 2,400 | */
const ROWS = [...PAGE.matchAll(/^\| `?(all|[\w-]+)`? \| [^|]*\| (\d+) \| ([\d,]+) \| ([\d,]+) \|$/gm)].map(
  ([, list = '', tools = '', ...tokens]) => ({
    list,
    tools: Number(tools),
    tokens: tokens.map((text) => Number(text.replace(',', ''))),
  }),
);

function tokensOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value)) / 4;
}

describe('the table of docs/mcp.md', () => {
  it('has a row for all tools, for each toolset and for --discover', () => {
    const toolsets = Object.keys(BUNDLED_MANIFEST.toolsets);
    assert.deepEqual(
      ROWS.map(({ list }) => list),
      ['all', ...toolsets, '--discover'],
    );
  });

  for (const { list, tools, tokens } of ROWS) {
    it(`says what ${list} costs`, async () => {
      const flags = list === '--discover' ? [list] : [];
      const args = list === '--discover' || list === 'all' ? [] : ['--toolset', list];
      const agent = await connect({ args: ['-c', 'builtin:redis', ...args], flags });
      const listed = await agent.list();
      await agent.close();
      assert.equal(listed.length, tools);
      const withoutOutput = listed.map(({ outputSchema: _, ...tool }) => tool);
      for (const [index, value] of [listed, withoutOutput].entries()) {
        const [actual, said = 0] = [tokensOf({ tools: value }), tokens[index]];
        assert.ok(
          Math.abs(actual - said) < 0.05 * actual,
          `the page says ${said} tokens, and it is ${Math.round(actual)}`,
        );
      }
    });
  }
});
