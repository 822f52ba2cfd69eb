import { TOOL, toolKeys, type Keys } from '../keys.ts';
import type { ActionKeys, ParsedAction, Syntax, ToolKey } from '../tool-key.ts';
import { error, type Problems } from '../yaml/problems.ts';
import type { Fields } from './fields.ts';
import { guardKeys, type LoadedGuard } from './guards.ts';

/** A key of a tool with its syntax. */
export type LoadedKey<Parsed> = Omit<ToolKey<Parsed>, 'syntax'> & Syntax<Parsed> & { kind: string };

/** The keys of a tool in one manifest, those of the actions among them. */
export type ToolSyntax = {
  keys: typeof TOOL & Keys;
  actions: readonly LoadedKey<ParsedAction>[];
  guards: readonly LoadedGuard[];
};

/** Loads the syntax of every action kind. */
export async function loadActionKeys(table: ActionKeys): Promise<LoadedKey<ParsedAction>[]> {
  return await Promise.all(
    Object.entries(table).map(async ([kind, { syntax, ...row }]) => ({ ...row, ...(await syntax()), kind })),
  );
}

/** Returns the keys of a tool in the bundled manifest, or in the manifest of a user. */
export function toolSyntaxOf(
  all: readonly LoadedKey<ParsedAction>[],
  guards: readonly LoadedGuard[],
  bundled: boolean,
): ToolSyntax {
  const other = bundled ? 'user' : 'bundled';
  const actions = all.filter(({ manifests }) => manifests !== other);
  const keys = actions.map(({ key, about }) => [key, { kind: 'own', about, schema: {} }] as const);
  return { keys: toolKeys(Object.fromEntries(keys), guardKeys(guards)), actions, guards };
}

/** Parses the one action of a tool; undefined when it has none, or none that can be parsed. */
export function readAction(
  problems: Problems,
  fields: Fields<Keys>,
  actions: ToolSyntax['actions'],
): ParsedAction | undefined {
  const [first, second] = actionsIn(fields, actions);
  if (!first) return undefined;
  if (second) {
    error(
      problems,
      second.node.at,
      `A tool has one action, but this one has \`${first.action.key}\` and \`${second.action.key}\``,
      'Split it into two tools.',
    );
    return;
  }
  return first.action.parse(problems, first.node);
}

/** Returns true when a tool has the key of an action, even one that cannot be parsed. */
export function namesAction(fields: Fields<Keys>, actions: ToolSyntax['actions']): boolean {
  return actionsIn(fields, actions).length > 0;
}

function actionsIn(fields: Fields<Keys>, actions: ToolSyntax['actions']) {
  return actions.flatMap((action) => {
    const node = fields[action.key];
    return node ? [{ action, node }] : [];
  });
}
