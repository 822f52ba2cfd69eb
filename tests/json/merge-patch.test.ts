import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { equalJson } from '../../lib/json/equal.ts';
import { mergePatch } from '../../lib/json/merge-patch.ts';
import { isObject } from '../../lib/json/object.ts';
import { anyJson, anyText } from '../helpers/json.ts';

/** The examples of RFC 7396, appendix A: a target, a patch and the result. */
const EXAMPLES: readonly (readonly [target: string, patch: string, result: string])[] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', '{}'],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', 'null', 'null'],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
  ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

const anyObject = fc.dictionary(anyText, anyJson, { maxKeys: 5 });
const anyValue = fc.oneof(anyJson, anyObject);

/** Returns true when a null is a member of an object that is reached through objects. */
function hasNullMember(value: unknown): boolean {
  return isObject(value) && Object.values(value).some((member) => member === null || hasNullMember(member));
}

describe('mergePatch', () => {
  for (const [target, patch, result] of EXAMPLES) {
    it(`gives ${result} for ${target} and the patch ${patch}`, () => {
      assert.deepEqual(mergePatch(JSON.parse(target), JSON.parse(patch)), JSON.parse(result));
    });
  }

  it('treats __proto__ as any other key', () => {
    const patch: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}');
    const merged = mergePatch(JSON.parse('{"__proto__":{"c":3}}'), patch);
    assert.equal(JSON.stringify(merged), '{"__proto__":{"c":3,"a":1},"constructor":{"prototype":{"b":2}}}');
    assert.equal(Object.hasOwn(Object.prototype, 'a'), false);
    assert.equal(
      JSON.stringify(mergePatch(merged, JSON.parse('{"__proto__":null}'))),
      '{"constructor":{"prototype":{"b":2}}}',
    );
  });

  it('gives the patch for any patch that is no object, and never changes its arguments', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        const merged = mergePatch(target, patch);
        assert.equal(JSON.stringify([target, patch]), before);
        if (!isObject(patch)) assert.equal(merged, patch);
      }),
    );
  });

  it('sets, merges or removes each member of the patch, and keeps the others', () => {
    fc.assert(
      fc.property(anyObject, anyObject, (target, patch) => {
        const merged = mergePatch(target, patch);
        assert.ok(isObject(merged));
        for (const [name, value] of Object.entries(target))
          if (!Object.hasOwn(patch, name)) assert.ok(Object.hasOwn(merged, name) && merged[name] === value);
        for (const [name, value] of Object.entries(patch)) {
          assert.equal(Object.hasOwn(merged, name), value !== null);
          if (value === null) continue;
          const old = Object.hasOwn(target, name) ? target[name] : undefined;
          assert.ok(equalJson(merged[name], mergePatch(old, value)));
        }
        for (const name of Object.keys(merged))
          assert.ok(Object.hasOwn(target, name) || Object.hasOwn(patch, name));
      }),
    );
  });

  it('changes nothing when it is applied again, and turns anything into a value without null members', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (target, patch) => {
        const merged = mergePatch(target, patch);
        assert.ok(equalJson(mergePatch(merged, patch), merged));
        if (!hasNullMember(patch)) assert.ok(equalJson(mergePatch(undefined, patch), patch));
      }),
    );
  });

  it('merges values that nest as deep as any value may', () => {
    const nested = (leaf: string): unknown => JSON.parse(`${'{"a":'.repeat(499)}${leaf}${'}'.repeat(499)}`);
    assert.ok(equalJson(mergePatch(nested('{"b":1}'), nested('{"c":2}')), nested('{"b":1,"c":2}')));
  });
});
