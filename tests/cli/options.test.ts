import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitOptions } from '../../lib/cli/options.ts';
import { optionsFromEnvironment } from '../../lib/run/global-options.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';

const splits: [string[], ReturnType<typeof splitOptions>][] = [
  [[], { options: {}, rest: [] }],
  [['cache', 'get', '--timeout', '60'], { options: {}, rest: ['cache', 'get', '--timeout', '60'] }],
  [
    ['--timeout', '2s', 'pubsub', 'subscribe', '--timeout', '60'],
    { options: { timeoutMs: 2000 }, rest: ['pubsub', 'subscribe', '--timeout', '60'] },
  ],
  [['--timeout=1m30s', 'x'], { options: { timeoutMs: 90_000 }, rest: ['x'] }],
  [['-c', 'a.yaml', 'tools'], { options: { config: 'a.yaml' }, rest: ['tools'] }],
  [['--config=a=b.yaml', 'tools'], { options: { config: 'a=b.yaml' }, rest: ['tools'] }],
  [
    ['--follow', '--read-only', '--tools', 'cache_*', 'x'],
    { options: { follow: true, readOnly: true, tools: 'cache_*' }, rest: ['x'] },
  ],
  [['--max-output', '512KiB', 'x'], { options: { maxOutputBytes: 524_288 }, rest: ['x'] }],
  [['--max-calls', '8', 'x'], { options: { maxCalls: 8 }, rest: ['x'] }],
  [['--', '--help'], { options: {}, rest: ['--help'] }],
  [['-'], { options: {}, rest: ['-'] }],
  [['-h'], { options: { help: true }, rest: [] }],
];
for (const [argv, expected] of splits) {
  test(`argv ${JSON.stringify(argv)} splits at the first word`, () =>
    assert.deepEqual(splitOptions(argv), expected));
}

const refused: [string[], RegExp][] = [
  [['--tiemout', '2s'], /no option --tiemout/],
  [['--timeout'], /--timeout needs a value/],
  [['--timeout', 'soon', 'x'], /"soon" is not valid/],
  [['--timeout', '0', 'x'], /"0" is not valid/],
  [['--timeout', '-1', 'x'], /"-1" is not valid/],
  [['--follow=yes', 'x'], /--follow takes no value/],
  [['--max-output', '0', 'x'], /"0" is not valid/],
  [['--max-calls', '0', 'x'], /"0" is not valid; write a number from 1 to 999999/],
  [['-x'], /no option -x/],
];
for (const [argv, message] of refused) {
  test(`argv ${JSON.stringify(argv)} is refused`, () =>
    assert.throws(() => splitOptions(argv), { code: 'USAGE', message }));
}

test('variables set the same options as flags, and a flag overrides its variable', () => {
  const options = optionsFromEnvironment({
    GANTZ_TIMEOUT: '500ms',
    GANTZ_READ_ONLY: '1',
    GANTZ_TOOLS: '',
    GANTZ_CONFIG: 'b.yaml',
  });
  assert.deepEqual(options, { timeoutMs: 500, readOnly: true, config: 'b.yaml' });
  assert.deepEqual(splitOptions(['--timeout', '3', 'x'], options).options.timeoutMs, 3000);
});

test('a wrong variable is named', () => {
  assert.throws(() => optionsFromEnvironment({ GANTZ_TIMEOUT: 'soon' }), {
    code: 'USAGE',
    message: /^GANTZ_TIMEOUT/,
  });
});

const elsewhere: [flag: string, command: string, hint: RegExp][] = [
  ['--yes', 'batch', /"confirm":true/],
  ['--yes', 'mcp', /The client asks its user/],
  ['--yes', 'serve', /Gantz-Confirm: yes/],
  ['--no-cache', 'batch', /gantz cache-clear/],
  ['--no-cache', 'mcp', /gantz cache-clear/],
  ['--no-cache', 'serve', /Cache-Control: no-cache/],
  ['--yes', 'tools', /before the name of a tool/],
];
for (const [flag, command, hint] of elsewhere) {
  for (const words of [
    [flag, command],
    [command, flag],
  ]) {
    test(`gantz ${words.join(' ')} says what to use there`, async () => {
      const envelope = envelopeOf(await runMain(words));
      assert.deepEqual(
        [envelope['code'], envelope['error']],
        ['USAGE', `${flag} is an option of calls of tools`],
      );
      assert.match(String(envelope['hint']), hint);
    });
  }
}
