import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { extract, parsePath, quoteLongNumbers, type Step } from '../../../lib/run/http/extract.ts';
import { anyJson } from '../../helpers/json.ts';

describe('a path of extract_json', () => {
  const good: [string, Step[]][] = [
    ['a', ['a']],
    ['$', []],
    ['$.a', ['a']],
    ['$[0]', [0]],
    ['[0].a', [0, 'a']],
    [' data.items[0].name ', ['data', 'items', 0, 'name']],
    ["a['b.c'][\"d'e\"]", ['a', 'b.c', "d'e"]],
    ['a.0.b-c', ['a', '0', 'b-c']],
    ['$id', ['$id']],
    ["['']", ['']],
  ];
  for (const [path, steps] of good) {
    it(`reads ${path}`, () => assert.deepEqual(parsePath(path), steps));
  }
  for (const path of ['', '$.', 'a.', 'a..b', 'a[', 'a[-1]', 'a[*]', 'a[0]b', 'a b', "a['b", '$..a', 'a]']) {
    it(`refuses ${JSON.stringify(path)}`, () => assert.equal(parsePath(path), undefined));
  }
});

describe('extract', () => {
  const value = JSON.parse('{"a":[{"b":null},{}],"__proto__":{"x":1},"n":5,"e":{}}') as unknown;
  const missing: [Step[], string][] = [
    [['b'], 'the response has a, __proto__, n, e'],
    [['a', 2], 'a is a list of 2'],
    [['a', 'length'], 'a is a list of 2'],
    [['a', 0, 'b', 'c'], 'a[0].b is null'],
    [['n', 'toString'], 'n is a number'],
    [['e', 'constructor'], 'e is an empty object'],
    [['e', 0], 'e is an empty object'],
  ];
  for (const [steps, message] of missing) {
    it(`reports that ${message}`, () => assert.deepEqual(extract(value, steps), { missing: message }));
  }

  it('finds own members only, and elements by index', () => {
    assert.deepEqual(extract(value, ['a', 0, 'b']), { value: null });
    assert.deepEqual(extract(value, ['a', '0', 'b']), { value: null });
    assert.deepEqual(extract(value, ['__proto__', 'x']), { value: 1 });
    assert.deepEqual(extract(5, []), { value: 5 });
  });
});

describe('quoteLongNumbers', () => {
  it('quotes only numbers that would lose digits', () => {
    const text = '{"1e400":-12345678901234567890,"a":[1.0,1e400,"\\"12345678901234567890"]}';
    assert.equal(
      quoteLongNumbers(text),
      '{"1e400":"-12345678901234567890","a":[1.0,"1e400","\\"12345678901234567890"]}',
    );
  });

  it('does not change the output of JSON.stringify', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        assert.equal(quoteLongNumbers(text), text);
      }),
    );
  });
});
