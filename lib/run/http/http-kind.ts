import type { ActionKind } from '../action-kind.ts';
import type { HttpAction } from './http-action.ts';

/** The action kind `http`: sends an HTTP request. */
export const http: ActionKind<HttpAction> = {
  key: 'http',
  about: 'Sends an HTTP request.',
  timeoutMs: 30_000,
  variables(action) {
    const texts = JSON.stringify(action);
    return { reads: (name) => texts.includes(`\${${name}`) };
  },
  syntax: async () => (await import('./http-syntax.ts')).httpSyntax,
  review: async (tool) => (await import('./http-review.ts')).reviewHttp(tool, tool.action),
  run: async (invocation) => (await import('./http.ts')).runHttp(invocation),
};
