import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { copySources } from '../helpers/copy-sources.ts';

/** The variables with which npm reaches the registry. They are kept, because they are not part of the home folder. */
const NETWORK_VARIABLE = /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR))$/i;

/** bin/setup installs all packages and builds both programs. */
const LIMIT_MS = 600_000;

test("a fresh clone in a clean home: the README's first command works, and a second time", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gantz clone '));
  const clone = join(folder, 'a clone');
  const home = join(folder, 'home');
  mkdirSync(home);
  copySources(clone);
  const setting = (name: string) =>
    spawnSync('npm', ['config', 'get', name], { encoding: 'utf8', timeout: LIMIT_MS }).stdout.trim();
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK_VARIABLE.test(name))),
    npm_config_globalconfig: setting('globalconfig'),
    PATH: process.env['PATH'],
    HOME: home,
    NODE_ENV: 'production',
    // npm uses the packages that it has already downloaded.
    npm_config_cache: setting('cache'),
    npm_config_prefer_offline: 'true',
    npm_config_prefix: join(folder, 'prefix'),
  };
  const shell = (line: string) =>
    spawnSync('sh', ['-c', line], { cwd: clone, env, encoding: 'utf8', timeout: LIMIT_MS });
  t.after(() => {
    shell('bin/gantz redis stop');
    rmSync(folder, { recursive: true });
  });
  const first = `bin/setup && bin/gantz cache set '{"key":"greeting","value":"hello"}' && bin/gantz cache get '{"key":"greeting"}'`;
  const expected =
    '{"success":true,"key":"greeting","ttl":3600,"stored":true}\n{"success":true,"value":"hello","found":true}\n';

  const fresh = shell(first);
  assert.equal(fresh.stdout, expected, fresh.stderr);
  const again = shell(first);
  assert.equal(again.stdout, expected, again.stderr);
  assert.equal(again.stderr, '', 'the second run prints nothing on stderr');
  const elsewhere = spawnSync(join(clone, 'bin/setup'), [], {
    cwd: '/',
    env: { ...env, HOME: '' },
    timeout: LIMIT_MS,
  });
  assert.equal(elsewhere.status, 0);
  assert.equal(elsewhere.stderr.toString(), '');
});
