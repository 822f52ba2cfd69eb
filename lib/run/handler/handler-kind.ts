import type { ActionKind } from '../action-kind.ts';
import type { HandlerAction } from './handler-action.ts';

/** The kind of handlers: a function of the user, in TypeScript, JavaScript or Python. */
export const handler: ActionKind<HandlerAction> = {
  key: 'handler',
  about: 'Calls a function: `module.function`.',
  manifests: 'user',
  timeoutMs: 30_000,
  programFiles: async ({ directory, action }) =>
    (await import('./find-module.ts')).findModule(directory, action).files,
  syntax: async () => (await import('./handler-syntax.ts')).handlerSyntax,
  review: async (tool) => (await import('./handler-review.ts')).reviewHandler(tool),
  run: async (invocation) => (await import('./handler.ts')).runHandler(invocation),
};
