import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { readParameters } from '../../lib/cli/parameters.ts';
import type { Tool } from '../../lib/contract/manifest.ts';
import type { Process } from '../../lib/contract/process.ts';

const tool: Tool = {
  name: 'probe',
  description: '',
  inputSchema: {
    type: 'object',
    properties: {
      key: { type: 'string' },
      value: {},
      ttl: { type: ['integer', 'null'] },
      left: { type: 'boolean' },
      app_name: { type: 'string' },
      values: { type: 'array' },
      mapping: { type: 'object' },
      no_proxy: { type: 'string' },
    },
    required: [],
    additionalProperties: false,
  },
  annotations: {},
  environment: {},
  directory: '/',
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-parameters-'));
  await writeFile(join(folder, 'p.json'), '{"key":"from a file"}');
  await writeFile(join(folder, 'bytes.json'), Buffer.from([0x22, 0xff, 0x22]));
});
after(() => rm(folder, { recursive: true }));

function read(words: string[], stdin = ''): Promise<Record<string, unknown>> {
  const process: Process = {
    argv: [],
    env: {},
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: { write: () => true },
    stderr: { write: () => true },
    cwd: () => folder,
    on: () => undefined,
    off: () => undefined,
  };
  return readParameters(tool, words, process);
}

const accepted: [string[], unknown, string?][] = [
  [[], {}],
  [['{"key":"a"}'], { key: 'a' }],
  [['-'], { key: 'b' }, '{"key":"b"}'],
  [['@p.json'], { key: 'from a file' }],
  [['--key', 'a'], { key: 'a' }],
  [['--key=a=b'], { key: 'a=b' }],
  [['--key='], { key: '' }],
  [['--key', ''], { key: '' }],
  [['--key', '-1'], { key: '-1' }],
  [['--key=--value'], { key: '--value' }],
  [['--app-name', 'x'], { app_name: 'x' }],
  [['--app_name', 'x'], { app_name: 'x' }],
  [['{"key":"a","ttl":5}', '--key', 'b'], { key: 'b', ttl: 5 }],
  [['--key', 'b', '{"key":"a"}'], { key: 'b' }],
  [['--ttl', '60'], { ttl: '60' }],
  [['--ttl:json', 'null'], { ttl: null }],
  [['--value', '5'], { value: '5' }],
  [['--value:json', '[1]'], { value: [1] }],
  [['--value:json=[1]'], { value: [1] }],
  [['--value', 'a', '--value', 'b'], { value: ['a', 'b'] }],
  [['--values', 'a'], { values: ['a'] }],
  [['--values', 'a', '--values', 'b'], { values: ['a', 'b'] }],
  [['--values:json', '[1,2]'], { values: [1, 2] }],
  [['--values', '["a","b"]'], { values: ['a', 'b'] }],
  [['--values=[1, {"a":[]}]'], { values: [1, { a: [] }] }],
  [['--values', ' [] '], { values: [] }],
  [['--values', '[INFO] started'], { values: ['[INFO] started'] }],
  [['--values', '{"a":1}'], { values: ['{"a":1}'] }],
  [['--values', '["a"]', '--values', 'b'], { values: ['["a"]', 'b'] }],
  [['--values:text', '["a","b"]'], { values: ['["a","b"]'] }],
  [['--values:text', 'a', '--values', '["b"]'], { values: ['a', '["b"]'] }],
  [['--value', '["a"]'], { value: '["a"]' }],
  [['--key', '["a"]'], { key: '["a"]' }],
  [['--value:text', '{"a":1}'], { value: '{"a":1}' }],
  [['--value', '-h'], { value: '-h' }],
  [['--values', '-h'], { values: ['-h'] }],
  [['--left'], { left: true }],
  [['--left', 'false'], { left: 'false' }],
  [['--left=true'], { left: 'true' }],
  [['--no-left'], { left: false }],
  [['--no-proxy', 'x'], { no_proxy: 'x' }],
  [['--left', '{"key":"a"}'], { left: true, key: 'a' }],
  [['--mapping', '{"a":1}'], { mapping: { a: 1 } }],
  [['--', '{"key":"a"}'], { key: 'a' }],
];
for (const [words, expected, stdin] of accepted) {
  test(`${JSON.stringify(words)} is read`, async () => assert.deepEqual(await read(words, stdin), expected));
}

const refused: [string[], string, RegExp, string?][] = [
  [['{"key":"a"'], 'INVALID_JSON', /not valid/],
  [[''], 'INVALID_JSON', /not valid/],
  [['-'], 'INVALID_JSON', /not valid/],
  [['[1]'], 'INVALID_PARAMETERS', /must be one JSON object, not an array/],
  [['null'], 'INVALID_PARAMETERS', /must be one JSON object, not null/],
  [['{"ttl":12345678901234567890}'], 'INVALID_PARAMETERS', /digits/],
  [['{"ttl":1e400}'], 'INVALID_PARAMETERS', /digits/],
  [['{}', '{}'], 'USAGE', /one JSON object, not 2/],
  [['--key'], 'USAGE', /--key needs a value/],
  [['--key', '--ttl', '5'], 'USAGE', /--key needs a value/],
  [['--kye', 'a'], 'INVALID_PARAMETERS', /no parameter for --kye/],
  [['--no-key'], 'INVALID_PARAMETERS', /no parameter for --no-key/],
  [['--no-left=1'], 'USAGE', /takes no value/],
  [['--value:json', '[1'], 'INVALID_JSON', /not valid/],
  [['--value:json', '1,"key":"x"'], 'INVALID_JSON', /not valid/],
  [['--mapping', '{"a"'], 'INVALID_JSON', /must be a JSON object/],
  [['--mapping', 'a=1'], 'INVALID_PARAMETERS', /--mapping must be a JSON object, not the text "a=1"/],
  [['--mapping', '[1]'], 'INVALID_PARAMETERS', /--mapping must be a JSON object/],
  [['--mapping', '{"a":12345678901234567890}'], 'INVALID_PARAMETERS', /digits/],
  [['--values', '[12345678901234567890]'], 'INVALID_PARAMETERS', /digits/],
  [['--value:json', '1', '--value:json', '2'], 'USAGE', /more than once/],
  [['--key:text', 'a', '--key', 'b'], 'USAGE', /--key is given twice/],
  [['--mapping', '{}', '--mapping', '{}'], 'USAGE', /--mapping is given twice/],
  [['--no-left:text'], 'USAGE', /takes no value/],
  [['--values', 'x', '--values:json', '[1]'], 'USAGE', /more than once/],
  [['--values:json', '[1]', '--values', 'x'], 'USAGE', /more than once/],
  [['-k', 'a'], 'USAGE', /"-k" is not a flag/],
  [['--left', 'yes'], 'USAGE', /--left takes true or false, not "yes"/],
  [
    ['@missing.json'],
    'USAGE',
    /Cannot read the parameters from .*missing\.json: no such file or directory \(ENOENT\)/,
  ],
  [['@bytes.json'], 'INVALID_JSON', /not UTF-8/],
];
for (const [words, code, message, stdin] of refused) {
  test(`${JSON.stringify(words)} is refused with ${code}`, () =>
    assert.rejects(read(words, stdin), { code, message }));
}

test('a flag whose parameter is an object names :json in its hint when its text is not an object', async () => {
  for (const text of ['a=1', '{"a"', '[1]', 'null', ''])
    await assert.rejects(read(['--mapping', text]), { hint: `Write --mapping:json '{"name":"value"}'.` });
});
