import { GantzError } from '../../errors.ts';
import type { HandlerAction, Tool } from '../../manifest/manifest.ts';
import type { LintProblem } from '../../manifest/parse/review.ts';
import { findModule } from './find-module.ts';

/** Whether a handler's file is there; a missing one fails only the calls of its tool, so it is a warning. */
export function reviewHandler({ directory }: Tool, action: HandlerAction): LintProblem[] {
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
