import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineSplitter, readLines } from '../../lib/json/lines.ts';

async function linesOf(chunks: readonly (Uint8Array | string)[], maxBytes = 1000): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const block of readLines(Readable.from(chunks), maxBytes))
    for (const line of block) lines.push('text' in line ? line.text : line.problem);
  return lines;
}

function repairedLinesOf(chunks: readonly (Buffer | string)[], maxBytes = 1000): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter({ maxBytes, onLine: (line) => lines.push(line) });
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}

const text = fc.string({ unit: fc.constantFrom('\n', 'a', 'ä', '😀', ' ') });
const cuts = fc.array(fc.nat(40));

/** Returns the bytes, cut at these offsets. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => Math.min(place, bytes.length)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

function expectedLines(of: string): string[] {
  const lines = of.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

describe('readLines', () => {
  it('gives the same lines however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(text, cuts, async (whole, places) => {
        assert.deepEqual(await linesOf(cutAt(Buffer.from(whole), places)), expectedLines(whole));
      }),
    );
  });

  it('gives the lines that end in one chunk at once, and each chunk before the next is read', async () => {
    const blocks: unknown[] = [];
    for await (const block of readLines(Readable.from(['a\nb\nc', 'd\n', 'e']), 1000)) blocks.push(block);
    assert.deepEqual(blocks, [[{ text: 'a' }, { text: 'b' }], [{ text: 'cd' }], [{ text: 'e' }]]);
  });

  it('drops a line that is too long and goes on with the next', async () => {
    const long = 'x'.repeat(1001);
    assert.deepEqual(
      await linesOf(['a\n', long.slice(0, 600), `${long.slice(600)}\nb\n`, 'x'.repeat(1000)]),
      ['a', 'too-long', 'b', 'x'.repeat(1000)],
    );
  });

  it('drops a line that is too long between others of its chunk', async () => {
    assert.deepEqual(await linesOf([`a\nb\n${'x'.repeat(1001)}\nc\nd`]), ['a', 'b', 'too-long', 'c', 'd']);
  });

  it('reports the line that is not UTF-8, and no other of its chunk', async () => {
    assert.deepEqual(await linesOf([Buffer.from([0xff, 0x0a]), 'b\n']), ['not-utf8', 'b']);
    const block = Buffer.concat([Buffer.from('ä\nb\n'), Buffer.from([0xff, 0x0a]), Buffer.from('d\ne')]);
    assert.deepEqual(await linesOf([block]), ['ä', 'b', 'not-utf8', 'd', 'e']);
  });

  it('leaves out a byte order mark at the start of the stream, and only there', async () => {
    assert.deepEqual(await linesOf(['\uFEFFa\n\uFEFFb\n']), ['a', '\uFEFFb']);
  });
});

describe('LineSplitter without onProblem', () => {
  it('gives the same lines however the stream is cut', () => {
    fc.assert(
      fc.property(text, cuts, (whole, places) => {
        assert.deepEqual(repairedLinesOf(cutAt(Buffer.from(whole), places)), expectedLines(whole));
      }),
    );
  });

  it('replaces invalid bytes', () => {
    const block = Buffer.from([0xc3, 0x0a, 0x61, 0xff, 0x0a, 0x62, 0x0a, 0xc3]);
    assert.deepEqual(repairedLinesOf([block]), ['\uFFFD', 'a\uFFFD', 'b', '\uFFFD']);
  });

  it('gives a long line in parts that cut no character', () => {
    const line = 'ä😀'.repeat(40);
    fc.assert(
      fc.property(cuts, (places) => {
        const parts = repairedLinesOf(cutAt(Buffer.from(line), places), 5);
        assert.equal(parts.join(''), line);
      }),
    );
    assert.deepEqual(repairedLinesOf(['abcd', Buffer.from([0xc3]), Buffer.from([0xa4]), 'e\nf'], 4), [
      'abcd',
      'äe',
      'f',
    ]);
  });
});
