import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Environment } from '../../lib/contract/process.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import {
  expand,
  expandUnset,
  manifestEnvironment,
  toolEnvironment,
  unknownReferences,
} from '../../lib/manifest/environment.ts';
import type { Manifest, Tool } from '../../lib/contract/manifest.ts';
import { kindOf } from '../../lib/run/kinds.ts';
import { parseManifest } from '../../lib/run/manifests.ts';

const ENV = { A: '1', B: 'two words', EMPTY: '', SECRET: '${A}' };

describe('expand', () => {
  const cases: [text: string, expanded: string][] = [
    ['plain', 'plain'],
    ['${A}', '1'],
    ['x${A}y${B}z', 'x1ytwo wordsz'],
    ['${NONE}', ''],
    ['${EMPTY}', ''],
    ['${NONE:-default}', 'default'],
    ['${EMPTY:-default}', 'default'],
    ['${A:-default}', '1'],
    ['${NONE:-}', ''],
    ['${NONE:-${A}}', '1'],
    ['${NONE:-${NIL:-${B}}}!', 'two words!'],
    ['${NONE:-{"a": 1}', '{"a": 1'],
    ['${A:?needed}', '1'],
    ['$$', '$'],
    ['$${A}', '${A}'],
    ['$$$${A}', '$${A}'],
    ['$A $1 $? $( $', '$A $1 $? $( $'],
    ['${A', '${A'],
    ['${', '${'],
    ['${}', '${}'],
    ['${1}', '${1}'],
    ['${NONE-default}', 'default'],
    ['${EMPTY-default}', ''],
    ['${A-default}', '1'],
    ['${NONE-}', ''],
    ['${NONE-${NIL-${B}}}!', 'two words!'],
    ['${NONE-a-b:-c}', 'a-b:-c'],
    ['${A?needed}', '1'],
    ['${EMPTY?needed}', ''],
    ['${A:+--flag=${A}}', '--flag=1'],
    ['${EMPTY:+x}', ''],
    ['${NONE:+${NIL:?never read}}', ''],
    ['${A+x}', 'x'],
    ['${EMPTY+x}', 'x'],
    ['${NONE+x}', ''],
    ['$${A-x}', '${A-x}'],
    ['${A%x}', '${A%x}'],
    ['${A:0:3}', '${A:0:3}'],
    ['${ A }', '${ A }'],
    ['${{ a }}', '${{ a }}'],
    ['${SECRET}', '${A}'],
    ['${__proto__}${constructor}', ''],
  ];
  for (const [text, expanded] of cases)
    it(JSON.stringify(text), () => assert.equal(expand(text, ENV), expanded));

  it('refuses an unset or empty ${VAR:?message} and names it', () => {
    for (const name of ['NONE', 'EMPTY']) {
      assert.throws(
        () => expand(`\${${name}:?set it to \${A}}`, ENV),
        (error) => {
          assert.ok(error instanceof GantzError);
          assert.equal(error.code, 'MANIFEST_INVALID');
          assert.match(error.message, new RegExp(`${name} is not set: set it to 1`));
          return true;
        },
      );
    }
  });

  it('refuses an unset ${VAR?message}, and accepts an empty one', () => {
    assert.throws(() => expand('${NONE?set it}', ENV), {
      code: 'MANIFEST_INVALID',
      message: 'The variable NONE is not set: set it',
    });
    assert.throws(() => expand('${NONE?}', ENV), { message: 'The variable NONE is not set' });
  });

  it('refuses a text that is nested too deeply', () => {
    assert.throws(() => expand('${N:-'.repeat(5000) + '}'.repeat(5000), ENV), /nested/);
  });

  it('does not change a text without a dollar, and does not expand a value again', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, value) => {
        if (!text.includes('$')) assert.equal(expand(text, ENV), text);
        assert.equal(expand('<${V}>', { V: value }), `<${value}>`);
        assert.equal(expand(text.replaceAll('$', '$$$$'), ENV), text);
      }),
    );
  });
});

