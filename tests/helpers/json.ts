import fc from 'fast-check';

const DIFFICULT_TEXTS = [
  '',
  '"',
  'null',
  'true',
  '123',
  '1e400',
  '12345678901234567890',
  '[]',
  '{"a":1}',
  ' 1',
  '"a"',
  '\ud800',
  'a\udc00b',
  '\u0000',
  '\r\n$5',
  '__proto__',
  'é😀',
  '-0',
  '0x10',
  '*',
  '\\*',
];

/** Any text, including texts that look like other JSON values. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...DIFFICULT_TEXTS),
  fc.string().map((text) => `${text}\udbff`),
);

/** Any JSON value as JSON.parse returns it (0 instead of −0), including difficult ones. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown; array: unknown[]; object: object }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      anyText,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      fc.constantFrom(null, true, false, 0, 1e300, 5e-324, 2 ** 53, -(2 ** 53), 1e21, [], {}, [[]], [{}], {
        '': [],
      }),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc
      .array(fc.tuple(anyText, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
  }),
).value;

/** Any well-formed name of a key or a field, including difficult ones. */
export const anyName = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom('__proto__', 'constructor', '*', '[a]', 'a:b', '\u0000', '\n', '"', '\\'),
);
