import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { compileCatalogue } from '../../lib/run/catalogue.ts';
import { parseManifest } from '../../lib/run/manifests.ts';
import { openRunner } from '../../lib/run/runner.ts';
import { folderWith } from '../helpers/folder.ts';
import { startServer, type TestServer } from '../helpers/http-server.ts';

let server: TestServer;
before(async () => {
  server = await startServer((response, { url }) => {
    const [, kind, ...rest] = decodeURIComponent(url).split('/');
    response.setHeader('content-type', kind === 'json' ? 'application/json' : 'text/plain');
    response.end(rest.join('/'));
  });
});
after(() => server.close());

const directory = folderWith({
  'handlers.mjs': `
    export const object = () => ({ id: 7, more: true });
    export const list = () => [1, 2];
    export const text = () => '{"id":7}';
    export const nothing = () => undefined;
    export const odd = () => ({ success: 'yes', id: 7 });`,
});

/** Runs a tool that declares `returns` and returns the fields of its result. `action` and `returns` are YAML. */
async function call(action: string, returns: string, keys = ''): Promise<Record<string, unknown>> {
  const text = `name: x\ntools:\n  - { name: a, description: d, returns: ${returns}, ${action}${keys} }\n`;
  const manifest = await parseManifest(text, { file: `${directory}/gantz.yaml`, directory });
  const runner = openRunner({
    catalogue: compileCatalogue(manifest),
    env: { PATH: process.env['PATH'] },
    mode: 'one-shot',
    notice: () => undefined,
  });
  try {
    return await runner.call(runner.find('a'), {});
  } finally {
    await runner.close();
  }
}

/** The action of a script that prints a text. */
const print = (text: string): string =>
  `script: { command: printf, args: ["%s\\n", ${JSON.stringify(text)}] }`;

