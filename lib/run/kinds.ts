import type { Action, Tool } from '../contract/manifest.ts';
import type { ActionKind } from './action-kind.ts';
import { bundled } from './bundled/bundled-kind.ts';
import { handler } from './handler/handler-kind.ts';
import { http } from './http/http-kind.ts';
import type { ToolWith } from './invocation.ts';
import { script } from './script/script-kind.ts';

/** Every kind of action: the `kind` of the action → its descriptor. The only list of them. */
export const ACTION_KINDS = { bundled, script, http, handler } as const satisfies Readonly<
  Record<string, ActionKind>
>;

/** Each kind must stand under the `kind` of its actions. */
type Table = Readonly<Record<string, ActionKind>> & {
  readonly [K in keyof typeof ACTION_KINDS]: ActionKind<Action & { kind: K }>;
};

const TABLE: Table = ACTION_KINDS;
const DEFAULT_TIMEOUT_MS = 30_000;

/** The keys of the actions in a user's manifest. */
export const ACTION_KEYS: readonly string[] = Object.values(TABLE)
  .filter(({ manifests }) => manifests !== 'bundled')
  .map(({ key }) => key);

/** Returns the kind of a tool's action; undefined when it has none. */
export function kindOf({ action }: Tool): ActionKind | undefined {
  return action && Object.hasOwn(TABLE, action.kind) ? TABLE[action.kind] : undefined;
}

/** Returns true for a tool that does something. */
export function hasAction(tool: Tool): tool is ToolWith<Action> {
  return tool.action !== undefined;
}

/** Returns true for a tool that runs on Redis inside the process, as the bundled ones do. */
export function needsRedis(tool: Tool): boolean {
  return kindOf(tool)?.needs === 'redis';
}

/** The time limit of a call in milliseconds: the tool's own, else that of its kind. */
export function timeLimitOf(tool: Tool): number {
  return tool.timeoutMs ?? kindOf(tool)?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
}
