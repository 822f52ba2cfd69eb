import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../lib/redis/codec.ts';

/** Any JSON value: lone surrogates, `__proto__`, numbers at their limits, strings that look like JSON. */
const string = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.json(),
  fc.json().map((text) => ` ${text}\n`),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.constantFrom(
    '',
    ' ',
    '"',
    '""',
    '-',
    '-0',
    '1e400',
    'true',
    ' null ',
    'nulll',
    '[',
    ']',
    '{}',
    '[1',
    '\u00a01',
    '01',
    '1.',
    '\ud800',
  ),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, 0, 1e300, -1e-300, 5e-324, 2 ** 53, [], [[]], {}),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    string,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(string, fc.constant('__proto__')), tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

describe('codec', () => {
  it('returns every JSON value unchanged', () => {
    fc.assert(
      fc.property(value, (original) => {
        const text = encode(original);
        assert.ok(text.isWellFormed());
        assert.deepStrictEqual(decode(text), original);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps a member __proto__ as an own property', () => {
    const decoded = decode(encode(JSON.parse('{"__proto__":[]}'))) as object;
    assert.ok(Object.hasOwn(decoded, '__proto__'));
  });

  it('stores −0 as 0', () => assert.equal(encode(-0), '0'));

  it('stores ordinary strings as they are, and quotes only those that parse as JSON or are not well-formed', () => {
    fc.assert(
      fc.property(string, (text) => {
        let readsAsJson = true;
        try {
          JSON.parse(text);
        } catch {
          readsAsJson = false;
        }
        assert.equal(encode(text), readsAsJson || !text.isWellFormed() ? JSON.stringify(text) : text);
      }),
      { numRuns: 2000 },
    );
  });

  for (const [stored, expected] of [
    ['hello', 'hello'],
    ['', ''],
    ['123', 123],
    [' [1, 2] ', [1, 2]],
    ['True', 'True'],
    ["{'a': 1}", "{'a': 1}"],
    ['{"a":1}', { a: 1 }],
    ['1.50', 1.5],
    ['12345678901234567890', '12345678901234567890'],
    ['[9007199254740993]', '[9007199254740993]'],
    ['1e400', '1e400'],
    ['007', '007'],
    ['"', '"'],
    ['-0', 0],
  ] as const) {
    it(`decodes ${JSON.stringify(stored)} as another program wrote it`, () =>
      assert.deepStrictEqual(decode(stored), expected));
  }

  it('refuses cyclic, too deep and non-JSON values with INVALID_PARAMETERS', () => {
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    let deep: unknown = [];
    for (let level = 0; level < 600; level++) deep = [deep];
    for (const wrong of [cyclic, deep, undefined, 1n, () => 1]) {
      assert.throws(() => encode(wrong), { name: 'GantzError', code: 'INVALID_PARAMETERS' });
    }
  });

  it('decodes JSON that is nested too deep as a string', () => {
    const text = '['.repeat(600) + ']'.repeat(600);
    assert.equal(decode(text), text);
    assert.equal(decode(encode(text)), text);
  });
});
