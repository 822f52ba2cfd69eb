import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { GantzError } from '../../lib/contract/errors.ts';
import type { Manifest, Problem } from '../../lib/contract/manifest.ts';
import { checkManifestText, parseManifest } from '../../lib/run/manifests.ts';
import { compileValidator } from '../../lib/parameters/validator.ts';

const PLACE = { file: 'gantz.yaml', directory: '/here' };

async function load(text: string): Promise<Manifest> {
  return parseManifest(text, PLACE);
}

async function problemsOf(text: string): Promise<Problem[]> {
  return (await checkManifestText(text, PLACE)).problems;
}

describe('the text of a manifest', () => {
  it('may begin with a byte order mark and end its lines with CR LF', async () => {
    const { name, tools } = await load(
      '\ufeffname: a\r\ntools:\r\n  - name: t\r\n    description: d\r\n    script: ./a.sh\r\n',
    );
    assert.equal(name, 'a');
    assert.deepEqual(tools[0]?.action, { kind: 'script', env: {}, command: './a.sh', args: [] });
    const [problem] = await problemsOf('\ufeffname: a\r\ntools: text\r\n');
    assert.deepEqual([problem?.line, problem?.column, problem?.source], [2, 8, 'tools: text']);
  });

  it('reports every problem in one failure', async () => {
    const failure = await load(
      'tools:\n  - name: t\n    timeout: soon\n    annotation: {}\n    script: []\n',
    ).catch((e: unknown) => e);
    assert.ok(failure instanceof GantzError);
    assert.equal(failure.code, 'MANIFEST_INVALID');
    assert.match(failure.message, /^gantz\.yaml:3:14: error: .*\n {2}3 \| {5}timeout: soon\n {4}\| {14}\^\n/);
    assert.match(failure.hint ?? '', /1 more error/);
    const problems = failure.fields?.['problems'] as Problem[];
    assert.deepEqual(
      problems.map(({ line, severity, tool }) => [line, severity, tool]),
      [
        [3, 'error', 't'],
        [4, 'warning', 't'],
        [5, 'error', 't'],
      ],
    );
  });

  it('limits how many values aliases of aliases expand to', async () => {
    const lists = Array.from(
      { length: 9 },
      (_, level) =>
        `x-${level}: &l${level} [${Array(9)
          .fill(level ? `*l${level - 1}` : 'x')
          .join(', ')}]`,
    );
    const [problem] = await problemsOf(
      `${lists.join('\n')}\ntools:\n  - { name: t, tests: { input: *l8 }, script: ./a }\n`,
    );
    assert.match(problem?.message ?? '', /expand to too many values/);
    const schemas = Array.from(
      { length: 40 },
      (_, level) =>
        `x-${level}: &s${level} { not: ${level ? `*s${level - 1}` : 'string'}, if: ${level ? `*s${level - 1}` : 'string'} }`,
    );
    const [other] = await problemsOf(
      `${schemas.join('\n')}\ntools:\n  - { name: t, parameters: { p: *s39 }, script: ./a }\n`,
    );
    assert.match(other?.message ?? '', /expand to too many values/);
  });

  it('reports a text that is nested too deeply', async () => {
    for (const text of [
      `tools: ${'['.repeat(20_000)}`,
      `tools: ${'[{a: '.repeat(5_000)}${'}]'.repeat(5_000)}`,
    ]) {
      const [problem] = await problemsOf(text);
      assert.match(problem?.message ?? '', /nested too deeply/);
    }
  });

  it('is parsed or has an error, and never makes the parser throw', async () => {
    const line = fc.stringMatching(
      /^ {0,6}(- )?(name|tools|script|shell|parameters|type|default|http|url|include|env|<<)?:? ?[-[\]{}*&!|>'"%@`#,:?a-c0-9\t ]{0,12}$/,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const { manifest, problems } = await checkManifestText(lines.join('\n'), PLACE);
        assert.equal(
          manifest === undefined,
          problems.some(({ severity }) => severity === 'error'),
        );
      }),
      { numRuns: 600 },
    );
  });

  it('accepts only schemas that compile', async () => {
    const keyword = fc.constantFrom(
      'type',
      'enum',
      'const',
      'default',
      'minimum',
      'maxLength',
      'pattern',
      'items',
      'properties',
      'required',
      'anyOf',
      'not',
      '$ref',
      'multipleOf',
      'dependentRequired',
      'prefixItems',
      'format',
      'patternProperties',
      'additionalProperties',
      'if',
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        'string',
        'integer',
        '#/properties/p',
        '#',
        '^a',
        '(',
        'email',
        true,
        0,
        1,
        -1,
        0.5,
        null,
      ),
      fc.json().map((json): unknown => JSON.parse(json)),
    );
    const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
      schema: fc.dictionary(
        keyword,
        fc.oneof(
          value,
          fc.array(value, { maxLength: 3 }),
          tie('schema'),
          fc.array(tie('schema'), { maxLength: 2 }),
          fc.dictionary(fc.constantFrom('a', '(', '__proto__'), tie('schema')),
        ),
        { maxKeys: 3 },
      ),
    }));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(schema, async (parameter) => {
        const text = stringify(
          { tools: [{ name: 't', parameters: { p: parameter }, script: './a' }] },
          { aliasDuplicateObjects: false },
        );
        const { manifest } = await checkManifestText(text, PLACE);
        const [tool] = manifest?.tools ?? [];
        if (!tool) return;
        accepted++;
        const validate = await compileValidator(tool.inputSchema);
        await validate({ p: { a: [1, 'x', null] } });
      }),
      { numRuns: 600 },
    );
    assert.ok(accepted > 50, String(accepted));
  });

  it('may have two thousand tools', async () => {
    const tools = Array.from(
      { length: 2000 },
      (_, i) => `  - name: tool_${i}\n    parameters: { key: string }\n    script: { shell: echo }\n`,
    );
    const { tools: loaded, warnings } = await load(
      `tools:\n${tools.join('')}toolsets: { all: ["tool_*"] }\n`,
    );
    assert.equal(loaded.length, 2000);
    assert.deepEqual(warnings, []);
  });

  it('may have a parameter named __proto__', async () => {
    const { tools } = await load(
      'tools:\n  - name: t\n    parameters: { __proto__: string, constructor: int }\n    script: ./a\n',
    );
    assert.deepEqual(Object.keys(tools[0]?.inputSchema.properties ?? {}), ['__proto__', 'constructor']);
  });

  it('reports the problems of a review at their places in the file', async () => {
    const text = `tools:
  - name: t
    description: d
    script:
      shell: |
        echo {{a}} {{b}}
        echo {{b}}
  - { name: u, description: d, script: { command: x, args: [a, "it''s {{b}}"] } }
`;
    const shell = 'echo {{a}} {{b}}\necho {{b}}\n';
    const { problems } = await checkManifestText(text, {
      ...PLACE,
      review: ({ name }) => [
        name === 't'
          ? { severity: 'warning', message: 'm', text: shell, offset: shell.lastIndexOf('{{b}}'), length: 5 }
          : { severity: 'warning', message: 'm', text: '{{b}}' },
      ],
    });
    assert.deepEqual(
      problems.map(({ line, column, tool }) => [line, column, tool]),
      [
        [7, 14, 't'],
        [8, 71, 'u'],
      ],
    );
  });
});
