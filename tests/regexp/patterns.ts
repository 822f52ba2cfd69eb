import fc from 'fast-check';

const ATOMS = [
  'a', 'b', '.', '\\w', '\\d', '\\s', '\\S', '\\W', '[ab]', '[^a]', '[a-c\\d]', '\\p{L}', '😀', '\\u{1F600}', '\\n',
  'a{120}', 'a{0,120}', '.{0,120}?', '^', '$', '\\b', '\\B', '\\1', '\\2', '', '\\k<n>',
]; // prettier-ignore
const COUNTS = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{2,}', '{1,}?', '{0}'];
const OPENINGS = ['(', '(?:', '(?=', '(?!', '(?<=', '(?<!', '(?<n>'];

/** Valid patterns. Some have lookarounds, groups and back references. */
export const patterns: fc.Arbitrary<string> = fc
  .letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'pattern' },
      fc.constantFrom(...ATOMS),
      fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('')),
      fc.tuple(tie('node'), tie('node')).map((parts) => parts.join('|')),
      fc.tuple(fc.constantFrom(...OPENINGS), tie('node')).map(([open, body]) => `${open}${body})`),
      fc.tuple(tie('node'), fc.constantFrom(...COUNTS)).map(([body, count]) => `${body}${count}`),
      fc.tuple(tie('node'), fc.constantFrom(...COUNTS)).map(([body, count]) => `(${body})${count}`),
    ),
  }))
  .node.filter(isValid);

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').unicode;
  } catch {
    return false;
  }
}

const CHARACTERS = ['a', 'b', 'c', '1', ' ', '\n', '😀', '\ud83d', '\u2028', 'é', '_', 'A'];

/** Short texts. */
export const texts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...CHARACTERS), { maxLength: 8 })
  .map((parts) => parts.join(''));
