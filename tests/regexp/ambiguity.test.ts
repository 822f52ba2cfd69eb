import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { isAmbiguous } from '../../lib/regexp/ambiguity.ts';
import { Machine } from '../../lib/regexp/machine.ts';
import { compileProgram, parsePattern } from '../../lib/regexp/program.ts';
import { patterns, texts } from './patterns.ts';

const ORDINARY = [
  'abc',
  '\\.json$',
  '^\\S',
  '\\d+',
  '[A-Z]{3}',
  '"[^"]*"',
  '^\\d+$',
  '^[0-9]{1,20}$',
  '^-?\\d+(\\.\\d+)?$',
  '^[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?$',
  '^\\d{1,3}(,\\d{3})*(\\.\\d+)?$',
  '^(?:true|false|null)$',
  // Names
  '^[a-z0-9]+(?:-[a-z0-9]+)*$',
  '^[a-z][a-z0-9_]{0,62}$',
  '^[A-Za-z_$][\\w$]*(?:\\.[A-Za-z_$][\\w$]*)*$',
  '^@?[a-z0-9-~][a-z0-9-._~]*(?:/[a-z0-9-~][a-z0-9-._~]*)?$',
  "^\\p{Lu}[\\p{L}\\p{M} '-]*$",
  '^(?!.*--)[a-z-]+$',
  '^(?:(?!--)[a-z-])*$',
  // Passwords
  '^(?=.*[A-Z])(?=.*[a-z])(?=.*\\d)(?=.*[^\\w\\s]).{8,64}$',
  // Dates and times
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^(?:[01]\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d)?$',
  '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d+)?(?:Z|[+-]\\d{2}:\\d{2})$',
  '^(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?$',
  // Addresses
  "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$",
  '^[^@]+@[^@]+$',
  '^[\\w.%+-]+@[\\w.-]+\\.[A-Za-z]{2,}$',
  '^https?://[^\\s/]+(?:/\\S*)?$',
  '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$',
  '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$',
  '^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}$',
  '^(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$',
  '^\\+?[1-9]\\d{1,14}$',
  '^(?:\\+?1[-. ]?)?\\(?\\d{3}\\)?[-. ]?\\d{3}[-. ]?\\d{4}$',
  // Ids and versions
  '^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  '^[0-9a-f]{64}$',
  '^#(?:[a-f0-9]{6}|[a-f0-9]{3})$',
  '^v?\\d+\\.\\d+\\.\\d+$',
  '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(?:-((?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\\.(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\\+([0-9a-zA-Z-]+(?:\\.[0-9a-zA-Z-]+)*))?$',
  '^sha256:[0-9a-f]{64}$',
  '^[A-Z]{2}\\d{2}[A-Z0-9]{11,30}$',
  '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
  // Paths and lists
  '^(?:/[^/]+)+$',
  '^(?:/(?:[^~/]|~0|~1)*)*$',
  '^(?:[a-z]|%[0-9a-f]{2})*$',
  '^[^,]+(?:,[^,]+)*$',
  '^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\\d{12}:.+$',
];
const AMBIGUOUS = [
  '^(a+)+$',
  '^(a+)+b?$|^(a|aa)+!$',
  '^(a*)*$',
  '(a*)*b',
  '^(a|a)*$',
  '^(a|aa)+$',
  '^(a|a?)+$',
  '^(a?b?)*$',
  '^(?:a?){30}a{30}$',
  '^(?:a|a){30}$',
  '^a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaa$',
  '(x+x+)+y',
  '^(\\w+)*$',
  '^(\\w+\\s?)*$',
  '^([a-zA-Z]+)*!',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(\\p{L}+)+$',
  '^(\\p{Script=Thai}+)+$',
  '^(?:é|\\p{L})+!$',
  '^([^a]|[^b])*$',
  '^(?:\\s|[ \\t])+x$',
  '^(?:.|\\n|[^,])*$',
  '^(a{2}b|aab)*$',
  '^(a{1,10}){1,10}$',
  '^(?:a+a+b)*',
  '^(?:.*,)*$',
  '^(?:[^"]|\\\\.)*"$|^(?:\\w|\\d)+$',
  // The time grows with a power of the length.
  '\\s+$',
  '\\d+x',
  '^a*a*b$',
  '^(.*)(.*)x$',
  '^.*=.*;.*$|^.*,.*,.*,.*$|.*x.*y',
  '^\\S+@\\S+\\.\\S+$',
  '^\\s*(.*?)\\s*$',
  '^.{0,1000}.{0,1000}.{0,1000}!$',
  '^\\d*\\d*$',
  '^\\d+\\.?\\d*$',
  '<[^>]*>$',
  // Lookarounds and back references
  '^(?=(a+)+$)a',
  '^(?!(a|aa)+$)',
  '(?=.*[A-Z]).{8}',
  '(?<=a+)b',
  '^(?:(?=\\w+)\\w)*$',
  '^(["\']).*\\1$',
  '^(a+)+\\1b$',
  '^(?<n>a*)\\k<n>$',
];

for (const pattern of ORDINARY)
  test(`${pattern} is matched by the engine of the platform`, () =>
    assert.equal(isAmbiguous(pattern), false));
for (const pattern of AMBIGUOUS)
  test(`${pattern} is not matched by the engine of the platform`, () =>
    assert.equal(isAmbiguous(pattern), true));

test('letters that differ only in case are the same where case is ignored', { skip: !hasModifiers() }, () => {
  assert.equal(isAmbiguous('^(?i:(a|A)+)$'), true);
  assert.equal(isAmbiguous('^(?i:(a|b)+)$'), false);
});

function hasModifiers(): boolean {
  try {
    return new RegExp('(?i:a)', 'u').unicode;
  } catch {
    return false;
  }
}

test('the patterns of the bundled tools are matched by the engine of the platform', () => {
  const found = [...JSON.stringify(BUNDLED_MANIFEST.tools).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
  assert.ok(found.length > 0);
  for (const [, text = ''] of found) assert.equal(isAmbiguous(JSON.parse(text) as string), false, text);
});

test('a pattern that is not ambiguous takes time in proportion to its text', () => {
  let examined = 0;
  fc.assert(
    fc.property(patterns, texts, texts, texts, (pattern, first, repeated, last) => {
      if (isAmbiguous(pattern)) return;
      examined++;
      // A program with a back reference does not remember what it tried. This one is never reached.
      const tree = parsePattern(`(?:${pattern})|(?!)(?<z>)\\k<z>`);
      const text = Array.from(`${first}${repeated.repeat(300)}${last}`, (one) => one.codePointAt(0) ?? 0);
      const program = compileProgram(tree, text.length);
      const most = 20 * program.instructions.length * (text.length + 100);
      const answer = new Machine(program, Uint32Array.from(text), 0, 0).run({ steps: most });
      assert.notEqual(answer, undefined, `more than ${most} steps`);
    }),
    { numRuns: 3000 },
  );
  assert.ok(examined > 300, String(examined));
});