async function mismatchOf(action: string, returns: string, keys = ''): Promise<GantzError> {
  const error = await call(action, returns, keys).then(
    (result) => assert.fail(`expected RETURNS_MISMATCH, got ${JSON.stringify(result)}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof GantzError, String(error));
  assert.equal(error.code, 'RETURNS_MISMATCH', error.message);
  return error;
}

const ID = '[{ name: id, type: integer }]';
const TEXT = '[{ name: text, type: string }]';

describe('the output of a script with `returns`', () => {
  const results: [returns: string, output: string, result: Record<string, unknown>][] = [
    [ID, '{"id":7}', { id: 7 }],
    [ID, '{"id":7,"more":[1]}', { id: 7, more: [1] }],
    [ID, '{"success":true,"id":7}', { id: 7 }],
    [ID, '\uFEFF{"id":7}', { id: 7 }],
    [ID, '7', { id: 7 }],
    [ID, '  7', { id: 7 }],
    [ID, '7.0', { id: 7 }],
    ['[{ name: price, type: number }]', '1.50', { price: 1.5 }],
    ['[{ name: done, type: boolean }]', 'true', { done: true }],
    ['[{ name: next, type: [integer, "null"] }]', 'null', { next: null }],
    ['[{ name: version }]', '1.10', { version: '1.10' }],
    ['[{ name: version, type: [number, string] }]', '1.10', { version: '1.10' }],
    [TEXT, '1.10', { text: '1.10' }],
    [TEXT, 'hello', { text: 'hello' }],
    [TEXT, '"hello"', { text: 'hello' }],
    [TEXT, '{"text":"hello"}', { text: 'hello' }],
    [TEXT, '{ "other": 1 }', { text: '{ "other": 1 }' }],
    [TEXT, '[1, 2]', { text: '[1, 2]' }],
    ['[{ name: files, type: array }]', '["a"]', { files: ['a'] }],
    ['[{ name: user, type: object }]', '{"id":7}', { user: { id: 7 } }],
    ['[{ name: text, type: string }, { name: lines, type: integer, optional: true }]', 'a', { text: 'a' }],
    ['[{ name: id, type: integer, optional: true }]', '{"other":1}', { other: 1 }],
    ['[{ name: id, type: string }]', '{"id":12345678901234567890}', { id: '12345678901234567890' }],
    ['[{ name: result, type: object }]', '{"id":7}', { result: { id: 7 } }],
    ['[{ name: result, type: integer }]', '{"result":7}', { result: 7 }],
    ['[{ name: result, optional: true }, { name: id }]', '{"id":7}', { id: 7 }],
    ['[{ name: output, type: string }]', 'hello', { output: 'hello' }],
    ['[{ name: id, type: integer, default: 3 }, { name: b, optional: true }]', '{"id":7}', { id: 7 }],
    ['[{ name: n, type: integer, optional: true, default: 3 }]', '{"b":1}', { b: 1, n: 3 }],
    ['[{ name: success, type: boolean }, { name: id, type: integer }]', '{"success":true,"id":7}', { id: 7 }],
  ];
  for (const [returns, output, result] of results) {
    it(`${JSON.stringify(output)} is ${JSON.stringify(result)} for ${returns}`, async () =>
      assert.deepEqual(await call(print(output), returns), result));
  }

  const mismatches: [returns: string, output: string, message: RegExp][] = [
    [ID, '{"id":"x"}', /^a: the result does not match `returns`: id must be integer$/],
    [ID, '{"other":7}', /: id is required$/],
    [ID, '{"success":true}', /: id is required$/],
    [ID, 'hello', /: id must be integer$/],
    [ID, '7.5', /: id must be integer$/],
    [ID, '12345678901234567890', /: id must be integer$/],
    ['[{ name: a }, { name: b }]', 'hello', /: it must be an object with these fields, not text$/],
    ['[{ name: a }, { name: b }]', '[1]', /: it must be an object with these fields, not an array$/],
    ['[{ name: a }, { name: b }]', '{}', /: a is required, and 1 more$/],
  ];
  for (const [returns, output, message] of mismatches) {
    it(`${JSON.stringify(output)} is RETURNS_MISMATCH for ${returns}`, async () => {
      const error = await mismatchOf(print(output), returns);
      assert.match(error.message, message);
      assert.deepEqual([error.retryable, error.outcome], [false, 'applied']);
      assert.ok(error.details?.length);
    });
  }

  it('is in the failure, because the action ran', async () => {
    const { fields, hint } = await mismatchOf(print('{"other":7}'), ID);
    assert.deepEqual(fields, { returned: { result: { other: 7 } } });
    assert.match(hint ?? '', /return id as `returns` declares/);
  });

  it('has no effect that could be applied when the tool only reads', async () => {
    const error = await mismatchOf(print('x'), ID, ', annotations: { readOnlyHint: true }');
    assert.equal(error.outcome, 'none');
  });

  it('is not checked when the script itself fails', async () => {
    await assert.rejects(call('script: { shell: "echo x; exit 3" }', ID), { code: 'SCRIPT_FAILED' });
  });
});

describe('the answer of an HTTP request with `returns`', () => {
  const http = (path: string, keys = ''): string =>
    `http: { url: ${JSON.stringify(`${server.origin}/${path}`)}${keys} }`;
  const results: [path: string, keys: string, returns: string, result: Record<string, unknown>][] = [
    ['json/{"id":7}', '', ID, { id: 7, status: 200 }],
    ['json/{"data":{"id":7}}', ', extract_json: data', ID, { id: 7, status: 200 }],
    ['json/{"data":{"id":7}}', ', extract_json: data.id', ID, { id: 7, status: 200 }],
    ['json/{"status":"ok"}', '', '[{ name: status, type: string }]', { status: 'ok' }],
    ['json/{"id":7}', '', '[{ name: status, type: integer }]', { id: 7, status: 200 }],
    ['json/{"success":true,"id":7}', '', ID, { id: 7, status: 200 }],
    ['json/7', '', ID, { id: 7, status: 200 }],
    ['text/7', '', ID, { id: 7, status: 200 }],
    ['text/hello', '', TEXT, { text: 'hello', status: 200 }],
    ['json/{"a": 1}', '', TEXT, { text: '{"a": 1}', status: 200 }],
    ['text/a', '', '[{ name: text }, { name: status, type: integer }]', { text: 'a', status: 200 }],
    ['json/{"id":7}', '', '[{ name: result, type: object }]', { result: { id: 7 }, status: 200 }],
  ];
  for (const [path, keys, returns, result] of results) {
    it(`${path}${keys} is ${JSON.stringify(result)} for ${returns}`, async () =>
      assert.deepEqual(
        await call(http(path.replaceAll('{', '%7B').replaceAll('}', '%7D'), keys), returns),
        result,
      ));
  }

  it('is RETURNS_MISMATCH when extract_json finds another type', async () => {
    const error = await mismatchOf(http('json/%7B"data":"x"%7D', ', extract_json: data'), ID);
    assert.match(error.message, /: id must be integer$/);
    assert.deepEqual(error.fields, { returned: { result: 'x', status: 200 } });
  });

  it('is never a success when it says that it is none', async () => {
    const error = await mismatchOf(http('json/%7B"success":false,"id":7%7D'), ID);
    assert.match(error.message, /: success must be true$/);
  });
});

describe('the value of a handler with `returns`', () => {
  const results: [name: string, returns: string, result: Record<string, unknown>][] = [
    ['object', ID, { id: 7, more: true }],
    ['list', '[{ name: numbers, type: array }]', { numbers: [1, 2] }],
    ['text', TEXT, { text: '{"id":7}' }],
    ['nothing', '[{ name: id, optional: true }]', {}],
  ];
  for (const [name, returns, result] of results) {
    it(`${name} is ${JSON.stringify(result)} for ${returns}`, async () =>
      assert.deepEqual(await call(`handler: handlers.${name}`, returns), result));
  }

  for (const name of ['list', 'text', 'nothing', 'odd']) {
    it(`${name} is RETURNS_MISMATCH for ${ID}`, async () => {
      assert.equal((await mismatchOf(`handler: handlers.${name}`, ID)).outcome, 'applied');
    });
  }
});
