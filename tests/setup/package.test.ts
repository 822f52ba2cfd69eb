import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 300_000;

type Packed = { filename: string; files: { path: string; mode: number }[] };

let folder: string;
let packed: Packed;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz package '));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: ROOT,
    maxBuffer: 1e8,
    timeout: LIMIT_MS,
  });
  // npm 11 prints an array, npm 12 an object with the name as the key.
  const answer: unknown = JSON.parse(stdout);
  packed = Object.values(answer as Packed[] | Record<string, Packed>)[0] as Packed;
});
after(() => rm(folder, { recursive: true }));

test('the package contains only the program, its documentation and the manifest', () => {
  const places = new Set(packed.files.map(({ path }) => path.replace(/^(dist\/node|docs)\/.*/, '$1/…')));
  const known = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin/gantz',
    'dist/node/…',
    'docs/…',
    'gantz.yaml',
    'package.json',
  ];
  assert.deepEqual(
    [...places].filter((place) => !known.includes(place)),
    [],
  );
  const programs = packed.files.filter(({ path }) => path.startsWith('dist/')).map(({ path }) => path);
  for (const file of ['gantz.cjs', 'main.cjs', 'redis.cjs', 'THIRD-PARTY-NOTICES.md'])
    assert.ok(programs.includes(`dist/node/${file}`), file);
  assert.ok(packed.files.some(({ path, mode }) => path === 'bin/gantz' && (mode & 0o111) === 0o111));
});

test('npx gantz cache set and get work after an offline installation into an empty folder', async (t) => {
  const cwd = join(folder, 'empty folder');
  const home = join(folder, 'home');
  await mkdir(cwd);
  await mkdir(home);
  const env = {
    ...process.env,
    HOME: home,
    XDG_STATE_HOME: home,
    XDG_CACHE_HOME: home,
    REDIS_URL: '',
    GANTZ_CONFIG: '',
    npm_config_offline: 'true',
  };
  const options = { cwd, env, timeout: LIMIT_MS };
  await run('npm', ['init', '--yes'], options);
  await run('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)], options);
  t.after(() => spawnSync('npx', ['gantz', 'redis', 'stop'], options));
  const set = await run('npx', ['gantz', 'cache', 'set', '{"key":"greeting","value":"hello"}'], options);
  assert.equal(set.stdout, '{"success":true,"key":"greeting","ttl":3600,"stored":true}\n');
  const get = await run('npx', ['gantz', 'cache', 'get', '{"key":"greeting"}'], options);
  assert.equal(get.stdout, '{"success":true,"value":"hello","found":true}\n');
});
