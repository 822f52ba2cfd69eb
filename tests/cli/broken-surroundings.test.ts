import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { PROGRAM, runProgram } from '../helpers/run-program.ts';

const PACKAGE = join(import.meta.dirname, '../../dist/node/gantz.cjs');

let url: string;
useRedis({ started: (server) => (url = server.url) });

for (const command of ['tools', 'cache get --key a', 'describe cache_get', 'cache --help']) {
  test(
    `gantz ${command} > /dev/full prints one sentence and no stack`,
    { skip: !existsSync('/dev/full') && 'there is no /dev/full' },
    () => {
      const { status, stderr } = spawnSync('sh', ['-c', `"$0" ${command} > /dev/full`, PROGRAM], {
        env: { PATH: process.env['PATH'], REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis' },
        timeout: 120_000,
        encoding: 'utf8',
      });
      assert.equal(stderr, 'Cannot write to stdout: no space left on device (ENOSPC)\n');
      assert.equal(status, 70);
    },
  );
}

const TESTED = `name: tested
tools:
  - name: a
    description: d
    script: { shell: touch ran; echo hi }
    tests: [{ input: {}, expect: { equals: hi } }]
`;

test('a JUnit report that cannot be written fails with USAGE before the tests run', async () => {
  const cwd = folderWith({ 'gantz.yaml': TESTED });
  for (const [file, reason] of [
    ['missing/report.xml', 'no such file or directory (ENOENT)'],
    ['.', 'illegal operation on a directory (EISDIR)'],
  ]) {
    const run = await runProgram(['test', '--junit', String(file)], { cwd });
    const { code, error } = envelopeOf(run);
    assert.deepEqual([code, run.exitCode], ['USAGE', 2]);
    assert.equal(error, `Cannot write the JUnit report to ${join(cwd, String(file))}: ${reason}`);
    assert.ok(!existsSync(join(cwd, 'ran')), 'no test ran');
  }
  assert.equal((await runMain(['test', '--junit', 'report.xml'], { cwd })).exitCode, 0);
  assert.match(readFileSync(join(cwd, 'report.xml'), 'utf8'), /<testsuite/);
});

test(
  'gantz init in a folder that cannot be written fails with USAGE',
  { skip: !existsSync('/proc/self') },
  async () => {
    const { code, error } = envelopeOf(await runMain(['init'], { cwd: '/proc' }));
    assert.equal(code, 'USAGE');
    assert.match(String(error), /^Cannot write \/proc\/gantz\.yaml: .* \(E[A-Z]+\)$/);
  },
);

test('REDIS_URL with blanks around it is used', async () => {
  for (const blank of [' ', '\t', '\r\n']) {
    const env = { REDIS_URL: `${blank}${url}${blank}`, GANTZ_CONFIG: 'builtin:redis' };
    const run = await runProgram(['cache', 'exists', '--key', 'a'], { env });
    assert.equal(run.stdout, '{"success":true,"exists":false}\n');
  }
});

test('a signal that arrives while the package for Node loads is answered with an envelope', () => {
  const folder = folderWith({
    'signal.cjs': `const fs = require('node:fs');
const { readFileSync } = fs;
fs.readFileSync = (file, ...rest) => {
  if (String(file).endsWith('main.cjs')) process.kill(process.pid, process.env.TEST_SIGNAL);
  return readFileSync(file, ...rest);
};
`,
  });
  for (const [name, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    const run = spawnSync(
      process.execPath,
      [
        '--require',
        join(folder, 'signal.cjs'),
        PACKAGE,
        'pubsub',
        'subscribe',
        '--channel',
        'x',
        '--timeout',
        '60',
      ],
      {
        env: { REDIS_URL: url, GANTZ_CONFIG: 'builtin:redis', TEST_SIGNAL: name },
        timeout: 120_000,
        encoding: 'utf8',
      },
    );
    assert.equal(run.status, status);
    const envelope = envelopeOf({ ...run, exitCode: status });
    assert.deepEqual([envelope['code'], envelope['error']], ['CANCELLED', `Interrupted by ${name}`]);
  }
});
