import type { ActionKind } from '../action-kind.ts';
import type { ScriptAction } from './script-action.ts';

/** The kind of scripts: a program in a new process. */
export const script: ActionKind<ScriptAction> = {
  key: 'script',
  about: 'Runs a shell line (`shell`) or a program (`command` with `args`).',
  timeoutMs: 30_000,
  variables: ({ env }) => ({ env }),
  programFiles: async (tool) => (await import('./program-files.ts')).programFiles(tool),
  syntax: async () => (await import('./script-syntax.ts')).scriptSyntax,
  review: async (tool) => (await import('./script-review.ts')).reviewScript(tool, tool.action),
  run: async (invocation) => (await import('./script.ts')).runScript(invocation),
};
