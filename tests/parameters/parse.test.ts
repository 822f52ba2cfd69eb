import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import { checkParameters } from '../../lib/parameters/check.ts';
import { compileValidator, type Validator } from '../../lib/parameters/validator.ts';
import { parseObject } from '../../lib/parameters/parse.ts';
import { keyOf } from '../../lib/redis/keys.ts';
import { globUnder } from '../../lib/redis/pattern.ts';

describe('a failure message contains at most the beginning of a long input', () => {
  const digits = '1'.repeat(200_000);
  const range = BUNDLED_MANIFEST.tools.find(({ name }) => name === 'list_range');
  assert.ok(range);
  let validate: Validator;
  before(async () => {
    validate = await compileValidator(range.inputSchema);
  });
  for (const [name, refuse] of [
    ['a number in JSON', () => parseObject(`{"key":${digits}}`)],
    ['the text of a number', () => checkParameters(range, { key: 'a', start: digits }, validate)],
    ['a text for a number', () => checkParameters(range, { key: 'a', start: 'x'.repeat(200_000) }, validate)],
    ['a key', () => keyOf('mcp', 'cache', `${digits}\ud800`)],
    ['a pattern', () => globUnder('mcp:cache:', `${digits}\ud800`)],
  ] as const) {
    it(name, () => {
      assert.throws(
        () => refuse(),
        (error) => {
          assert.ok(error instanceof GantzError && error.code === 'INVALID_PARAMETERS');
          assert.ok(JSON.stringify(error.envelope).length < 1000);
          return true;
        },
      );
    });
  }

  it('but contains the whole of a short number', () => {
    assert.throws(() => parseObject('{"key":12345678901234567890}'), {
      message: 'The number 12345678901234567890 would lose digits',
      hint: 'Send it as a string: "12345678901234567890".',
    });
  });
});
