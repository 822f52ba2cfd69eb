import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseJson } from '../../lib/json/parse.ts';

const valueOf = (text: string): unknown => {
  const parsed = parseJson(text);
  assert.ok('value' in parsed, `${text.slice(0, 80)} should parse`);
  return parsed.value;
};

describe('parseJson', () => {
  it('returns the value of JSON.parse, with 0 for −0', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const expected = JSON.parse(text, (_, member: unknown) => (member === 0 ? 0 : member)) as unknown;
        assert.deepEqual(valueOf(text), expected);
      }),
    );
  });

  it('accepts every double in its shortest form', () => {
    fc.assert(
      fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
        assert.equal(valueOf(JSON.stringify([number])) instanceof Array, true);
        assert.deepEqual(valueOf(JSON.stringify([number])), [number === 0 ? 0 : number]);
      }),
    );
  });

  for (const literal of [
    '1.0',
    '1e300',
    '0.10',
    '1E2',
    '0.1',
    '9007199254740992',
    '5e-324',
    '100000000000000000000',
    '0e999',
  ]) {
    it(`keeps ${literal}`, () => assert.equal(valueOf(literal), Number(literal)));
  }

  for (const literal of [
    '12345678901234567890',
    '9007199254740993',
    '3.141592653589793238',
    '1e400',
    '1e-400',
    '-1e400',
    '0.1000000000000000055',
  ]) {
    it(`refuses ${literal}, which would lose digits, with its path`, () => {
      const parsed = parseJson(`{"a/b":[1,"]",{"~":${literal}}]}`);
      assert.ok('problem' in parsed && parsed.problem === 'digits');
      assert.equal(parsed.literal, literal);
      assert.equal(parsed.path, '/a~1b/2/~0');
    });
  }

  it('accepts any digits inside strings', () =>
    assert.deepEqual(valueOf('{"12345678901234567890":"\\"12345678901234567890"}'), {
      '12345678901234567890': '"12345678901234567890',
    }));

  it('converts −0 to 0 at any position', () => {
    const value = valueOf('[-0,{"a":-0.0,"__proto__":-0e5,"b":"-0"}]') as [number, Record<string, unknown>];
    assert.ok(Object.is(value[0], 0));
    assert.ok(Object.is(value[1]['a'], 0));
    assert.ok(Object.is(Object.getOwnPropertyDescriptor(value[1], '__proto__')?.value, 0));
    assert.equal(value[1]['b'], '-0');
    assert.ok(Object.is(valueOf('-0'), 0));
  });

  it('makes __proto__ an own property', () => {
    const value = valueOf('{"__proto__":{"x":1}}') as object;
    assert.ok(Object.hasOwn(value, '__proto__'));
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
  });

  it('accepts 500 levels of arrays and objects, and refuses 501', () => {
    const arrays = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const objects = (depth: number): string => '{"[":'.repeat(depth) + '1' + '}'.repeat(depth);
    for (const nested of [arrays, objects]) {
      valueOf(nested(500));
      assert.equal((parseJson(nested(501)) as { problem?: string }).problem, 'depth');
    }
    assert.equal((parseJson(arrays(1_000_000)) as { problem?: string }).problem, 'depth');
    valueOf(JSON.stringify(Array.from({ length: 2000 }, () => [['[[['], '"'])));
  });

  for (const [text, position, words] of [
    ['', 0, 'expected a value at line 1, column 1, found the end of the text'],
    ['{"a" 1}', 5, 'expected ":" at line 1, column 6, found "1"'],
    ['{"a":1,}', 7, 'expected a name in double quotes at line 1, column 8, found "}"'],
    ["{'a':1}", 1, 'expected a name in double quotes or "}" at line 1, column 2, found "\'"'],
    ['[1,\n 2 3]', 7, 'expected "," or the closing bracket at line 2, column 4, found "3"'],
    ['[1] x', 4, 'expected the end at line 1, column 5, found "x"'],
    [
      '"a\nb"',
      2,
      'expected a valid character or the closing quote of a string at line 1, column 3, found "\\n"',
    ],
    [
      '"\\x"',
      1,
      'expected a valid character or the closing quote of a string at line 1, column 2, found "\\\\"',
    ],
    ['[1', 2, 'expected "," or the closing bracket at line 1, column 3, found the end of the text'],
    ['nul', 0, 'expected a value at line 1, column 1, found "n"'],
  ] as const) {
    it(`gives the position of the syntax error in ${JSON.stringify(text)}`, () =>
      assert.deepEqual(parseJson(text), { problem: 'syntax', position, message: words }));
  }

  it('gives a position for every invalid text', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 3 }), (text, at, noise) => {
        const broken =
          text.slice(0, at % (text.length + 1)) + noise + text.slice((at % (text.length + 1)) + 1);
        const parsed = parseJson(broken);
        if (!('problem' in parsed) || parsed.problem !== 'syntax') return;
        assert.ok(parsed.position >= 0 && parsed.position <= broken.length);
        // The text before the position can be completed, so the position is that of the first wrong character.
        assert.throws(() => JSON.parse(broken));
      }),
    );
  });
});
