import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';

const SETUP = join(import.meta.dirname, '../../bin/setup');

/** The programs of the system that bin/setup runs. Anything else is missing, or a script of the test. */
const SYSTEM = ['sh', 'cat', 'chmod', 'cmp', 'cp', 'find', 'grep', 'mkdir', 'mktemp', 'mv', 'rm', 'sed'];

const LOCK = '{\n  "packages": {\n    "": {},\n    "node_modules/a": {},\n    "node_modules/b": {}\n  }\n}\n';

const NODE = '[ "$1" != -e ] || exit 0\necho "node $*" >>"$LOG"\n';
const NPM =
  'case $1 in config) echo "$PWD/cache" ;; *) echo "npm $1" >>"$LOG"; mkdir -p node_modules ;; esac\n';
const ROOT_ID = 'echo 0\n';
const USER_ID = 'echo 1000\n';
/** The pause before apt-get is tried again is short; the clock of setup, which sleeps 10 seconds, ends. */
const SLEEP = '[ "$1" = 2 ]\n';

type Checkout = { folder: string; bin: string; log: () => string };

/** A checkout whose PATH has the given scripts besides SYSTEM. */
function checkoutWith(programs: Readonly<Record<string, string>>, name = 'checkout'): Checkout {
  const root = folderWith({ [`${name}/package-lock.json`]: LOCK, [`${name}/package.json`]: '{}', log: '' });
  const folder = join(root, name);
  const bin = join(root, 'bin');
  for (const path of ['bin', 'console', 'lib', 'tools', 'scripts', 'examples']) mkdirSync(join(folder, path));
  writeFileSync(join(folder, 'gantz.yaml'), '');
  writeFileSync(join(folder, 'examples/package-lock.json'), LOCK);
  copyFileSync(SETUP, join(folder, 'bin/setup'));
  chmodSync(join(folder, 'bin/setup'), 0o755);
  mkdirSync(bin);
  for (const program of SYSTEM) {
    const found = spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(bin, program));
  }
  for (const [program, script] of Object.entries({ node: NODE, npm: NPM, sleep: SLEEP, ...programs }))
    writeFileSync(join(bin, program), `#!/bin/sh\n${script}`, { mode: 0o755 });
  return { folder, bin, log: () => readFileSync(join(root, 'log'), 'utf8') };
}

function setUp(
  { folder, bin }: Checkout,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(folder, 'bin/setup'), args, {
    env: { PATH: bin, HOME: folder, LOG: join(bin, '../log'), POLICY_RC_D: join(bin, '../policy'), ...env },
    encoding: 'utf8',
    timeout: 120_000,
  });
  return { status, stdout, stderr };
}

const BUILT = 'npm ci\nnode --import tsx scripts/build.ts\n';

test('without the rights to install, setup builds the program and warns with one line to run', () => {
  const checkout = checkoutWith({ 'apt-get': 'echo "apt-get $*" >>"$LOG"\n', id: USER_ID });
  const { status, stdout, stderr } = setUp(checkout);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '');
  assert.equal(checkout.log(), BUILT);
  const line = `setup: redis-server is missing, and only root may install it. Run this as root; it starts no service: ${checkout.folder}/bin/setup system\n`;
  assert.ok(stderr.includes(line), stderr);
  assert.match(stderr, /\nsetup: The program is built\..*REDIS_URL=redis:\/\/host:port\n$/);
});

test('the printed line quotes a folder with spaces, and names sudo where there is one', () => {
  const checkout = checkoutWith(
    { 'apt-get': '', id: USER_ID, sudo: '[ "$1" != -n ]\n' },
    "a user's checkout",
  );
  const { stderr } = setUp(checkout, { args: ['system'] });
  const command = /no service: (sudo .*)\n/.exec(stderr)?.[1] ?? '';
  const words = spawnSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' }).stdout;
  assert.equal(words, `sudo\n${checkout.folder}/bin/setup\nsystem\n`);
});

test('with REDIS_URL set, setup installs no redis-server', () => {
  const checkout = checkoutWith({ 'apt-get': 'echo "apt-get $*" >>"$LOG"\n', id: ROOT_ID });
  const { status, stderr } = setUp(checkout, { env: { REDIS_URL: 'redis://elsewhere:6379' } });
  assert.equal(status, 0, stderr);
  assert.equal(checkout.log(), BUILT);
  assert.match(stderr, /\nsetup: redis-server is not installed; gantz will use the server of REDIS_URL\n$/);
});

test('without a package manager, setup builds the program and warns', () => {
  const checkout = checkoutWith({ id: ROOT_ID });
  const { status, stderr } = setUp(checkout);
  assert.equal(status, 0, stderr);
  assert.equal(checkout.log(), BUILT);
  assert.match(stderr, /redis-server is missing, and none of apt-get, dnf, apk and brew was found/);
});

