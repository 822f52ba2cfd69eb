import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';

let folder: string;
let config: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-policy-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: policy
toolsets: { some: [look_*], none: [] }
tools:
  - { name: look_here, description: Looks, annotations: { readOnlyHint: true }, script: { shell: "echo here" } }
  - { name: look_away, description: Looks, script: { shell: "echo away" } }
  - { name: touch, description: Touches, annotations: { readOnlyHint: false }, script: { shell: "echo touched" } }
`,
  );
});
after(() => rm(folder, { recursive: true, force: true }));

const ALL = ['look_here', 'look_away', 'touch'];

type Case = { options?: string[]; env?: Record<string, string>; allowed: string[] };
const cases: Case[] = [
  { allowed: ALL },
  { options: ['--tools', 'touch'], allowed: ['touch'] },
  { options: ['--tools', 'look_*,touch'], allowed: ALL },
  { options: ['--tools', 'look_?ere'], allowed: ['look_here'] },
  { options: ['--tools', 'look'], allowed: [] },
  { options: ['--toolset', 'some'], allowed: ['look_here', 'look_away'] },
  { options: ['--toolset', 'none'], allowed: [] },
  { options: ['--read-only'], allowed: ['look_here'] },
  { options: ['--read-only', '--tools', 'touch'], allowed: [] },
  { env: { GANTZ_TOOLS: 'touch' }, allowed: ['touch'] },
  { env: { GANTZ_READ_ONLY: '1' }, allowed: ['look_here'] },
  { env: { GANTZ_READ_ONLY: 'false' }, allowed: ALL },
  { env: { GANTZ_TOOLS: 'touch' }, options: ['--tools', 'look_away'], allowed: ['look_away'] },
];

for (const { options = [], env = {}, allowed } of cases) {
  const what = [...Object.entries(env).map((pair) => pair.join('=')), ...options].join(' ') || 'no policy';

  test(`${what}: what is listed is what may be called, and no more`, async () => {
    const gantz = (words: string[], stdin = ''): Promise<Run> =>
      runMain(['-c', config, ...options, ...words], { env, stdin });
    const listed = envelopeOf(await gantz(['tools', '--json']))['tools'] as { name: string }[];
    assert.deepEqual(
      listed.map(({ name }) => name),
      allowed,
    );
    for (const name of ALL) {
      const run = await gantz(['call', name]);
      const expected = allowed.includes(name) ? [undefined, 0] : ['FORBIDDEN', 2];
      assert.deepEqual([envelopeOf(run)['code'], run.exitCode], expected, name);
    }
    const batch = await gantz(['batch'], ALL.map((tool) => JSON.stringify({ tool })).join('\n'));
    const answers = batch.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { code?: string }).code);
    assert.deepEqual(
      answers,
      ALL.map((name) => (allowed.includes(name) ? undefined : 'FORBIDDEN')),
    );
  });
}

test('a toolset that is not there is USAGE, with the nearest', async () => {
  const run = await runMain(['-c', config, '--toolset', 'sme', 'tools']);
  const { code, hint } = envelopeOf(run);
  assert.deepEqual([code, run.exitCode], ['USAGE', 2]);
  assert.match(String(hint), /some/);
});
