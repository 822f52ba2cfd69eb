import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchPattern } from '../../lib/regexp/match.ts';
import { patterns, texts } from './patterns.ts';

const ignore = (): void => undefined;

test('the matcher gives the answers of the engine of the platform', async () => {
  await fc.assert(
    fc.asyncProperty(patterns, fc.array(texts, { minLength: 1, maxLength: 5 }), async (pattern, subjects) => {
      // V8 finds no match of a back reference without characters before 😀: /\1😀|(a)/u.test('😀') is false.
      fc.pre(!/\\\d.*😀/u.test(pattern));
      // V8 also looks for a match of no characters between the halves of 😀. With this prefix it does not.
      const native = new RegExp(`^[^]*?(?:${pattern})`, 'u');
      for (const text of subjects)
        assert.equal(
          await matchPattern(pattern, text, () => assert.fail('a short match paused')),
          native.test(text),
          JSON.stringify({ pattern, text }),
        );
    }),
    { numRuns: 3000 },
  );
});

const LONG = 'a'.repeat(200_000);
const cases: [pattern: string, text: string, matches: boolean][] = [
  ['^(a+)+$', `${LONG}!`, false],
  ['^(a+)+b?$|^(a|aa)+!$', `${LONG}!`, true],
  ['^(?:a?){30}a{30}$', 'a'.repeat(30), true],
  ['^(?:(?:a{1,30}){1,30}){1,30}b$', 'a'.repeat(60), false],
  ['^(?:.{0,5000}a){0,100000}b$', 'a'.repeat(200), false],
  ['^(?:a|b)*$', 'ab'.repeat(2_000_000), true],
  ['(?=(a+)+b)a', LONG.slice(0, 500), false],
  ['(?<=^(a|a)*)b', `${LONG.slice(0, 500)}b`, true],
];
for (const [pattern, text, matches] of cases)
  test(`${pattern} is matched with a text of ${text.length} characters`, async () => {
    assert.equal(await matchPattern(pattern, text, ignore), matches);
  });

test('a match that takes long can be ended', async () => {
  const pattern = '^(a+)+\\1b$';
  let pauses = 0;
  const end = (): void => {
    if (++pauses === 3) throw new Error('ended');
  };
  await assert.rejects(matchPattern(pattern, LONG.slice(0, 40), end), { message: 'ended' });
});

test('other work is done while a match runs', async () => {
  let other = false;
  setTimeout(() => (other = true), 1);
  const end = (): void => {
    if (other) throw new Error('the timer fired');
  };
  await assert.rejects(matchPattern('^(a+)+\\1b$', LONG.slice(0, 40), end), { message: 'the timer fired' });
});
