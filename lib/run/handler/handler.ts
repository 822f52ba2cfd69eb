import type { Result } from '../../contract/envelope.ts';
import type { Invocation } from '../invocation.ts';
import { findModule } from './find-module.ts';
import type { HandlerAction } from './handler-action.ts';

/**
 * Runs the `handler: module.function` of a tool. TypeScript and JavaScript run in this process, Python in a new one. An object
 * that the function returns becomes the fields of the result; any other value becomes the field `result`. Throws NOT_RUNNABLE
 * when the function cannot be found or loaded, and HANDLER_FAILED when it fails.
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