test('setup tests does the rest and then fails when something for the tests is missing', () => {
  const checkout = checkoutWith({ id: USER_ID, 'apt-get': '' });
  const { status, stderr } = setUp(checkout, { args: ['tests'] });
  assert.equal(status, 1);
  assert.equal(checkout.log(), `${BUILT}npm ci\n`);
  assert.match(
    stderr,
    /redis-server is missing.*\/bin\/setup system tests\n.*zsh is missing.*Chromium is missing/s,
  );
});

const APT = `echo "apt-get $*" >>"$LOG"
[ "$("$POLICY_RC_D"; echo $?)" = 101 ] || echo "services may start" >>"$LOG"
case $1 in
  install)
    count=$(grep -c "apt-get install" "$LOG")
    if [ "$count" -lt 3 ]; then echo "E: Could not get lock /var/lib/dpkg/lock-frontend" >&2; exit 100; fi
    for word; do package=$word; done
    echo 'exit 0' >"\${LOG%/log}/bin/$package"
    chmod 755 "\${LOG%/log}/bin/$package"
    ;;
esac
`;

test("setup waits for apt's lock, and says so once", () => {
  const checkout = checkoutWith({
    id: ROOT_ID,
    'apt-get': APT,
    'update-rc.d': 'echo "update-rc.d $*" >>"$LOG"\n',
  });
  const { status, stderr } = setUp(checkout, { args: ['system'] });
  assert.equal(status, 0, stderr);
  const install = 'apt-get install -y -qq --no-install-recommends redis-server\n';
  assert.equal(checkout.log(), `apt-get update -qq\n${install.repeat(3)}update-rc.d redis-server disable\n`);
  assert.equal(stderr.split('waiting for another apt-get to end').length, 2, stderr);
  assert.equal(existsSync(join(checkout.folder, 'node_modules')), false);
  assert.equal(existsSync(join(checkout.bin, '../policy')), false, 'the policy file is removed');
});

test('another failure of apt-get is shown, and is no reason to wait', () => {
  const checkout = checkoutWith({
    id: ROOT_ID,
    'apt-get': 'echo "apt-get $*" >>"$LOG"; echo "E: no network" >&2; exit 100\n',
  });
  const { status, stderr } = setUp(checkout);
  assert.equal(status, 0, stderr);
  assert.match(stderr, /\nE: no network\nsetup: Installing redis-server failed; the lines above say why\n/);
  assert.equal(checkout.log(), `${BUILT}apt-get update -qq\n`);
});

test('progress is visible without a terminal: what is installed, how many packages, and the seconds', () => {
  const checkout = checkoutWith({
    id: ROOT_ID,
    'redis-server': '',
    // Ends after the clock of setup has printed twice.
    npm: `[ "$1" != config ] || { echo "$PWD/cache"; exit; }
while [ "$(grep -c . "$LOG")" -lt 2 ]; do :; done
mkdir -p node_modules
`,
    sleep: 'echo tick >>"$LOG"\n',
  });
  const { status, stderr } = setUp(checkout, { args: ['npm'] });
  assert.equal(status, 0, stderr);
  assert.match(
    stderr,
    /^setup: installing up to 2 npm packages\nsetup: installing up to 2 npm packages: 10 seconds\n/,
  );
  assert.equal(setUp(checkout, { args: ['npm'] }).stderr, '');
});

test('a checkout that cannot be written gives one sentence', (t) => {
  const checkout = checkoutWith({ id: ROOT_ID });
  // root may write into such a folder.
  const shell = process.getuid?.() === 0 ? 'exec setpriv --reuid=65534 --clear-groups "$0"' : 'exec "$0"';
  chmodSync(join(checkout.folder, '..'), 0o755);
  chmodSync(checkout.folder, 0o555);
  const { status, stderr } = spawnSync('sh', ['-c', shell, join(checkout.folder, 'bin/setup')], {
    env: { PATH: `${checkout.bin}:${process.env['PATH'] ?? ''}`, HOME: checkout.folder },
    encoding: 'utf8',
    timeout: 120_000,
  });
  chmodSync(checkout.folder, 0o755);
  if (status === 127) {
    t.skip('root needs setpriv to become another user');
    return;
  }
  assert.equal(status, 1);
  assert.equal(
    stderr,
    `setup: Cannot write to ${checkout.folder}: use a copy of the checkout that belongs to you.\n`,
  );
});

test('an unknown argument is refused with the usage', () => {
  const { status, stderr } = setUp(checkoutWith({}), { args: ['test'] });
  assert.equal(status, 1);
  assert.equal(stderr, 'setup: Usage: bin/setup [tests | npm | system | system tests]\n');
});
