import { GantzError } from '../../contract/errors.ts';
import type { ProblemInText } from '../../contract/manifest.ts';
import type { ToolWith } from '../invocation.ts';
import { findModule } from './find-module.ts';
import type { HandlerAction } from './handler-action.ts';

/** Checks that the file of a handler exists. A missing file is a warning, because only the calls of that tool fail. */
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
