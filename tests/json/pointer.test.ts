import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pointerOf, unescapeStep } from '../../lib/json/pointer.ts';

test('a JSON Pointer escapes ~ and /, and nothing else', () => {
  assert.equal(pointerOf([]), '');
  assert.equal(pointerOf(['a/b', 0, 'm~n', '']), '/a~1b/0/m~0n/');
});

test('the steps of a JSON Pointer give the names that it was made of', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a') })), (path) => {
      assert.deepEqual(pointerOf(path).split('/').slice(1).map(unescapeStep), path);
    }),
  );
});
