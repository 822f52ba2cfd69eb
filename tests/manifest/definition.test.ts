import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import type { JsonSchema, ObjectSchema, Tool } from '../../lib/contract/manifest.ts';
import { definitionOf, refusedByModelApis } from '../../lib/manifest/definition.ts';
import { portableSchema } from '../../lib/manifest/portable-schema.ts';
import { loadManifest } from '../../lib/run/manifests.ts';

const SCHEMA: ObjectSchema = { type: 'object', properties: {}, required: [], additionalProperties: false };
const TOOL: Tool = {
  name: 't',
  description: 'd',
  inputSchema: SCHEMA,
  annotations: {},
  environment: {},
  directory: '/',
};

describe('portableSchema', () => {
  const cases: [schema: JsonSchema, portable: JsonSchema][] = [
    [{ type: 'array' }, { type: 'array', items: {} }],
    [
      { type: 'array', items: { type: 'array' } },
      { type: 'array', items: { type: 'array', items: {} } },
    ],
    [{ properties: { a: { type: 'array' } } }, { properties: { a: { type: 'array', items: {} } } }],
    // Members may have the names of keywords.
    [
      { properties: { default: { type: 'array' }, type: { type: 'array' } } },
      { properties: { default: { type: 'array', items: {} }, type: { type: 'array', items: {} } } },
    ],
    [{ anyOf: [{ type: 'array' }, false] }, { anyOf: [{ type: 'array', items: {} }, false] }],
    [
      { default: { type: 'array' }, enum: [{ type: ['a', 'b'] }] },
      { default: { type: 'array' }, enum: [{ type: ['a', 'b'] }] },
    ],
    [{ dependentRequired: { type: ['array'] } }, { dependentRequired: { type: ['array'] } }],
    [{ type: ['array'] }, { type: 'array', items: {} }],
    [
      { type: ['integer', 'null'], minimum: 1, default: 3, description: 'd' },
      { default: 3, description: 'd', anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }] },
    ],
    [{ type: ['array', 'null'] }, { anyOf: [{ type: 'array', items: {} }, { type: 'null' }] }],
  ];
  for (const [schema, portable] of cases)
    it(JSON.stringify(schema), () => assert.deepEqual(portableSchema(schema), portable));

  it('returns a schema that needs no change as it is', () => {
    const schema = {
      type: 'object',
      properties: { type: { type: 'array', items: {} }, s: { type: 'string' } },
    };
    assert.equal(portableSchema(schema), schema);
  });

  it('keeps an anyOf that the schema has already', () => {
    const anyOf = [{ const: 'a' }, { const: null }];
    assert.deepEqual(portableSchema({ type: ['string', 'null'], anyOf }), {
      anyOf,
      allOf: [{ anyOf: [{ type: 'string' }, { type: 'null' }] }],
    });
  });

  it('keeps the places that a reference may refer to', () => {
    const properties = {
      a: { type: ['array', 'null'], items: { type: 'string' } },
      b: { $ref: '#/properties/a/items' },
    };
    assert.deepEqual(portableSchema({ properties }), {
      properties: {
        a: { items: { type: 'string' }, anyOf: [{ type: 'array' }, { type: 'null' }] },
        b: { $ref: '#/properties/a/items' },
      },
    });
  });

  it('accepts the same values', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: false, addUsedSchema: false });
    const type = fc.constantFrom('string', 'integer', 'number', 'boolean', 'array', 'object', 'null');
    const leaf: fc.Arbitrary<JsonSchema> = fc.record(
      { type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })), minimum: fc.constant(1) },
      { requiredKeys: [] },
    );
    const schema: fc.Arbitrary<JsonSchema> = fc.record(
      {
        type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 4 })),
        enum: fc.array(fc.constantFrom(1, 'a', null, true, [], [1], {}), { minLength: 1, maxLength: 4 }),
        minimum: fc.integer({ min: -1, max: 2 }),
        minLength: fc.integer({ min: 0, max: 2 }),
        maxItems: fc.integer({ min: 0, max: 2 }),
        items: leaf,
        contains: leaf,
        minContains: fc.integer({ min: 0, max: 2 }),
        required: fc.subarray(['a', 'b']),
        properties: fc.dictionary(fc.constantFrom('a', 'type', 'default'), leaf, { maxKeys: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), leaf),
        unevaluatedProperties: fc.boolean(),
        unevaluatedItems: fc.boolean(),
        anyOf: fc.array(leaf, { minLength: 1, maxLength: 2 }),
        not: leaf,
      },
      { requiredKeys: [] },
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        0,
        1,
        1.5,
        '',
        'a',
        'ab',
        [],
        [1],
        [1, 'a', null],
        {},
        { a: 1 },
        { b: 'a' },
        { a: null, type: 1 },
      ),
      fc.json().map((json): unknown => JSON.parse(json)),
    );
    fc.assert(
      fc.property(schema, fc.array(value, { minLength: 5, maxLength: 5 }), (written, values) => {
        const [before, after] = [ajv.compile(written), ajv.compile(portableSchema(written))];
        for (const one of values) assert.equal(after(one), before(one), JSON.stringify(one));
        assert.doesNotMatch(JSON.stringify(portableSchema(written)), /"type":\[/);
      }),
      { numRuns: 100 },
    );
  });
});

describe('definitionOf', () => {
  it('publishes portable schemas of parameters and results', () => {
    const properties = { a: { type: ['array', 'null'] } };
    const { inputSchema, outputSchema } = definitionOf({
      ...TOOL,
      inputSchema: { ...SCHEMA, properties },
      outputSchema: { ...SCHEMA, properties },
    });
    const portable = { anyOf: [{ type: 'array', items: {} }, { type: 'null' }] };
    assert.deepEqual(inputSchema.properties, { a: portable });
    const { gantz, ...others } = outputSchema?.properties ?? {};
    assert.deepEqual(others, { success: { type: 'boolean', const: true }, a: portable });
    assert.equal(typeof gantz, 'object');
  });

  it('publishes the bundled tools with a title, no open world and no list of types', async () => {
    const { tools } = await loadManifest({ file: 'builtin:redis' });
    for (const tool of tools) {
      const definition = definitionOf(tool);
      assert.deepEqual(refusedByModelApis(tool), []);
      assert.ok(definition.title, tool.name);
      assert.equal(definition.annotations?.openWorldHint, false, tool.name);
      assert.doesNotMatch(JSON.stringify(definition), /"type":\[/, tool.name);
    }
    const titles = new Set(tools.map(({ title }) => title));
    assert.equal(titles.size, tools.length);
  });
});

describe('refusedByModelApis', () => {
  const cases: [part: Partial<Tool>, refused: RegExp | undefined][] = [
    [{ name: 'a'.repeat(64) }, undefined],
    [{ name: 'a'.repeat(65) }, /^its name/],
    [{ name: 'a.b' }, /^its name/],
    [{ description: 'é'.repeat(1024) }, undefined],
    [{ description: '😀'.repeat(1024) }, undefined],
    [{ description: 'é'.repeat(1025) }, /longer than 1024/],
    [{ inputSchema: { ...SCHEMA, properties: { 'a.b': {} } } }, undefined],
    [{ inputSchema: { ...SCHEMA, properties: { 'a b': {} } } }, /its parameter "a b"$/],
  ];
  for (const [part, refused] of cases) {
    it(`${refused ? 'refuses' : 'accepts'} ${JSON.stringify(part).slice(0, 60)}`, () => {
      const [first] = refusedByModelApis({ ...TOOL, ...part });
      if (refused) assert.match(first ?? '', refused);
      else assert.equal(first, undefined);
    });
  }
});
