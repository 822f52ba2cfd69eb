import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { splitLines } from '../../lib/mcp/lines.ts';

async function linesOf(chunks: readonly (Uint8Array | string)[], maxBytes = 1000): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of splitLines(Readable.from(chunks), maxBytes))
    lines.push('text' in line ? line.text : line.problem);
  return lines;
}

describe('splitLines', () => {
  it('gives the same lines however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('\n', 'a', 'ä', '😀', ' ') }),
        fc.array(fc.nat(40)),
        async (text, cuts) => {
          const bytes = Buffer.from(text);
          const at = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
          const chunks = [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
          const expected = text.split('\n');
          if (expected.at(-1) === '') expected.pop();
          assert.deepEqual(await linesOf(chunks), expected);
        },
      ),
    );
  });

  it('drops a line that is too long and goes on with the next', async () => {
    const long = 'x'.repeat(1001);
    assert.deepEqual(
      await linesOf(['a\n', long.slice(0, 600), `${long.slice(600)}\nb\n`, 'x'.repeat(1000)]),
      ['a', 'too-long', 'b', 'x'.repeat(1000)],
    );
  });

  it('says of a line that it is not UTF-8', async () => {
    assert.deepEqual(await linesOf([Buffer.from([0xff, 0x0a]), 'b\n']), ['not-utf8', 'b']);
  });
});
