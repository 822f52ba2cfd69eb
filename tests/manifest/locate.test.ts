import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { locateManifest } from '../../lib/manifest/locate.ts';
import { checkManifest, loadManifest } from '../../lib/run/manifests.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gantz-locate-'));
const empty = path.join(folder, 'empty');
const here = path.join(folder, 'here');
mkdirSync(empty);
mkdirSync(here);
const file = path.join(here, 'gantz.yaml');
writeFileSync(file, 'tools: []\n');
after(() => rmSync(folder, { recursive: true, force: true }));

describe('locateManifest', () => {
  const cases: [name: string, options: Parameters<typeof locateManifest>[0], found: string][] = [
    [
      '-c takes precedence over all others',
      { config: file, env: { GANTZ_CONFIG: '/none' }, cwd: () => empty },
      file,
    ],
    ['-c relative to the working directory', { config: 'gantz.yaml', env: {}, cwd: () => here }, file],
    ['-c with a folder', { config: '../here', env: {}, cwd: () => empty }, file],
    ['-c builtin:redis', { config: 'builtin:redis', env: {}, cwd: () => here }, 'builtin:redis'],
    [
      'GANTZ_CONFIG takes precedence over ./gantz.yaml',
      { env: { GANTZ_CONFIG: 'builtin:redis' }, cwd: () => here },
      'builtin:redis',
    ],
    ['an empty GANTZ_CONFIG is ignored', { env: { GANTZ_CONFIG: '' }, cwd: () => here }, file],
    ['./gantz.yaml', { env: {}, cwd: () => here }, file],
    ['the bundled one when there is no other', { env: {}, cwd: () => empty }, 'builtin:redis'],
  ];
  for (const [name, options, found] of cases)
    it(name, () => assert.deepEqual(locateManifest(options), { file: found }));

  it('names the missing file and the option that names it', () => {
    for (const config of ['none.yaml', 'builtin:mysql', '', '.']) {
      assert.throws(() => locateManifest({ config, env: {}, cwd: () => empty }), {
        code: 'MANIFEST_NOT_FOUND',
        message: /-c names/,
      });
    }
    const env = { GANTZ_CONFIG: '~/x.yaml' };
    // Options take their values from the variables too.
    for (const given of [{ env }, { env, config: env.GANTZ_CONFIG }])
      assert.throws(() => locateManifest({ ...given, cwd: () => empty }), { message: /GANTZ_CONFIG names/ });
  });
});

describe('a working directory that cannot be used', () => {
  const deleted = (): string => {
    throw new Error('ENOENT: uv_cwd');
  };

  it('is not read when it was deleted and no name is relative to it', () => {
    assert.deepEqual(locateManifest({ config: 'builtin:redis', env: {}, cwd: deleted }), {
      file: 'builtin:redis',
    });
    assert.deepEqual(locateManifest({ config: file, env: {}, cwd: deleted }), { file });
    assert.throws(() => locateManifest({ env: {}, cwd: deleted }), { code: 'MANIFEST_NOT_FOUND' });
  });

  it('gives MANIFEST_NOT_FOUND when its gantz.yaml is a symbolic link to itself', () => {
    const loop = path.join(folder, 'loop');
    mkdirSync(loop);
    symlinkSync('gantz.yaml', path.join(loop, 'gantz.yaml'));
    assert.throws(() => locateManifest({ env: {}, cwd: () => loop }), {
      code: 'MANIFEST_NOT_FOUND',
      message: /ELOOP/,
    });
  });
});

describe('loadManifest', () => {
  it('reports a file that cannot be read', async () => {
    await assert.rejects(loadManifest({ file: path.join(folder, 'none.yaml') }), {
      code: 'MANIFEST_NOT_FOUND',
      message: /no such file/,
    });
    await assert.rejects(loadManifest({ file: folder }), { code: 'MANIFEST_NOT_FOUND', message: /folder/ });
  });

  it('loads builtin:redis', async () => {
    const { file: name, directory, tools } = await loadManifest({ file: 'builtin:redis' });
    assert.deepEqual([name, directory], ['builtin:redis', '']);
    assert.ok(tools.every(({ action }) => action?.kind === 'bundled'));
  });

  it('loads the gantz.yaml of the checkout, and a copy of it, as the bundled manifest', async () => {
    const root = path.join(import.meta.dirname, '../../gantz.yaml');
    const copy = path.join(folder, 'copy.yaml');
    writeFileSync(copy, readFileSync(root));
    for (const name of [root, copy]) {
      const { manifest, problems } = await checkManifest({ file: name });
      assert.deepEqual(problems, []);
      assert.equal(manifest?.file, name);
      assert.deepEqual(manifest.sources, [name]);
      assert.ok(manifest.tools.every(({ action }) => action?.kind === 'bundled'));
    }
  });

  it('does not load handlers of other folders as bundled tools', async () => {
    const own = path.join(folder, 'own.yaml');
    writeFileSync(own, 'tools: [{ name: cache_get, handler: cache.get }]\n');
    const { tools } = await loadManifest({ file: own });
    assert.deepEqual(tools[0]?.action, { kind: 'handler', module: 'cache', function: 'get' });
  });
});
