import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScriptAction } from '../../../lib/run/script/script-action.ts';
import { reviewScript } from '../../../lib/run/script/script-review.ts';

describe('parameters where none is replaced', () => {
  const cases: [what: string, action: Partial<ScriptAction> & { command: string }, severity: string][] = [
    ['the program', { command: '{{x}}/run' }, 'error'],
    ['the folder', { command: 'ls', workingDir: '{{x}}' }, 'warning'],
    ['the environment', { command: 'ls', env: { A: 'a{{ x }}' } }, 'warning'],
  ];
  for (const [what, action, severity] of cases) {
    it(`are found in ${what}`, () => {
      const problems = reviewScript(
        {
          name: 'tool',
          description: '',
          inputSchema: { type: 'object', properties: { x: {} }, required: [], additionalProperties: false },
          annotations: {},
          environment: {},
          directory: '/',
        },
        { kind: 'script', env: {}, args: [], ...action },
      );
      assert.deepEqual(
        problems.map((problem) => problem.severity),
        [severity],
      );
      assert.match(problems[0]?.hint ?? '', /args/);
    });
  }
});
