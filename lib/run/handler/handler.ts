import type { Result } from '../../contract/envelope.ts';
import type { Invocation } from '../invocation.ts';
import { findModule } from './find-module.ts';
import type { HandlerAction } from './handler-action.ts';

/**
 * Runs a tool's `handler: module.function` from a file beside the manifest: TypeScript and JavaScript inside this
 * process, Python in a process of its own. An object that it returns gives the fields of the result, anything else
 * `result`.
 */
export async function runHandler(invocation: Invocation<HandlerAction>): Promise<Result> {
  const { action, directory } = invocation.tool;
  const { files, python } = findModule(directory, action);
  if (python !== undefined) {
    const { runPythonHandler } = await import('./python.ts');
    return await runPythonHandler(invocation, { file: python, functionName: action.function });
  }
  const { runJavaScriptHandler } = await import('./javascript.ts');
  return await runJavaScriptHandler(invocation, { files, functionName: action.function });
}
