import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

const server = useRedis();

async function call(...words: string[]): Promise<object> {
  return envelopeOf(
    await runProgram(words, {
      env: { REDIS_URL: server.url, GANTZ_NAMESPACE: server.namespace, GANTZ_TIMEOUT: '60s' },
    }),
  );
}

test('a list flag with a JSON array names every field that hash_delete deletes', async () => {
  await call('hash', 'set', '{"key":"h","mapping":{"a":1,"b":2,"c":3}}');
  const deleted = await call('hash', 'delete', '--key', 'h', '--fields', '["a","b"]');
  assert.deepEqual(deleted, { success: true, deleted: 2 });
});

test('a list flag with a JSON array adds its members, and with :text one text', async () => {
  const added = await call('set', 'add', '--key', 's', '--members', '["red","green"]');
  assert.deepEqual(added, { success: true, added: 2 });
  await call('set', 'add', '--key', 's', '--members:text', '["red","green"]');
  const text = '["red","green"]';
  assert.deepEqual(await call('set', 'is-member', '--key', 's', '--member:text', text), {
    success: true,
    is_member: true,
  });
});

test('a list flag whose text is no JSON array stores that text', async () => {
  await call('list', 'push', '--key', 'l', '--values', '[INFO] started');
  const { values } = (await call('list', 'range', '--key', 'l')) as { values?: unknown };
  assert.deepEqual(values, ['[INFO] started']);
});

test('JSON text for an array parameter of a JSON call is that array', async () => {
  await call('hash', 'set', '{"key":"j","mapping":"{\\"a\\":1,\\"b\\":2}"}');
  const deleted = await call('hash', 'delete', '{"key":"j","fields":"[\\"a\\",\\"b\\"]"}');
  assert.deepEqual(deleted, { success: true, deleted: 2 });
});

test('a counter that a flag stored as text fails with a hint that names the number form', async () => {
  await call('cache', 'set', '--key', 'n', '--value', '5');
  const { code, hint } = (await call('cache', 'increment', '--key', 'n')) as { code?: string; hint?: string };
  assert.equal(code, 'WRONG_TYPE');
  assert.match(hint ?? '', /--value:json 5/);
  await call('cache', 'set', '--key', 'n', '--value:json', '5');
  assert.deepEqual(await call('cache', 'increment', '--key', 'n'), {
    success: true,
    value: 6,
    applied: true,
  });
});

test('the help of cache set explains that a flag with an integer is text', async () => {
  const { stdout } = await runProgram(['cache', 'set', '--help']);
  assert.match(stdout, /--value 5 is the text "5", and --value:json 5 the number/);
});
