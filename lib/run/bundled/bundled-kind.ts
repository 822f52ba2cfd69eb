import type { Result } from '../../contract/envelope.ts';
import type { Action } from '../../contract/manifest.ts';
import type { ActionKind } from '../action-kind.ts';
import type { Invocation } from '../invocation.ts';
import type { BundledAction } from './bundled-action.ts';
import type { Operation } from './operations.ts';

/** The kind of the bundled tools: an operation of tools/, which runs on Redis in this process. */
export const bundled: ActionKind<BundledAction> = {
  key: 'handler',
  about: 'Runs an operation on Redis: `group.operation`.',
  manifests: 'bundled',
  timeoutMs: 10_000,
  needs: 'redis',
  syntax: async () => (await import('./bundled-syntax.ts')).bundledSyntax,
  async prepare(action) {
    await load(action);
  },
  run(invocation) {
    const { action } = invocation.tool;
    const operation = operations.get(action);
    // Only the first call loads the operation: an `await` in each call is measurable where thousands are made.
    return operation
      ? runOn(invocation, operation)
      : load(action).then((loaded) => runOn(invocation, loaded));
  },
};

/** Returns the action of a bundled tool, and undefined for any other action. */
export function operationOf(action: Action | undefined): BundledAction | undefined {
  return action?.kind === 'bundled' ? (action as BundledAction) : undefined;
}

const operations = new WeakMap<BundledAction, Operation>();

async function load(action: BundledAction): Promise<Operation> {
  const operation = await (await import('./operations.ts')).findOperation(action);
  operations.set(action, operation);
  return operation;
}

function runOn(
  { tool, params, call, redis }: Invocation<BundledAction>,
  operation: Operation,
): Promise<Result> {
  const { deadline, signal, span } = call;
  const binding = { deadline, signal, readOnly: tool.annotations.readOnlyHint === true, span };
  return redis().use(binding, (connection) => operation(connection, params, call));
}
