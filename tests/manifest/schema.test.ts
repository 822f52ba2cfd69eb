import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { BUNDLED_MANIFEST_TEXT } from '../../lib/generated/manifest-text.ts';
import { TEMPLATE_FILES } from '../../lib/generated/templates.ts';
import { isObject } from '../../lib/json/object.ts';
import { checkManifestText, renderSchema, reviewAction } from '../../lib/run/manifests.ts';

describe('the schema for editors', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = await renderSchema();
  const accepts = ajv.compile(schema);

  const tool = (text: string): string => `tools: [{ name: t, description: d, ${text} }]`;
  const parameter = (text: string): string => tool(`script: ./a, parameters: { p: { ${text} } }`);
  const mistakes: [what: string, text: string][] = [
    ['a key of the root', 'tolls: []\ntools: []'],
    ['a key of a tool', tool('descripton: d, script: ./a')],
    ['a key of a parameter', parameter('typ: string')],
    ['a key of a parameter in a list', tool('script: ./a, parameters: [{ name: p, minimun: 1 }]')],
    ['a keyword inside a parameter', parameter('type: array, items: { type: string, minimun: 1 }')],
    ['a key of script', tool('script: { shell: date, shel: date }')],
    ['a key of http', tool('http: { url: "https://h/", metod: GET }')],
    ['a key of annotations', tool('script: ./a, annotations: { readOnly: true }')],
    ['a key of validation', parameter('type: string, validation: { minlength: 1 }')],
    ['a key of server', 'server: { prot: 1 }\ntools: []'],
    ['the name of a tool', 'tools: [{ name: a b, description: d, script: ./a }]'],
    ['the name of a tool in a map', 'tools: { a b: { description: d, script: ./a } }'],
    ['a name that model APIs refuse', 'tools: [{ name: a.b, description: d, script: ./a }]'],
    [
      'a description that model APIs refuse',
      `tools: [{ name: a, description: ${'d'.repeat(1025)}, script: ./a }]`,
    ],
    ['the name of a parameter', tool('script: ./a, parameters: [{ name: a b, type: string }]')],
    ['two actions', tool('script: ./a, http: { url: "https://h/" }')],
    ['no action', 'tools: [{ name: t, description: d }]'],
    ['an action without a value', tool('script: ')],
    ['shell beside command', tool('script: { shell: date, command: date }')],
    ['args beside shell', tool('script: { shell: date, args: [a] }')],
    ['arguments in the name of a program', tool('script: "ls -l"')],
    ['a home folder', tool('script: { shell: date, working_dir: "~/x" }')],
    ['a type', parameter('type: strin')],
    ['a format', parameter('type: string, format: datetime')],
    ['a pattern', parameter('type: string, pattern: "("')],
    ['a count', parameter('type: string, minLength: -1')],
    ['a step', parameter('type: integer, multipleOf: 0')],
    ['a time limit', tool('script: ./a, timeout: soon')],
    ['a port', 'server: { port: 99999 }\ntools: []'],
    ['the name of a variable', 'env: { "A B": x }\ntools: []'],
    ['no tools', 'name: a'],
  ];
  for (const [what, text] of mistakes) {
    it(`reports what validate reports: ${what}`, async () => {
      const { problems } = await checkManifestText(text, {
        file: 'g.yaml',
        directory: '/',
        review: reviewAction,
      });
      assert.notEqual(problems.length, 0);
      assert.equal(accepts(parse(text)), false);
    });
  }

  const correct: [what: string, text: string][] = [
    ['keys without a value', tool('script: ./a, http: , timeout: , parameters: ')],
    ['keys for notes and anchors', `x-a: 1\n.b: 2\n${tool('script: { shell: date, x-c: 1 }')}`],
    ['extensions of JSON Schema', parameter('type: string, x-order: 1')],
    ['a program with a placeholder', tool('script: { command: date, args: ["{{ a b }}"] }')],
    ['a number as text', parameter('type: string, minLength: "3"')],
    ['a time limit in days', tool('script: ./a, timeout: 1d12h')],
    ['names of types in any case', parameter('type: [String, null]')],
  ];
  for (const [what, text] of correct) {
    it(`accepts what validate accepts: ${what}`, async () => {
      const { manifest } = await checkManifestText(text, { file: 'g.yaml', directory: '/' });
      assert.deepEqual(manifest?.warnings, []);
      assert.ok(accepts(parse(text)), JSON.stringify(accepts.errors));
    });
  }

  it('accepts the bundled manifest and what `gantz init` writes', () => {
    const texts = [
      BUNDLED_MANIFEST_TEXT,
      ...Object.values(TEMPLATE_FILES).map((files) => files['gantz.yaml']),
    ];
    assert.ok(texts.length > 3);
    for (const text of texts) assert.ok(accepts(parse(text)), JSON.stringify(accepts.errors));
  });

  it('has a title and a description for each key, and a title for each definition', () => {
    const seen: string[] = [];
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      if (!isObject(value)) return;
      const { properties } = value;
      if (isObject(properties) && value['additionalProperties'] === false) {
        for (const [name, property] of Object.entries(properties)) {
          assert.ok(isObject(property) && property['title'] === name && property['description'], name);
          seen.push(name);
        }
      }
      Object.values(value).forEach(visit);
    };
    visit(schema);
    for (const name of ['tools', 'parameters', 'shell', 'url', 'minLength', 'readOnlyHint', 'port'])
      assert.ok(seen.includes(name), name);
    const { $defs } = schema;
    assert.ok(isObject($defs));
    for (const [name, definition] of Object.entries($defs))
      assert.equal(isObject(definition) && definition['title'], name);
  });
});
