import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writeCacheFile } from '../../lib/cache/file.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gantz-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const schema = () => ({
  type: 'object',
  properties: {
    text: { type: 'string', minLength: 2, pattern: '^\\p{L}+$' },
    list: { type: 'array', uniqueItems: true, items: { type: 'object', properties: { a: { default: 1 } } } },
    one: { enum: [1, { a: [2] }] },
  },
  required: ['text'],
  additionalProperties: false,
});

const samples: unknown[] = [
  { text: 'ab' },
  { text: '𝒳' },
  { text: 'a1' },
  {},
  { text: 'ab', list: [{}, {}] },
  { text: 'ab', one: { a: [2] } },
  { text: 'ab', one: { a: [3] }, more: 1 },
];

test('a cached check gives the same errors as the compiled one', async () => {
  const compiled = await compileValidator(schema(), folder);
  assert.equal(readdirSync(join(folder, 'checks')).length, 1);
  // A new schema object, which no validator was compiled for.
  const kept = await compileValidator(schema(), folder);
  assert.notEqual(kept, compiled);
  const plain = await compileValidator(schema());
  for (const sample of samples) {
    const [a, b, c] = [structuredClone(sample), structuredClone(sample), structuredClone(sample)];
    const errors = plain(a);
    assert.deepEqual(compiled(b), errors);
    assert.deepEqual(kept(c), errors);
    assert.deepEqual(c, a, 'and fills the same defaults in');
  }
});

test('a cached check that is damaged or of another schema is compiled again', async () => {
  await compileValidator(schema(), folder);
  const [name = ''] = readdirSync(join(folder, 'checks'));
  writeFileSync(join(folder, 'checks', name), 'process.exit(1)');
  const validate = await compileValidator(schema(), folder);
  assert.ok(await validate({}));
});

test('a complete file with invalid content is compiled again', async () => {
  await compileValidator(schema(), folder);
  const [name = ''] = readdirSync(join(folder, 'checks'));
  writeCacheFile(join(folder, 'checks', name), Buffer.from(`${JSON.stringify(schema())}\n}`));
  const validate = await compileValidator(schema(), folder);
  assert.ok(await validate({}));
});

test('a check with formats is cached and works', async () => {
  const dated = () => ({ type: 'object', properties: { day: { type: 'string', format: 'date' } } });
  await compileValidator(dated(), folder);
  assert.equal(readdirSync(join(folder, 'checks')).length, 1);
  for (let time = 0; time < 2; time++) {
    const validate = await compileValidator(dated(), folder);
    assert.equal(validate({ day: '2024-02-29' }), undefined);
    assert.ok(validate({ day: '2023-02-29' }));
  }
});
