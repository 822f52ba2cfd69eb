import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wrap } from '../../lib/cli/wrap.ts';

test('a page that fits stays as it is', () => {
  const page = 'Usage: gantz\n\nOptions:\n  --raw    print text\n\nOne line.\nAnother line.\n';
  assert.equal(wrap(page, 40), page);
});

test('a row continues below its second column, or has it on the next line when there is little room', () => {
  const page = '  --first   some words about it\n  --second  a word\n';
  assert.equal(wrap(page, 36), page);
  assert.equal(
    wrap('  --first   some words about it, and more\n', 36),
    '  --first   some words about it, and\n            more\n',
  );
  assert.equal(wrap(page, 30), '  --first\n      some words about it\n  --second\n      a word\n');
});

test('an example continues after a backslash, and its JSON stays one word', () => {
  assert.equal(
    wrap(`  gantz cache set '{"key":"a b","value":"it'\\''s"}'\n`, 30),
    `  gantz cache set \\\n      '{"key":"a b","value":"it'\\''s"}'\n`,
  );
});

test('lines without indentation that follow each other are one paragraph', () => {
  assert.equal(wrap('one two three four\nfive\n\nsix\n', 10), 'one two\nthree four\nfive\n\nsix\n');
});

test('no word is lost or broken, and a line is longer than the width only when it is one word', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', '-', '"', '.', ':'),
    minLength: 1,
    maxLength: 12,
  });
  const line = fc
    .tuple(
      fc.constantFrom('', '  ', '        '),
      fc.array(fc.tuple(word, fc.constantFrom(' ', '  ', '      '))),
    )
    .map(([indent, words]) => (indent + words.map(([each, space]) => each + space).join('')).trimEnd());
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 90 }), (lines, width) => {
      const page = lines.join('\n');
      const wrapped = wrap(page, width);
      assert.deepEqual(wrapped.match(/\S+/g), page.match(/\S+/g));
      for (const each of wrapped.split('\n')) assert.ok(each.length <= width || !/\S\s+\S/.test(each), each);
    }),
  );
});