it('expands a text as if no variable were set', () => {
  const text = '${A}${A-a}${A:-${B-b}}${A?m}${A:?${B?m}}${A+x} $${A?m} $A {a:?}';
  assert.equal(expandUnset(text), 'ab ${A?m} $A {a:?}');
});

describe('unknownReferences', () => {
  const cases: [text: string, found: string[]][] = [
    ['${A} ${A-x} ${A:-${B?m}} ${A+x} $$ $A $${A%x} $(x)', []],
    ['a${A%x}b', ['${A%x}']],
    ['${A:0:3}${ B }', ['${A:0:3}', '${ B }']],
    ['${A', ['${A']],
    ['${A:-${B}', ['${A:-${B}']],
    ['${A:-${B%x}}', ['${B%x}']],
    ['${{ secrets.X }}', ['${{ secrets.X }}']],
    ['${{ x }', ['${{ x }']],
    ['${{ ${A', ['${{ ${A', '${A']],
  ];
  for (const [text, found] of cases)
    it(JSON.stringify(text), () =>
      assert.deepEqual(
        unknownReferences(text).map(({ offset, length }) => text.slice(offset, offset + length)),
        found,
      ),
    );
});

async function load(text: string): Promise<{ manifest: Manifest; tool: Tool; other: Tool | undefined }> {
  const manifest = await parseManifest(text, { file: 'gantz.yaml', directory: '/here' });
  const [tool, other] = manifest.tools;
  assert.ok(tool);
  return { manifest, tool, other };
}

function environmentOf(manifest: Manifest, tool: Tool, caller: Environment): Record<string, string> {
  return toolEnvironment(manifest, tool, caller, tool.action && kindOf(tool)?.variables?.(tool.action));
}

describe('toolEnvironment', () => {
  it('overrides the caller by the root, the tool and the script; each may refer to those before', async () => {
    const { manifest, tool } = await load(`
env: { A: root, B: "\${A}+\${HOME}" }
tools:
  - name: t
    environment: { A: "tool-\${A}", C: "\${B}" }
    script: { shell: env, env: { D: "\${C}\${A}" } }
`);
    assert.deepEqual(
      { ...environmentOf(manifest, tool, { HOME: '/me', KEPT: 'yes', GONE: undefined }) },
      { HOME: '/me', KEPT: 'yes', A: 'tool-root', B: 'root+/me', C: 'root+/me', D: 'root+/metool-root' },
    );
  });

  it('does not set a variable whose text is one unset variable, nor one without a value', async () => {
    const { manifest, tool } = await load(
      'env: { A: "${NONE}", B: "x${NONE}", C: , E: "${EMPTY}" }\ntools: [{ name: t, script: ./a }]\n',
    );
    assert.deepEqual({ ...environmentOf(manifest, tool, { EMPTY: '' }) }, { B: 'x', EMPTY: '', E: '' });
  });

  it('requires a ${VAR:?} for the tools that read it, and for no other', async () => {
    const { manifest, tool, other } = await load(`
env: { TOKEN: "\${TOKEN:?get one}" }
tools:
  - { name: t, script: ./a }
  - { name: u, http: { url: "https://example.com" } }
  - { name: v, http: { url: "https://example.com", headers: { a: "\${TOKEN}" } } }
`);
    const last = manifest.tools[2];
    assert.ok(other && last);
    assert.throws(() => environmentOf(manifest, tool, {}), /TOKEN is not set: get one/);
    assert.throws(() => environmentOf(manifest, last, {}), /TOKEN is not set/);
    assert.deepEqual({ ...environmentOf(manifest, other, {}) }, {});
    assert.deepEqual({ ...manifestEnvironment(manifest, {}) }, {});
  });

  it('returns the environment of the caller when the manifest sets no variable', async () => {
    const { manifest, tool } = await load('tools: [{ name: t, script: ./a }]\n');
    assert.deepEqual(
      { ...environmentOf(manifest, tool, { PATH: '/bin', X: '${A}$$' }) },
      { PATH: '/bin', X: '${A}$$' },
    );
  });
});
