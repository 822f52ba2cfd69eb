import { ResourceNotFoundError, type ReadResourceResult } from '@modelcontextprotocol/server';
import { Deadline } from '../contract/deadline.ts';
import { GantzError } from '../contract/errors.ts';
import { escapeGlob } from '../redis/pattern.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { toCompletion, unknownArgument, type Argument, type Completion } from './completion.ts';
import { allowedTools, DOCS, stateTemplate } from './lists.ts';
import { STATE_KINDS, toolWith } from './state-kinds.ts';

/** The longest time for a completion, in milliseconds: a person is typing. The first one may have to start the embedded server. */
const COMPLETION_MS = 3000;

type Content = { mimeType: string; text: string };

/** Answers resources/read. Throws ResourceNotFoundError, and the failures of the tool that reads. */
export async function readResource(
  runner: Runner,
  uri: string,
  settings: CallSettings,
): Promise<ReadResourceResult> {
  const [, kind, encoded = ''] = /^gantz:\/\/(docs|state\/[a-z_]+)\/([^/?#]+)$/.exec(uri) ?? [];
  const name = decode(encoded);
  if (kind === undefined || name === undefined) throw notFound(uri);
  const content =
    kind === 'docs'
      ? await readDocs(runner, name)
      : await readState(runner, kind.slice('state/'.length), name, settings);
  if (!content) throw notFound(uri);
  return { contents: [{ uri, ...content }] };
}

async function readDocs(runner: Runner, name: string): Promise<Content | undefined> {
  const tool = allowedTools(runner).find((one) => one.name === name);
  if (!tool) return undefined;
  const { renderToolPage } = await import('../reference/markdown.ts');
  return { mimeType: 'text/markdown', text: renderToolPage(tool) };
}

/** Reads state by a call of its tool, so that the time limit, the guards and the audit log of the tool apply. */
async function readState(
  runner: Runner,
  name: string,
  key: string,
  settings: CallSettings,
): Promise<Content | undefined> {
  const kind = Object.hasOwn(STATE_KINDS, name) ? STATE_KINDS[name] : undefined;
  const tool = kind && toolWith(kind.reads, allowedTools(runner));
  if (!tool) return undefined;
  const { gantz: _, ...result } = await runner.call(tool, { ...kind.with, [kind.by]: key }, settings);
  const value = kind.contents(result);
  if (value === undefined) return undefined;
  return typeof value === 'string'
    ? { mimeType: 'text/plain', text: value }
    : { mimeType: 'application/json', text: JSON.stringify(value) };
}

/**
 * Completes the variable of a template of resources: the name of a tool, or of something in Redis. Without the tool state_list, no
 * names of state are known. Throws INVALID_PARAMETERS for an unknown template, and the failures of state_list.
 */
export async function completeTemplate(
  runner: Runner,
  template: string,
  argument: Argument,
  settings: CallSettings,
): Promise<Completion> {
  if (!template.includes(`{${argument.name}}`)) throw unknownArgument(argument);
  const tools = allowedTools(runner);
  if (template === DOCS)
    return toCompletion(
      tools.map(({ name }) => name),
      argument,
    );
  const [kind] =
    Object.entries(STATE_KINDS).find(
      ([name, { reads }]) => stateTemplate(name) === template && toolWith(reads, tools),
    ) ?? [];
  if (kind === undefined) throw new GantzError('INVALID_PARAMETERS', 'There is no such resource template');
  const list = toolWith('state.list', tools);
  if (!list) return toCompletion([], argument);
  const budgetMs = Math.min(runner.deadline(list).budgetMs, COMPLETION_MS);
  const { entries, cursor } = await runner.call(
    list,
    { kind, pattern: `${escapeGlob(argument.value)}*` },
    { ...settings, deadline: new Deadline({ budgetMs, fixed: true }) },
  );
  const names = (entries as { name: string }[]).map(({ name }) => name);
  return toCompletion(names.sort(), argument, cursor !== null);
}

function notFound(uri: string): ResourceNotFoundError {
  return new ResourceNotFoundError(uri, `There is no resource ${JSON.stringify(uri.slice(0, 200))}`);
}

/** Decodes a name in a URI. Returns undefined for a wrong encoding. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
