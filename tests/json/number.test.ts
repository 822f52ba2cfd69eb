import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { losesDigits } from '../../lib/json/number.ts';

for (const literal of [
  '0',
  '-0',
  '1.0',
  '0.10',
  '1e300',
  '5e-324',
  '1.7976931348623157e308',
  '9007199254740992',
  '100000000000000000000',
  '0.1e1',
  '1E5',
  '0e999999999999',
]) {
  test(`${literal} keeps its digits`, () => assert.equal(losesDigits(literal), false));
}

for (const literal of [
  '9007199254740993',
  '12345678901234567890',
  '3.141592653589793238',
  '1e400',
  '-1e400',
  '1e-400',
  '0.1000000000000000055511151231257827',
  '1e99999999999999999999',
]) {
  test(`${literal} loses digits`, () => assert.equal(losesDigits(literal), true));
}

test('every number that JSON.stringify writes keeps its digits', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
      assert.equal(losesDigits(JSON.stringify(value)), false),
    ),
    { numRuns: 2000 },
  );
});
