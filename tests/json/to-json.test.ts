import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { MAX_DEPTH } from '../../lib/json/depth.ts';
import { pointerOf } from '../../lib/json/pointer.ts';
import { toJson } from '../../lib/json/to-json.ts';

class Point {
  readonly #secret = 1;
  x = 1;
  get secret(): number {
    return this.#secret;
  }
}

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}

const loop: { list: unknown[] } = { list: [] };
loop.list.push({ loop });

describe('toJson', () => {
  it('copies every JSON value as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        assert.deepEqual(toJson(value), { value: JSON.parse(JSON.stringify(value)) as unknown });
      }),
    );
  });

  const converted: [what: string, given: unknown, value: unknown][] = [
    ['a Date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['a URL', new URL('http://a/b'), 'http://a/b'],
    ['a toJSON that returns an array', { toJSON: () => [1] }, [1]],
    ['an undefined member', { a: undefined, b: 1 }, { b: 1 }],
    ['−0', [-0], [0]],
    ['an object of a class', new Point(), { x: 1 }],
    ['an object of another realm', runInNewContext('({ a: [1] })'), { a: [1] }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['the same object twice', [[loop.list.length], [loop.list.length]], [[1], [1]]],
    ['the deepest nesting', nested(MAX_DEPTH), nested(MAX_DEPTH)],
  ];
  for (const [what, given, value] of converted) {
    it(`converts ${what}`, () => {
      assert.deepEqual(toJson(given), { value });
    });
  }

  it('takes __proto__ as a member like any other', () => {
    const given: unknown = JSON.parse('{"__proto__":{"a":1}}');
    assert.equal(JSON.stringify(toJson(given)), '{"value":{"__proto__":{"a":1}}}');
  });

  const refused: [what: string, given: unknown, pointer: string, message: string][] = [
    ['undefined', undefined, '', 'is undefined'],
    ['undefined in an array', [1, undefined], '/1', 'is undefined'],
    ['a hole in an array', new Array(1), '/0', 'is undefined'],
    ['a toJSON that returns undefined', { a: { toJSON: () => undefined } }, '/a', 'is undefined'],
    ['NaN', { 'a/b': NaN }, '/a~1b', 'is NaN'],
    ['Infinity', -Infinity, '', 'is -Infinity'],
    ['a BigInt', [[1n]], '/0/0', 'is a BigInt'],
    ['a function', { f() {} }, '/f', 'is a function'],
    ['a symbol', { a: Symbol('s') }, '/a', 'is a symbol'],
    ['bytes', new Uint8Array(1), '', 'is binary data, which must become text first'],
    ['a Buffer, though it has toJSON', Buffer.from('a'), '', 'is binary data, which must become text first'],
    ['a Map', new Map([[1, 2]]), '', 'is of the type Map'],
    ['an Error with a member', Object.assign(new Error('e'), { code: 'E' }), '', 'is of the type Error'],
    ['a boxed string', new String('ab'), '', 'is of the type String'],
    ['an object whose content is not in members', new Headers({ a: 'b' }), '', 'is of the type Headers'],
    ['a Map of another realm', runInNewContext('new Map()'), '', 'is of the type Map'],
    ['a cycle', loop, '/list/0/loop', 'is inside itself'],
    [
      'nesting too deep',
      nested(MAX_DEPTH + 1),
      '/0'.repeat(MAX_DEPTH),
      `is nested deeper than ${MAX_DEPTH} levels`,
    ],
    [
      'a getter that throws',
      {
        a: {
          get b() {
            throw new Error('no');
          },
        },
      },
      '/a',
      'cannot be read: no',
    ],
  ];
  for (const [what, given, pointer, message] of refused) {
    it(`reports ${what}`, () => {
      const json = toJson(given);
      assert.ok('problems' in json);
      assert.deepEqual(
        json.problems.map((problem) => [pointerOf(problem.path), problem.message]),
        [[pointer, message]],
      );
    });
  }

  it('reports every part that JSON cannot carry', () => {
    const json = toJson({ a: [NaN, 1, 2n], b: { c: undefined, d: () => 1 } });
    assert.ok('problems' in json);
    assert.deepEqual(
      json.problems.map(({ path }) => path),
      [
        ['a', 0],
        ['a', 2],
        ['b', 'd'],
      ],
    );
  });
});
