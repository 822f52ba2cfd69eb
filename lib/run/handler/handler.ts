import type { Result } from '../../envelope.ts';
import { GantzError } from '../../errors.ts';
import type { Invocation } from '../invocation.ts';
import { findModule } from './find-module.ts';

/**
 * Runs a tool's `handler: module.function` from a file beside the manifest: TypeScript and JavaScript inside this
 * process, Python in one of its own. An object that it returns gives the fields of the result, anything else `result`.
 */
export async function runUserHandler(invocation: Invocation): Promise<Result> {
  const { name, action, directory } = invocation.tool;
  if (action?.kind !== 'handler') throw new GantzError('NOT_RUNNABLE', `Tool ${name} has no handler`);
  const { files, python } = findModule(directory, action);
  if (python !== undefined) {
    const { runPythonHandler } = await import('./python.ts');
    return await runPythonHandler(invocation, { file: python, functionName: action.function });
  }
  const { runJavaScriptHandler } = await import('./javascript.ts');
  return await runJavaScriptHandler(invocation, { files, functionName: action.function });
}
