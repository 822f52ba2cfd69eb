import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonSchema } from '../../lib/contract/manifest.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';
import { folderWith } from '../helpers/folder.ts';

const AMBIGUOUS = '^(a+)+$';
const LONG = 'a'.repeat(60);
const folder = folderWith({});

/** Validates data, once with a check that is compiled and once with a cached one. Returns the data and the keywords that failed. */
async function validate(schema: JsonSchema, data: unknown): Promise<{ data: unknown; failed: string[] }> {
  const results = [];
  for (const cacheFolder of [undefined, folder, folder]) {
    const copy = structuredClone(data);
    const check = await compileValidator(structuredClone(schema), cacheFolder);
    const errors = (await check(copy)) ?? [];
    results.push({ data: copy, failed: errors.map(({ keyword }) => keyword) });
  }
  const [first, ...others] = results;
  assert.ok(first);
  for (const other of others) assert.deepEqual(other, first);
  return first;
}

const cases: [what: string, schema: JsonSchema, data: unknown, failed: string[]][] = [
  ['a text that matches', { pattern: AMBIGUOUS }, LONG, []],
  ['a text that does not match', { pattern: AMBIGUOUS }, `${LONG}!`, ['pattern']],
  ['many texts', { items: { pattern: AMBIGUOUS } }, [LONG, '!', `${LONG}!`, LONG], ['pattern', 'pattern']],
  ['not', { not: { pattern: AMBIGUOUS } }, `${LONG}!`, []],
  ['not, with a text that matches', { not: { pattern: AMBIGUOUS } }, LONG, ['not']],
  ['anyOf', { anyOf: [{ pattern: AMBIGUOUS }, { pattern: '!$' }] }, `${LONG}!`, []],
  ['patternProperties', { patternProperties: { [AMBIGUOUS]: { type: 'integer' } } }, { [LONG]: 'x', b: 'x' }, ['type']],
  ['propertyNames', { propertyNames: { pattern: AMBIGUOUS } }, { [LONG]: 1, b: 2 }, ['pattern', 'propertyNames']],
  ['the format url', { format: 'url' }, `http://a.example/${'::'.repeat(50_000)}`, []],
  ['the format url, with a text that is none', { format: 'url' }, `http://${'::'.repeat(50_000)}@`, ['format']],
  ['a long text', { pattern: '^(?:a|b)*$' }, 'ab'.repeat(4_000_000), []],
  ['a long text that does not match', { pattern: '^(?:a|b)*$' }, `${'ab'.repeat(200_000)}c`, ['pattern']],
]; // prettier-ignore
for (const [what, schema, data, failed] of cases)
  test(`an answer of the matcher decides: ${what}`, async () => {
    assert.deepEqual((await validate(schema, data)).failed, failed);
  });

test('only the schema that applies adds its defaults', async () => {
  const schema = {
    properties: { s: { type: 'string' } },
    if: { properties: { s: { pattern: AMBIGUOUS } } },
    then: { properties: { kind: { default: 'letters' } } },
    else: { properties: { other: { default: 'none' } } },
  };
  assert.deepEqual((await validate(schema, { s: LONG })).data, { s: LONG, kind: 'letters' });
  assert.deepEqual((await validate(schema, { s: '!' })).data, { s: '!', other: 'none' });
});

test('a check of patterns that are not ambiguous returns no promise', async () => {
  const check = await compileValidator({ pattern: '^[a-z]+(?:-[a-z]+)*$' });
  assert.equal(check('a-b'), undefined);
  assert.ok(Array.isArray(check('-')));
});

test('the subject of a failure is the place of the text and the pattern', async () => {
  const check = await compileValidator({ properties: { a: { items: { pattern: '^(a+)+\\1b$' } } } });
  const ended = Promise.resolve(
    check({ a: ['b', LONG] }, (what) => {
      throw new Error(what);
    }),
  );
  await assert.rejects(ended, { message: 'the match of a/1 with the pattern ^(a+)+\\1b$' });
});
