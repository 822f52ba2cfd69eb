import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { PROGRAM, runProgram } from '../helpers/run-program.ts';

let env: Record<string, string>;
useRedis({ started: ({ url }) => (env = { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' }) });

const set = async (key: string, ...words: string[]): Promise<void> =>
  assert.equal((await runMain(['cache', 'set', '--key', key, ...words], { env })).exitCode, 0);

test('text from a pipe is stored with --value:text - and comes back unchanged with --raw', async () => {
  for (const stdin of ['a\nb\n', 'no line break', '{"a": 1}', '-', '@x', ' é\r\n\n', '']) {
    const stored = await runProgram(['cache', 'set', '--key', 'pipe', '--value:text', '-'], { env, stdin });
    assert.deepEqual([stored.exitCode, stored.stderr], [0, '']);
    const got = await runProgram(['--raw', 'cache', 'get', '--key', 'pipe'], { env });
    assert.deepEqual([got.stdout, got.stderr, got.exitCode], [stdin, '', 0]);
  }
});

test('--value:text @file stores the text of a file, and other text as it is', async () => {
  const cwd = folderWith({ 'a.txt': 'from a file\n' });
  const forms: [string[], string, string?][] = [
    [['--value:text', '@a.txt'], 'from a file\n'],
    [['--value:text=@a.txt'], 'from a file\n'],
    [['--value:text=-'], 'piped', 'piped'],
    [['--value:text', '[1]'], '[1]'],
  ];
  for (const [words, value, stdin = ''] of forms) {
    const run = await runMain(['cache', 'set', '--key', 'f', ...words], { env, cwd, stdin });
    assert.equal(run.exitCode, 0, run.stdout);
    assert.equal(envelopeOf(await runMain(['cache', 'get', '--key', 'f'], { env }))['value'], value);
  }
  const push = ['list', 'push', '--key', 'l', '--values', 'x', '--values:text', '-'];
  assert.equal((await runMain(push, { env, stdin: 'y\n' })).exitCode, 0);
  const range = envelopeOf(await runMain(['list', 'range', '--key', 'l'], { env }));
  assert.deepEqual(range['values'], ['y\n', 'x']);
});

const refused: [string[], string, RegExp, (string | Uint8Array)?][] = [
  [['--value:text', '@missing.txt'], 'USAGE', /^Cannot read the text of --value:text from \S+: no such file/],
  [
    ['--value:text', '-'],
    'INVALID_JSON',
    /^The text of --value:text from stdin: .*not UTF-8/,
    Buffer.from([0xff]),
  ],
  [['-', '--value:text', '-'], 'USAGE', /stdin can be read only once/],
  [['--value:text'], 'USAGE', /--value:text needs a value/],
  [['--value:text', '--help'], 'USAGE', /--value:text needs a value/],
];
for (const [words, code, message, stdin = ''] of refused) {
  test(`${words.join(' ')} is refused with ${code}`, async () => {
    const envelope = envelopeOf(await runMain(['cache', 'set', '--key', 'a', ...words], { env, stdin }));
    assert.equal(envelope['code'], code);
    assert.match(String(envelope['error']), message);
  });
}

test('a plain - stays text, and stderr names :text', async () => {
  const run = await runProgram(['cache', 'set', '--key', 'plain', '--value', '-'], { env, stdin: 'ls' });
  assert.equal(run.stderr, '--value is the text "-". To read the text from stdin, write --value:text -\n');
  assert.equal(envelopeOf(await runMain(['cache', 'get', '--key', 'plain'], { env }))['value'], '-');
  const equals = await runMain(['cache', 'set', '--key', 'plain', '--value=-'], { env });
  assert.deepEqual([equals.exitCode, equals.stderr], [0, '']);
});

test('--raw prints text as it is and other values as JSON', async () => {
  const cwd = folderWith({
    'gantz.yaml':
      'name: x\ninclude: [builtin:redis]\ntools:\n  - { name: hi, description: d, script: { shell: printf hi } }\n',
  });
  await set('text', '--value', 'it is "text"');
  await set('json', '--value:json', '{"a":[1,null]}');
  await set('null', '--value:json', 'null');
  const outputs: [string[], string, number][] = [
    [['cache', 'get', '--key', 'text'], 'it is "text"', 0],
    [['cache', 'get', '--key', 'json'], '{"a":[1,null]}\n', 0],
    [['cache', 'get', '--key', 'null'], 'null\n', 0],
    [['cache', 'get', '--key', 'nobody'], '', 10],
    [['cache', 'exists', '--key', 'text'], 'true\n', 0],
    [['cache', 'exists', '--key', 'nobody'], 'false\n', 10],
    [['call', 'hi'], 'hi', 0],
    [['hi'], 'hi', 0],
  ];
  const own = { REDIS_URL: String(env['REDIS_URL']) };
  for (const [argv, stdout, exitCode] of outputs)
    assert.deepEqual(
      await runProgram(['--raw', ...argv], { env: own, cwd }),
      { stdout, stderr: '', exitCode },
      argv.join(' '),
    );
});

test('--check prints nothing and ends with 0 or 10', async () => {
  const limit = ['rate_limit', 'check', '--identifier', 'c', '--limit', '1', '--window-seconds', '86400'];
  await set('there', '--value', 'x');
  const checks: [string[], number][] = [
    [limit, 0],
    [limit, 10],
    [['cache', 'get', '--key', 'there'], 0],
    [['cache', 'get', '--key', 'nobody'], 10],
    [['cache', 'exists', '--key', 'nobody'], 10],
    [['set', 'is_member', '--key', 'nobody', '--member', 'x'], 10],
    [['cache', 'delete', '--key', 'nobody'], 0],
  ];
  for (const [argv, exitCode] of checks)
    assert.deepEqual(
      await runProgram(['--check', ...argv], { env }),
      { stdout: '', stderr: '', exitCode },
      argv.join(' '),
    );
});

test('with --raw and --check, a failure is written to stderr with its usual status', async () => {
  for (const option of ['--raw', '--check']) {
    for (const [argv, code, exitCode] of [
      [['cache', 'get'], 'INVALID_PARAMETERS', 2],
      [['cache', 'gte', '--key', 'a'], 'UNKNOWN_TOOL', 2],
      [['--timeout', 'soon', 'cache', 'get'], 'USAGE', 2],
      [['tools'], 'USAGE', 2],
    ] as const) {
      const run = await runProgram([option, ...argv], { env });
      assert.equal(run.stdout, '');
      assert.deepEqual([envelopeOf({ ...run, stdout: run.stderr })['code'], run.exitCode], [code, exitCode]);
    }
    const both = await runMain([option, '--follow', 'cache', 'get', '--key', 'a'], { env });
    assert.match(both.stderr, /Only one of --raw, --check and --follow/);
  }
  const after = envelopeOf(await runMain(['tools', '--raw'], { env }));
  assert.equal(after['code'], 'USAGE');
});

test('the recipes of the README for shells run', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, recipe = ''] = /## In a shell script\n[^]*?```sh\n([^]*?)```/.exec(readme) ?? [];
  assert.match(recipe, /--raw[^]*--check/);
  const cwd = folderWith({});
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-eu', '-c', `ln -s "$0" gantz; PATH=$PWD:$PATH; ${recipe}`, PROGRAM],
    {
      cwd,
      env: { PATH: `${process.env['PATH'] ?? ''}:${dirname(process.execPath)}`, ...env },
      encoding: 'utf8',
      timeout: 120_000,
    },
  );
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    'the listing has 1 lines\nthere is no other listing\nallowed\nnot allowed: try again later\n',
  );
});
