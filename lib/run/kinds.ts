import type { Action, Tool } from '../contract/manifest.ts';
import type { ActionKind } from './action-kind.ts';
import { bundled } from './bundled/bundled-kind.ts';
import { handler } from './handler/handler-kind.ts';
import { http } from './http/http-kind.ts';
import type { ToolWith } from './invocation.ts';
import { script } from './script/script-kind.ts';

/** All kinds of actions: the `kind` of the action → its descriptor. */
export const ACTION_KINDS = { bundled, script, http, handler } as const satisfies Readonly<
  Record<string, ActionKind>
>;

/** The compiler checks with this type that each key is the `kind` of the actions of its descriptor. */
type Table = Readonly<Record<string, ActionKind>> & {
  readonly [K in keyof typeof ACTION_KINDS]: ActionKind<Action & { kind: K }>;
};

const TABLE: Table = ACTION_KINDS;
const DEFAULT_TIMEOUT_MS = 30_000;

/** The keys of actions that a user's manifest may have: `script`, `http`, … */
export const ACTION_KEYS: readonly string[] = Object.values(TABLE)
  .filter(({ manifests }) => manifests !== 'bundled')
  .map(({ key }) => key);

/** Returns the kind of a tool's action, or undefined when the tool has no action. */
export function kindOf({ action }: Tool): ActionKind | undefined {
  return action && Object.hasOwn(TABLE, action.kind) ? TABLE[action.kind] : undefined;
}

/** Returns true when the tool has an action. */
export function hasAction(tool: Tool): tool is ToolWith<Action> {
  return tool.action !== undefined;
}

/** Returns true when the action of the tool runs on the Redis connection of the runner, as those of the bundled tools do. */
export function needsRedis(tool: Tool): boolean {
  return kindOf(tool)?.needs === 'redis';
}

/** Returns the time limit of a call in milliseconds: the tool's own, else that of its kind. */
export function timeLimitOf(tool: Tool): number {
  return tool.timeoutMs ?? kindOf(tool)?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}

/** Returns true when the answers of the tool are cached. */
export function mayBeCached({ guards }: Tool): boolean {
  return guards !== undefined && Object.hasOwn(guards.settings, 'cache');
}

/** Returns true when a person must agree to each call of the tool. */
export function mayAsk({ guards }: Tool): boolean {
  return guards !== undefined && Object.hasOwn(guards.settings, 'confirm');
}
