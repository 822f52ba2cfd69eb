import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { slotOf } from '../../../lib/redis/slot.ts';
import { temporaryKey } from '../../../lib/redis/transfer/temporary-key.ts';

const KEYS = ['mcp:cache:a', 'a{b}c', '{}', 'a{}b{c}', 'a}b', 'a{b', '}{', '{{x}}', '{x', 'ü{漢}', 'a}{b}'];

describe('the temporary key of an import', () => {
  for (const key of KEYS) {
    it(`is in the slot of ${key}`, () => {
      assert.equal(slotOf(temporaryKey('mcp', 'id', key)), slotOf(key));
    });
  }

  it('is in the slot of any key, and differs for different keys', () => {
    const text = fc.string({ unit: fc.constantFrom('{', '}', 'a', 'ü', ':'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const temporary = temporaryKey('mcp', 'id', one);
        assert.equal(slotOf(temporary), slotOf(one));
        if (one !== other) assert.notDeepEqual(temporary, temporaryKey('mcp', 'id', other));
      }),
      { numRuns: 2000 },
    );
  });

  it('is in the slot of a key that is not UTF-8', () => {
    const key = Buffer.from([0x6d, 0xff, 0x7b, 0xfe, 0x7d, 0x01]);
    assert.equal(slotOf(temporaryKey('mcp', 'id', key)), slotOf(key));
  });
});
