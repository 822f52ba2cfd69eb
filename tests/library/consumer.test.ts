import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { useRedis } from '../helpers/redis-server.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 300_000;
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A project outside the checkout, with the package in its node_modules as npm would unpack it. */
let folder: string;
const server = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-consumer-'));
  const { stdout } = await run(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: ROOT, timeout: LIMIT_MS },
  );
  const installed = join(folder, 'node_modules/gantz');
  await mkdir(installed, { recursive: true });
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed], { timeout: LIMIT_MS });
  await cp(join(ROOT, 'tests/consumer'), folder, { recursive: true });
});
after(() => rm(folder, { recursive: true, force: true }));

for (const resolution of ['node16', 'bundler']) {
  test(`a program under moduleResolution ${resolution} compiles against the package's types, and runs`, async () => {
    const project = join(folder, `tsconfig.${resolution}.json`);
    // tsc prints the errors on stdout.
    const { stdout } = await run(process.execPath, [TSC, '-p', project], { timeout: LIMIT_MS }).catch(
      (error: unknown) => {
        throw error instanceof Error && 'stdout' in error ? new Error(String(error.stdout)) : error;
      },
    );
    assert.equal(stdout, '');
    const script = `import { program } from './out-${resolution}/program.mjs';
      console.log(await program(process.env.REDIS_URL));`;
    const { stdout: printed } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      timeout: LIMIT_MS,
      env: { PATH: process.env['PATH'], HOME: folder, REDIS_URL: server.url },
    });
    assert.deepEqual(JSON.parse(printed), {
      seconds: 3600,
      stored: true,
      text: { hello: ['world'] },
      isThere: true,
      names: ['greeting'],
      anything: { exists: true },
      tool: 'cache_get',
      code: 'INVALID_PARAMETERS',
    });
  });
}
