import { GantzError } from '../../contract/errors.ts';
import type { ProblemInText } from '../../contract/manifest.ts';
import type { ToolWith } from '../invocation.ts';
import { findModule } from './find-module.ts';
import type { HandlerAction } from './handler-action.ts';

/** Looks for a handler's file; a missing one is a warning, because it fails only the calls of its tool. */
export function reviewHandler({ directory, action }: ToolWith<HandlerAction>): ProblemInText[] {
  try {
    findModule(directory, action);
    return [];
  } catch (error) {
    if (!(error instanceof GantzError)) throw error;
    const { message, hint } = error;
    return [
      {
        severity: 'warning',
        message,
        text: `${action.module}.${action.function}`,
        ...(hint !== undefined && { hint }),
      },
    ];
  }
}
