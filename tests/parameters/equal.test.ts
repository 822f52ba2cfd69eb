import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { JsonSchema } from '../../lib/contract/manifest.ts';
import { folderWith } from '../helpers/folder.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';

/** Members that a comparison must treat as data. */
const members = ['valueOf', 'toString', 'constructor', 'hasOwnProperty', '__proto__', 'toJSON', 'then'];
const values = [{}, '', null, 1, [], { a: [1] }];
const objects = members.flatMap((name) =>
  values.map((value) => JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`) as object),
);

const keywords: [string, (value: object) => JsonSchema, (value: object) => object][] = [
  ['enum', (value) => ({ enum: [0, value] }), (value) => value],
  ['const', (value) => ({ const: value }), (value) => value],
  [
    'uniqueItems',
    () => ({ not: { type: 'array', uniqueItems: true } }),
    (value) => [value, structuredClone(value)],
  ],
];

for (const [keyword, schema, data] of keywords) {
  describe(keyword, () => {
    it('compares data that hides inherited members, compiled or cached', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gantz-'));
      try {
        for (const value of objects) {
          const text = JSON.stringify(value);
          for (const cacheFolder of [undefined, folder, folder]) {
            const validate = await compileValidator(schema(value), cacheFolder);
            assert.equal(validate(JSON.parse(JSON.stringify(data(value)))), undefined, text);
            assert.ok(validate(data({ ...value, other: 1 })) || keyword === 'uniqueItems', text);
            const other = await compileValidator(
              schema({ [Object.keys(value)[0] ?? '']: 'other' }),
              cacheFolder,
            );
            if (keyword !== 'uniqueItems') assert.ok(other(data(value)), text);
          }
        }
        assert.ok(readdirSync(join(folder, 'checks')).length > 0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

it('compares the numbers 0 and -0 inside of an object as equal, and no object with a list', async () => {
  const validate = await compileValidator({ enum: [{ a: 0 }, []] });
  assert.equal(validate({ a: -0 }), undefined);
  assert.ok(validate({}));
});

const MANIFEST = `
name: compared
tools:
  - name: same
    description: Compares values
    parameters:
      - { name: one, type: object, enum: [{ a: 1 }] }
      - { name: list, type: array, items: { type: object }, uniqueItems: true }
    returns: [{ name: result, type: object, enum: [{ a: 1 }] }]
    script: { shell: "echo '{\\"result\\":{\\"valueOf\\":1}}'" }
    tests:
      - { name: schema, input: {}, expect: { schema: { const: { a: 1 } } } }
  - name: zero
    description: Prints a negative zero
    script: { shell: "echo '{\\"a\\":-0}'" }
    tests:
      - { name: is zero, expect: { equals: { a: 0 } } }
`;

for (const { name, path: program } of PROGRAMS) {
  describe(name, () => {
    const cwd = folderWith({ 'gantz.yaml': MANIFEST });
    const run = (...argv: string[]) => runProgram(argv, { program, cwd, env: { HOME: cwd } });
    const codeOf = async (params: string) =>
      (JSON.parse((await run('call', 'same', params)).stdout) as { code: string }).code;

    it('answers data that hides inherited members with a failure of its own, not INTERNAL', async () => {
      for (const member of ['valueOf', 'toString']) {
        // The second call uses the cached check.
        for (let time = 0; time < 2; time++)
          assert.equal(await codeOf(`{"one":{"${member}":""}}`), 'INVALID_PARAMETERS');
        assert.equal(await codeOf(`{"list":[{"${member}":""},{"${member}":""}]}`), 'INVALID_PARAMETERS');
      }
      assert.equal(await codeOf('{"one":{"a":1}}'), 'RETURNS_MISMATCH');
    });

    it('runs tests of results that hide inherited members, and of -0', async () => {
      const { stdout, exitCode } = await run('test');
      assert.match(stdout, /^FAIL same: schema/m);
      assert.doesNotMatch(stdout, /Internal error/);
      assert.match(stdout, /^ok   zero: is zero/m);
      assert.equal(exitCode, 1);
    });
  });
}
