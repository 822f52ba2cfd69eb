import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Metafile } from 'esbuild';
import { bundleInChunks } from '../../scripts/build/native.ts';
import { useEmbedded } from '../helpers/embedded.ts';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';

const ROOT = join(import.meta.dirname, '../..');
const NATIVE = join(ROOT, 'dist/native/gantz');

/** Records each module that is loaded, each use of `require`, and of the streams of the process, which do not work. */
const RECORD = `
  globalThis.record ??= (what) => import.meta.require('node:fs').appendFileSync(process.env.LOADED, what + '\\n');
  record(import.meta.url);
  const require = new Proxy(import.meta.require, { apply: (it, _, names) => (record(names[0]), it(...names)) });
  globalThis.trapped ??= ['stdout', 'stderr', 'stdin'].map((name) =>
    Object.defineProperty(process, name, { configurable: true, get: () => record('process.' + name) }));`;

/** The packages are small modules without imports: errors, the slot of a key, the length of a text and the distance of names. */
const ALLOWED = ['@redis/client', 'ajv', 'fastest-levenshtein', 'node:fs', 'node:path'];

let env: Record<string, string>;
useRedis({ started: ({ url }) => (env = { REDIS_URL: url }) });

// The time of a call in the executable is page faults, and most of them come from the modules of the runtime. So this test
// is the limit of the start: it runs the modules of the executable in its runtime, and lists what they load.
const embedded = useEmbedded();

describe('what the executable loads', { skip: !existsSync(NATIVE) }, () => {
  const folder = folderWith({});
  let metafile: Metafile;
  before(async () => {
    const banner = RECORD.replaceAll('\n', ' ');
    metafile = await bundleInChunks(ROOT, folder, banner);
  });

  /** Returns the modules of the runtime and the npm packages that a call loads. */
  function loadedBy(words: readonly string[], surroundings = env): { stdout: string; loaded: string[] } {
    const file = join(folder, `loaded-${randomUUID()}`);
    const { stdout, stderr } = spawnSync(NATIVE, [join(folder, 'gantz.js'), ...words], {
      cwd: '/',
      // The executable becomes the runtime that it contains.
      env: { PATH: process.env['PATH'], HOME: '/dev/null', BUN_BE_BUN: '1', LOADED: file, ...surroundings },
      encoding: 'utf8',
      timeout: 120_000,
    });
    assert.equal(stderr, '');
    const chunks = new Map(
      Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]),
    );
    const loaded = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .flatMap((line) => {
        if (!line.startsWith('file:')) return [line];
        const output = chunks.get(basename(line));
        assert.ok(output, line);
        const imports = output.imports.filter(
          ({ external, kind }) => external && kind === 'import-statement',
        );
        const packages = Object.keys(output.inputs).map(
          (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
        );
        return [...imports.map(({ path }) => path), ...packages.filter((name) => name !== undefined)];
      });
    return { stdout, loaded: [...new Set(loaded)].sort() };
  }

  test('a call of a bundled tool loads no streams, sockets or cryptography, and no package but small ones', () => {
    const { stdout, loaded } = loadedBy(['cache', 'get', '{"key":"nothing"}']);
    assert.equal(stdout, '{"success":true,"value":null,"found":false}\n');
    assert.deepEqual(loaded, ALLOWED);
  });

  test('variables of OpenTelemetry do not change what a call loads, and without them no command loads its packages', () => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', TRACEPARENT: '00-1-1-01' };
    const { loaded } = loadedBy(['cache', 'get', '{"key":"nothing"}'], { ...env, ...variables });
    assert.deepEqual(loaded, ALLOWED);
    const ofBatch = (surroundings = {}): boolean =>
      loadedBy(['batch', '/dev/null'], { ...env, ...surroundings }).loaded.includes('@opentelemetry/api');
    assert.equal(ofBatch(), false);
    assert.equal(ofBatch(variables), true);
  });

  test('a call of the embedded server loads only one module more', async () => {
    await embedded.send('PING');
    const { stdout, loaded } = loadedBy(['cache', 'get', '{"key":"nothing"}'], embedded.env);
    assert.equal(stdout, '{"success":true,"value":null,"found":false}\n');
    assert.deepEqual(loaded, [...ALLOWED.slice(0, -1), 'node:os', 'node:path']);
  });

  test('--version loads no more than a call', () => {
    const { loaded } = loadedBy(['--version']);
    assert.deepEqual(
      loaded.filter((name) => !ALLOWED.includes(name)),
      [],
    );
  });
});
