import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchPattern } from '../../lib/regexp/match.ts';

const ATOMS = [
  'a', 'b', '.', '\\w', '\\d', '\\s', '\\S', '\\W', '[ab]', '[^a]', '[a-c\\d]', '\\p{L}', '😀', '\\u{1F600}', '\\n',
  'a{120}', 'a{0,120}', '.{0,120}?', '^', '$', '\\b', '\\B', '\\1', '\\2', '', '\\k<n>',
]; // prettier-ignore
const COUNTS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}', '{1,}?', '{0}'];
const OPENINGS = ['(', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?<n>'];

/** Patterns, some of which are not valid. */
const patterns = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'pattern' },
    fc.constantFrom(...ATOMS),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('')),
    fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('|')),
    fc.tuple(fc.constantFrom(...OPENINGS), tie('node')).map(([open, body]) => `${open}${body})`),
    fc.tuple(tie('node'), fc.constantFrom(...COUNTS)).map(([body, count]) => `${body}${count}`),
    fc.tuple(tie('node'), fc.constantFrom(...COUNTS)).map(([body, count]) => `(${body})${count}`),
  ),
})).node;

const texts = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', '😀', '\ud83d', '\u2028', 'é', '_', 'A'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

test('the matcher gives the answers of the native engine', async () => {
  const check = (): void => assert.fail('a short match paused');
  await fc.assert(
    fc.asyncProperty(patterns, fc.array(texts, { minLength: 1, maxLength: 5 }), async (pattern, subjects) => {
      let native: RegExp;
      try {
        // V8 also looks for a match of no characters between the halves of 😀. With this prefix it does not.
        new RegExp(pattern, 'u');
        native = new RegExp(`^[^]*?(?:${pattern})`, 'u');
      } catch {
        fc.pre(false);
        return;
      }
      for (const text of subjects)
        assert.equal(
          await matchPattern(pattern, text, check),
          native.test(text),
          JSON.stringify({ pattern, text }),
        );
    }),
    { numRuns: 5000, maxSkipsPerRun: 1000 },
  );
});
