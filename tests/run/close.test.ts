import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Manifest, Tool } from '../../lib/contract/manifest.ts';
import { compileCatalogue } from '../../lib/run/catalogue.ts';
import { compilePolicy } from '../../lib/run/policy.ts';
import { openRunner } from '../../lib/run/runner.ts';
import { waitFor } from '../helpers/wait.ts';

function manifestOf(shell: string, directory: string): Manifest {
  const tool: Tool = {
    name: 'wait',
    description: '',
    inputSchema: { type: 'object', properties: {}, required: [], additionalProperties: false },
    annotations: {},
    action: { kind: 'script', env: {}, shell, interpreter: 'sh' },
    environment: {},
    directory,
  };
  return { name: 'x', file: 'x', directory, env: {}, tools: [tool], toolsets: {}, warnings: [], sources: [] };
}

test('a runner that is closed ends its scripts and refuses further calls', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gantz-close-'));
  const file = join(folder, 'pid');
  const runner = openRunner({
    catalogue: compileCatalogue(manifestOf('echo $$ > pid; sleep 600', folder)),
    env: { PATH: process.env['PATH'] },
    mode: 'long-lived',
    notice: () => undefined,
  });
  const tool = runner.find('wait');
  const call = assert.rejects(runner.call(tool, {}), { code: 'CANCELLED' });
  const read = async (): Promise<string> => (await readFile(file, 'utf8').catch(() => '')).trim();
  const pid = await waitFor(read, { what: 'the process id of the script' });
  await runner.close();
  await call;
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
  await assert.rejects(runner.call(tool, {}), { code: 'CANCELLED' });
  await rm(folder, { recursive: true });
});

test('an empty list of tools allows no tool', () => {
  const manifest = manifestOf('true', '/');
  const [tool] = manifest.tools;
  assert.ok(tool);
  assert.equal(compilePolicy(manifest, { tools: '' })?.allows(tool), false);
  assert.equal(compilePolicy(manifest, {}), undefined);
});
