import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

let env: Record<string, string>;
useRedis({ started: ({ url }) => (env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' }) });

const refused: [string[], string, RegExp][] = [
  [['cache', 'set', '--key', 'a', '--value', '--help'], 'USAGE', /--value=--help/],
  [['cache', 'set', '--value', '--help', '--key', 'a'], 'USAGE', /--value=--help/],
  [['cache', 'set', '--key', '--value', 'x'], 'USAGE', /--key=--value/],
  [['cache', 'set', '--key', 'a', '--value', '--- a/file\n+++ b/file'], 'USAGE', /--value=<value>/],
  [['cache', 'set', '--key', 'a', '--value:json', '--help'], 'USAGE', /--value:json=--help/],
  [['cache', 'set', '--key', 'a', '--value:text', '--help'], 'USAGE', /--value:text=--help/],
  [['list', 'push', '--key', 'a', '--values', 'x', '--values', '--help'], 'USAGE', /--values=--help/],
  [['cache', 'set', '--key', 'a', '--vlaue', '--help'], 'INVALID_PARAMETERS', /--value/],
  [['call', 'cache_set', '--key', 'a', '--value', '--help'], 'USAGE', /--value=--help/],
  [['--tools', '--read-only', 'cache', 'get'], 'USAGE', /--tools=--read-only/],
  [['--config', '--help', 'cache', 'get'], 'USAGE', /--config=--help/],
  [['test', '--filter', '--junit', 'x'], 'USAGE', /--filter=--junit/],
  [['mcp', '--print-config', '--help'], 'USAGE', /--print-config=--help/],
  [['tools', '--toolset', '--help'], 'USAGE', /--toolset=--help/],
];
for (const [argv, code, hint] of refused) {
  test(`${JSON.stringify(argv)} does not print help or use the next flag as a value`, async () => {
    const run = await runMain(argv, { env });
    const envelope = envelopeOf(run);
    assert.deepEqual([envelope['code'], run.exitCode], [code, 2]);
    assert.match(String(envelope['hint']), hint);
  });
}

const helps: string[][] = [
  ['cache', 'set', '--help'],
  ['cache', 'set', '--key', 'a', '--help'],
  ['cache', 'set', '--key=a', '--help'],
  ['cache', 'set', '--key', '-h', '--help'],
  ['cache', 'set', '{"key":"a"}', '-h'],
  ['list', 'pop', '--key', 'a', '--left', '--help'],
  ['list', 'pop', '--key', 'a', '--no-left', '-h'],
];
for (const argv of helps) {
  test(`${JSON.stringify(argv)} prints the help of the tool`, async () => {
    const run = await runMain(argv, { env });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.match(run.stdout, /^(cache_set|list_pop): /);
  });
}

test('the value --help is refused after a space and stored after an equals sign', async () => {
  const spaced = await runProgram(['cache', 'set', '--key', 'h', '--value', '--help'], { env });
  assert.deepEqual([envelopeOf(spaced)['code'], spaced.exitCode], ['USAGE', 2]);
  assert.equal((await runProgram(['cache', 'set', '--key', 'h', '--value=--help'], { env })).exitCode, 0);
  const got = await runProgram(['cache', 'get', '--key', 'h'], { env });
  assert.equal(envelopeOf(got)['value'], '--help');
});
