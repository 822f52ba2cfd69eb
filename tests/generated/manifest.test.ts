import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
// The group files are imported by path. A Node that cannot load TypeScript needs a loader for this.
import 'tsx';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { schemaType } from '../../lib/reference/schema-type.ts';
import { operationOf } from '../../lib/run/bundled/bundled-kind.ts';
import { findOperation } from '../../lib/run/bundled/operations.ts';
import { ROOT } from '../../scripts/generation-inputs.ts';

const { tools } = BUNDLED_MANIFEST;
const groups = readdirSync(join(ROOT, 'tools')).filter((file) => file.endsWith('.ts'));

describe('the bundled manifest', () => {
  for (const tool of tools) {
    it(`${tool.name} has an operation, a description, annotations and a schema of its result`, async () => {
      const action = operationOf(tool.action);
      assert.ok(action);
      assert.equal(`${action.group}_${action.operation}`, tool.name);
      assert.equal(typeof (await findOperation(action)), 'function');
      assert.ok(tool.description.length > 0 && Object.keys(tool.annotations).length > 0);
      assert.equal(tool.outputSchema?.additionalProperties, false);
      assert.equal(tool.inputSchema.additionalProperties, false);
    });

    it(`${tool.name} has flat schemas that ajv compiles, and each typed member has a TypeScript type`, () => {
      for (const schema of [tool.inputSchema, tool.outputSchema]) {
        new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema ?? {});
        for (const keyword of ['oneOf', 'anyOf', 'allOf']) assert.ok(!(keyword in (schema ?? {})));
        for (const [name, member] of Object.entries(schema?.properties ?? {})) {
          if ('type' in member) assert.notEqual(schemaType(member, 'checked'), 'unknown', name);
        }
      }
    });
  }

  for (const file of groups) {
    it(`tools/${file} exports one table, and each of its operations has a tool`, async () => {
      const group = (await import(join(ROOT, 'tools', file))) as Record<string, object>;
      const prefix = basename(file, '.ts').replaceAll('-', '_');
      const [table, ...others] = Object.values(group);
      assert.deepEqual(others, []);
      const named = tools.map(({ name }) => name).filter((name) => name.startsWith(`${prefix}_`));
      assert.deepEqual(
        Object.keys(table ?? {})
          .map((row) => `${prefix}_${row}`)
          .sort(),
        named.sort(),
      );
    });
  }

  it('has no tool outside the groups', () => {
    const prefixes = groups.map((file) => `${basename(file, '.ts').replaceAll('-', '_')}_`);
    for (const { name } of tools)
      assert.ok(
        prefixes.some((prefix) => name.startsWith(prefix)),
        name,
      );
  });
});
