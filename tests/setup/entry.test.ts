import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { VERSION } from '../../lib/version.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAM, runProgram } from '../helpers/run-program.ts';

const ROOT = join(import.meta.dirname, '../..');

let server: RedisServer;
let env: Record<string, string>;
before(async () => {
  server = await startRedis();
  env = { REDIS_URL: server.url };
});
after(() => server.stop());

test('the version of the program is that of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.equal(VERSION, version);
  assert.equal((await runProgram(['--version'])).stdout, `${version}\n`);
});

test('a value of a megabyte arrives whole through a pipe', async () => {
  const value = 'x'.repeat(1024 * 1024);
  const stdin = JSON.stringify({ key: 'large', value });
  assert.equal((await runProgram(['cache', 'set', '-'], { env, stdin })).exitCode, 0);
  // A reader that begins after the program has long given its answer finds all of it.
  const { stdout } = spawnSync('sh', ['-c', `"${PROGRAM}" cache get '{"key":"large"}' | { sleep 1; cat; }`], {
    env: { ...process.env, ...env },
    maxBuffer: 8 * 1024 * 1024,
    encoding: 'utf8',
  });
  assert.equal((JSON.parse(stdout) as { value: string }).value, value);
});

test('a reader that has gone is no failure', async () => {
  const child = spawn(PROGRAM, ['cache', 'get', '{"key":"large"}'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('.env and bunfig.toml of the folder that a caller is in are none of its business', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'gantz-'));
  t.after(() => rm(cwd, { recursive: true }));
  await writeFile(join(cwd, '.env'), 'REDIS_URL=redis://127.0.0.1:1\nGANTZ_TIMEOUT=nonsense\n');
  await writeFile(join(cwd, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
  await writeFile(join(cwd, 'preload.js'), 'console.log("preloaded"); process.exit(9);\n');
  const { stdout, exitCode } = await runProgram(['cache', 'exists', '{"key":"nothing"}'], { env, cwd });
  assert.equal(stdout, '{"success":true,"exists":false}\n');
  assert.equal(exitCode, 0);
});

for (const [what, source] of [
  ['an error that nobody caught', 'setTimeout(() => { throw new Error("late"); }, 1);'],
  ['a rejection that nobody awaited', 'void Promise.reject(new Error("late"));'],
] as const) {
  test(`${what} is the one INTERNAL envelope, and the end`, async (t) => {
    const cwd = await mkdtemp(join(tmpdir(), 'gantz-'));
    t.after(() => rm(cwd, { recursive: true }));
    await mkdir(join(cwd, 'tools'));
    await writeFile(
      join(cwd, 'gantz.yaml'),
      'name: late\ntools:\n  - name: late_run\n    description: fails late\n    parameters: []\n    handler: late.run\n',
    );
    await writeFile(
      join(cwd, 'tools/late.mjs'),
      `export async function run() { ${source} await new Promise((resolve) => setTimeout(resolve, 20_000)); return {}; }\n`,
    );
    const run = await runProgram(['late', 'run'], { cwd, env: { GANTZ_CACHE: 'off' } });
    const envelope = envelopeOf(run);
    assert.equal(envelope['code'], 'INTERNAL', run.stdout);
    assert.match(String(envelope['error']), /late/);
    assert.equal(run.exitCode, 70);
  });
}
