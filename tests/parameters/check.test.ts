import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import type { JsonSchema, Tool } from '../../lib/contract/manifest.ts';
import { checkParameters, type CheckedParameters } from '../../lib/parameters/check.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';

function tool(properties: Record<string, JsonSchema>, required: string[] = []): Tool {
  return {
    name: 'probe',
    description: '',
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    annotations: {},
    environment: {},
    directory: '/',
  };
}

async function check(subject: Tool, input: unknown): Promise<CheckedParameters> {
  return checkParameters(subject, input, await compileValidator(subject.inputSchema));
}

async function detailsOf(subject: Tool, input: unknown): Promise<{ path: string; message: string }[]> {
  const error: unknown = await check(subject, input).then(
    () => assert.fail('the parameters were accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(
    error instanceof GantzError && error.code === 'INVALID_PARAMETERS' && error.outcome === 'none',
    String(error),
  );
  return [...(error.details ?? [])];
}

const converted: [JsonSchema, unknown, unknown][] = [
  [{ type: 'integer' }, '3600', 3600],
  [{ type: 'integer' }, '-7', -7],
  [{ type: 'integer' }, '1e3', 1000],
  [{ type: 'number' }, '0.5', 0.5],
  [{ type: ['integer', 'null'] }, '5', 5],
  [{ type: 'boolean' }, 'true', true],
  [{ type: 'boolean' }, 'false', false],
  [{ type: 'array', items: { type: 'integer' } }, ['1', 2], [1, 2]],
  [{ type: 'array' }, '["a",1]', ['a', 1]],
  [{ type: 'array' }, ' []\n', []],
  [{ type: 'array', items: { type: 'integer' } }, '["1",2]', [1, 2]],
  [{ type: 'array', items: { type: 'object' } }, ['{"a":1}', { b: 2 }], [{ a: 1 }, { b: 2 }]],
  [{ type: 'array', items: {} }, ['["a"]'], ['["a"]']],
  [{ type: 'object' }, '{"a":{"b":[]}}', { a: { b: [] } }],
  [{ type: ['object', 'null'] }, '{}', {}],
  [{ type: ['array', 'object'] }, '{"a":1}', { a: 1 }],
  [{ type: ['array', 'string'] }, '["a"]', '["a"]'],
  [{}, '["a"]', '["a"]'],
  [{ type: 'string' }, '5', '5'],
  [{ type: ['string', 'integer'] }, '5', '5'],
  [{}, '5', '5'],
  [{}, null, null],
  [{ type: 'integer' }, -0, 0],
];
for (const [schema, given, wanted] of converted) {
  test(`${JSON.stringify(given)} for ${JSON.stringify(schema)} becomes ${JSON.stringify(wanted)}`, async () => {
    const { params } = await check(tool({ p: schema }), { p: given });
    assert.equal(JSON.stringify(params['p']), JSON.stringify(wanted));
  });
}

const refused: [JsonSchema, unknown, RegExp][] = [
  [{ type: 'integer' }, '0x10', /must be integer, not the text "0x10"/],
  [{ type: 'integer' }, '', /not the text ""/],
  [{ type: 'integer' }, ' 5', /not the text/],
  [{ type: 'integer' }, '9007199254740993', /would lose digits/],
  [{ type: 'integer' }, '1.5', /must be integer/],
  [{ type: 'integer' }, null, /must be integer/],
  [{ type: 'integer' }, true, /must be integer/],
  [{ type: 'integer' }, NaN, /must be integer/],
  [{ type: 'number' }, 'Infinity', /not the text/],
  [{ type: 'boolean' }, 'yes', /must be boolean/],
  [{ type: 'boolean' }, 1, /must be boolean/],
  [{ type: 'array' }, '[INFO] started', /must be array, not the text "\[INFO\] started"/],
  [{ type: 'array' }, '{"a":1}', /must be array, not the text/],
  [{ type: 'array' }, '1h', /must be array, not the text "1h"$/],
  [{ type: 'array' }, '[12345678901234567890]', /would lose digits/],
  [{ type: 'array' }, '['.repeat(2000) + ']'.repeat(2000), /nest deeper/],
  [{ type: 'object' }, '["a"]', /must be object, not the text/],
  [{ type: 'object' }, '', /must be object, not the text ""/],
  [{ type: ['object', 'null'] }, 'null', /must be object or null, not the text "null"/],
  [{ type: 'string' }, 5, /must be string/],
  [{ type: 'string', minLength: 1 }, '', /must not be empty/],
  [{ enum: ['a', 'b'] }, 'c', /must be one of "a", "b"/],
  [{ type: 'string', format: 'email' }, 'nobody', /format/],
  [{ type: ['integer', 'null'], minimum: 1 }, 0, />= 1/],
];
for (const [schema, given, message] of refused) {
  test(`${JSON.stringify(given).slice(0, 60)} for ${JSON.stringify(schema)} is refused`, async () => {
    const [detail, ...more] = await detailsOf(tool({ p: schema }), { p: given });
    assert.equal(detail?.path, '/p');
    assert.match(detail.message, message);
    assert.deepEqual(more, []);
  });
}

test('every problem has its own detail', async () => {
  const subject = tool({ key: { type: 'string' }, ttl: { type: 'integer' } }, ['key']);
  assert.deepEqual(await detailsOf(subject, { tll: 5, ttl: 'x' }), [
    { path: '/tll', message: 'is not a parameter; did you mean "ttl"?' },
    { path: '/ttl', message: 'must be integer, not the text "x"' },
    { path: '/key', message: 'is required' },
  ]);
});

for (const input of [null, [], 'text', 5, true, undefined]) {
  test(`parameters that are ${JSON.stringify(input)} are refused`, async () => {
    assert.equal((await detailsOf(tool({}), input))[0]?.path, '');
  });
}

test('defaults are filled in as new copies for every call, and the input is not changed', async () => {
  const subject = tool({ data: { type: 'object', default: {} }, n: { type: 'integer', default: 3 } });
  const input = {};
  const first = await check(subject, input);
  const second = await check(subject, input);
  assert.deepEqual(first.params, { data: {}, n: 3 });
  assert.notEqual(first.params['data'], second.params['data']);
  assert.deepEqual(input, {});
  assert.deepEqual([first.given('n'), (await check(subject, { n: 1 })).given('n')], [false, true]);
});

for (const name of ['constructor', 'toString', 'valueOf', 'hasOwnProperty']) {
  test(`a parameter may have the name ${name}, and may be absent`, async () => {
    const optional = tool({
      [name]: { type: 'string' },
      inside: { type: 'object', properties: { [name]: {} } },
    });
    assert.deepEqual((await check(optional, { inside: {} })).params, { inside: {} });
    assert.deepEqual((await check(optional, { [name]: 'given' })).params, { [name]: 'given' });
    const required = tool({ [name]: { type: 'string' } }, [name]);
    assert.deepEqual(await detailsOf(required, {}), [{ path: `/${name}`, message: 'is required' }]);
  });
}

test('__proto__ is an ordinary parameter name', async () => {
  assert.equal((await detailsOf(tool({}), JSON.parse('{"__proto__":1}')))[0]?.path, '/__proto__');
  assert.equal((await detailsOf(tool({}), { constructor: 1 }))[0]?.path, '/constructor');
});
