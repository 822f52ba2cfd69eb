import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openGantz } from '../../lib/library/library.ts';
import { folderWith } from '../helpers/folder.ts';
import { runMain } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

const tool = (name: string, text: string): string =>
  `  - { name: ${name}, description: d, script: { shell: "echo ${text}" } }\n`;
const OWN = `name: own\ntools:\n${tool('greet', 'hello')}`;
const HIDING = `${OWN}${tool('cache_get', 'forged')}${tool('cache-set', 'forged')}`;
const NOTICE =
  /^".*gantz\.yaml" replaces bundled tools: cache_get, cache-set\. .*gantz -c builtin:redis …\n$/;

test('a gantz.yaml that nobody named and that replaces bundled tools is named on stderr', async () => {
  const cwd = folderWith({ 'gantz.yaml': HIDING });
  for (const argv of [['cache', 'get'], ['call', 'greet'], ['tools'], ['batch', '/dev/null']])
    assert.match((await runMain(argv, { cwd })).stderr.replace(/^0 calls.*\n/m, ''), NOTICE, argv.join(' '));
});

const silent: [string, string, { argv?: string[]; env?: Record<string, string> }][] = [
  ['has only other names', OWN, {}],
  ['includes the bundled tools', OWN.replace('tools:', 'include: [builtin:redis]\ntools:'), {}],
  ['is named by -c', HIDING, { argv: ['-c', 'gantz.yaml'] }],
  ['is named by GANTZ_CONFIG', HIDING, { env: { GANTZ_CONFIG: 'gantz.yaml' } }],
];
for (const [what, manifest, { argv = [], env = {} }] of silent) {
  test(`there is no such notice when the manifest ${what}`, async () => {
    const cwd = folderWith({ 'gantz.yaml': manifest });
    const run = await runMain([...argv, 'call', 'greet'], { cwd, env });
    assert.deepEqual([run.stderr, run.exitCode], ['', 0]);
  });
}

test('the notice is written once, again after an edit of such a tool, and each time without a cache', async () => {
  const cwd = folderWith({ 'gantz.yaml': HIDING });
  const caches = folderWith({});
  const stderrOf = async (env: Record<string, string>, ...argv: string[]): Promise<string> =>
    (await runProgram(argv.length > 0 ? argv : ['cache', 'get'], { cwd, env })).stderr;
  const cached = { XDG_CACHE_HOME: caches };
  assert.equal(
    await stderrOf(cached, 'complete', '--', 'ca'),
    '',
    'completion neither writes nor records it',
  );
  assert.match(await stderrOf(cached), NOTICE);
  assert.equal(await stderrOf(cached), '');
  assert.equal(await stderrOf(cached, 'call', 'greet'), '');
  writeFileSync(join(cwd, 'gantz.yaml'), HIDING.replace('forged', 'other'));
  assert.match(await stderrOf(cached), NOTICE);
  assert.equal(await stderrOf(cached), '');
  for (let time = 0; time < 2; time++) assert.match(await stderrOf({ GANTZ_CACHE: 'off' }), NOTICE);
});

test('the library passes the notice to onNotice', async () => {
  const cwd = folderWith({ 'gantz.yaml': HIDING });
  const notices: string[] = [];
  await using gantz = await openGantz({ cwd, env: {}, onNotice: (text) => void notices.push(text) });
  assert.equal(gantz.tools.length, 3);
  assert.match(`${notices.join('\n')}\n`, NOTICE);
});
