import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withoutSecrets } from '../../lib/http/without-secrets.ts';

const lines: [line: string, shown: string][] = [
  ['password: a, b # c', 'password: [hidden]'],
  ['  - API_KEY: abc def', '  - API_KEY: [hidden]'],
  [`env: { STRIPE_KEY: 'it''s', NAME: x }`, 'env: { STRIPE_KEY: [hidden], NAME: x }'],
  ['{"client_secret":"a\\"b","name":"x"}', '{"client_secret":[hidden],"name":"x"}'],
  ['headers: { Authorization: "Bearer abc.def" }', 'headers: { Authorization: [hidden] }'],
  [
    `shell: "curl -H 'Authorization: Bearer abc.def' x"`,
    `shell: "curl -H 'Authorization: Bearer [hidden]' x"`,
  ],
  ['shell: TOKEN=abc mysql --password abc x', 'shell: TOKEN=[hidden] mysql --password [hidden] x'],
  ['url: https://x.org/?token=abc&a=1', 'url: https://x.org/?token=[hidden]&a=1'],
  ['url: redis://user:abc@host:1', 'url: redis://user:[hidden]@host:1'],
  ['token: "unfinished', 'token: [hidden]'],
  // These have no secret.
  ['password: ${PASSWORD}', 'password: ${PASSWORD}'],
  ['Authorization: Bearer ${TOKEN}', 'Authorization: Bearer ${TOKEN}'],
  ['{ name: card, type: string, secret: true }', '{ name: card, type: string, secret: true }'],
  ['token: { type: string, required: true }', 'token: { type: string, required: true }'],
  ['cache: { ttl: 1h, key: [city] }', 'cache: { ttl: 1h, key: [city] }'],
];

for (const [line, shown] of lines) {
  test(`${line} is shown as ${shown}`, () => {
    assert.equal(withoutSecrets(line).text, shown);
  });
}

test('the offset stays at the same text, or is at the place of the secret', () => {
  const line = '{ password: abc, cache: soon, token: x }';
  const at = (offset: number): string => {
    const moved = withoutSecrets(line, offset);
    return moved.text.slice(moved.offset, moved.offset + 5);
  };
  assert.equal(at(line.indexOf('cache')), 'cache');
  assert.equal(at(line.indexOf('abc')), '[hidd');
  assert.equal(at(line.indexOf('abc') + 1), '[hidd');
  assert.equal(at(line.indexOf('token')), 'token');
});

test('of a line of megabytes the part around the offset is read, in time', () => {
  const line = `${'a'.repeat(3_000_000)} password: abc, cache: soon ${'b'.repeat(3_000_000)}`;
  const { text, offset } = withoutSecrets(line, line.indexOf('cache'));
  assert.ok(text.length < 5000);
  assert.equal(text.slice(offset, offset + 5), 'cache');
  assert.ok(!text.includes('abc'));
});

test('the offset is in the text, whatever the line', () => {
  const parts = fc.constantFrom(
    'token',
    ': ',
    '"',
    "'",
    '=',
    '--password ',
    'Bearer ',
    '://a:',
    '@',
    'x',
    ' ',
    ',',
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 20 }), fc.nat(60), (words, place) => {
      const line = words.join('');
      const { text, offset } = withoutSecrets(line, Math.min(place, line.length));
      assert.ok(offset >= 0 && offset <= text.length);
    }),
  );
});
