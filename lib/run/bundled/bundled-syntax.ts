import type { ParsedAction, Syntax } from '../../manifest/tool-key.ts';
import { handlerSyntax } from '../handler/handler-syntax.ts';
import type { BundledAction } from './bundled-action.ts';

/** `handler: group.operation` of the bundled manifest. It has the form of a user's handler. */
export const bundledSyntax: Syntax<ParsedAction<BundledAction>> = {
  parse(problems, node) {
    const handler = handlerSyntax.parse(problems, node)?.action;
    return handler && { action: { kind: 'bundled', group: handler.module, operation: handler.function } };
  },
  schema: handlerSyntax.schema,
};
