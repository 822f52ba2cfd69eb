import type { ProblemInText, Prompt } from '../../contract/manifest.ts';
import { isToolName } from '../definition.ts';
import { MESSAGE, PROMPT, PROMPT_ROLES } from '../keys.ts';
import { describe, isNull, member, type Node } from '../yaml/node.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import type { Place } from '../yaml/source.ts';
import { asMap, readFields } from './fields.ts';
import { readIcons } from './icons.ts';
import { readParameters } from './parameters.ts';
import { placeOf } from './review.ts';
import { readChoice, readNonEmpty, readText } from './values.ts';

/** A prompt and the place of its name. */
export type ReadPrompt = { prompt: Prompt; at: Place };

/** Finds the problems of the texts of a prompt. */
export type ReviewPrompt = (prompt: Prompt) => readonly ProblemInText[] | Promise<readonly ProblemInText[]>;

/** Parses the prompts of one file, from a list or a map. */
export async function readPrompts(
  problems: Problems,
  node: Node,
  review: ReviewPrompt,
): Promise<ReadPrompt[]> {
  const found = named(problems, node).flatMap(
    ({ name, at, value }) => readPrompt(problems, name, at, value) ?? [],
  );
  for (const { prompt, at } of found)
    for (const problem of await review(prompt)) {
      const report = problem.severity === 'error' ? error : warn;
      report(problems, placeOf(problem, at), problem.message, problem.hint);
    }
  return found;
}

type Named = { name: string; at: Place; value: Node };

function named(problems: Problems, node: Node): Named[] {
  if (node.kind === 'map')
    return node.entries.map(({ key, keyAt, value }) => ({ name: key, at: keyAt, value }));
  if (node.kind === 'scalar') {
    error(
      problems,
      node.at,
      `\`prompts\` must be a list or a map, not ${describe(node)}`,
      'Write - { name: …, text: … }',
    );
    return [];
  }
  return node.items.flatMap((item) => {
    const map = asMap(problems, item, 'A prompt', 'Write - { name: …, text: … }');
    const name = map && member(map, 'name');
    if (!map) return [];
    if (!name || isNull(name)) {
      error(problems, item.at, 'A prompt has no name', 'Add a `name`.');
      return [];
    }
    const text = readText(problems, name, 'The name of a prompt');
    return text === undefined ? [] : [{ name: text, at: name.at, value: map }];
  });
}

function readPrompt(problems: Problems, name: string, at: Place, node: Node): ReadPrompt | undefined {
  const what = `The prompt ${JSON.stringify(name)}`;
  if (!isToolName(name)) {
    error(
      problems,
      at,
      `${JSON.stringify(name)} is not a valid name of a prompt`,
      'Use only letters, digits, _ and -, at most 64.',
    );
    return;
  }
  const map = asMap(
    problems,
    node,
    'A prompt',
    'Write its keys below its name: `text` and, if it has any, `arguments`.',
  );
  if (!map) return undefined;
  const fields = readFields(problems, map, PROMPT, what);
  if (fields.name?.kind === 'scalar' && fields.name.text !== name)
    warn(
      problems,
      fields.name.at,
      `The name of this prompt is its key ${JSON.stringify(name)}; this \`name\` has no effect`,
    );
  if (fields.text && fields.messages)
    error(problems, fields.messages.at, `${what} has both \`text\` and \`messages\``, 'Remove one of them.');
  if (!fields.text && !fields.messages)
    error(problems, at, `${what} has no \`text\``, 'Add `text`, or `messages` for more than one message.');
  const title = fields.title && readText(problems, fields.title, '`title`');
  const description = fields.description && readText(problems, fields.description, '`description`');
  const text = fields.text && readNonEmpty(problems, fields.text, '`text`');
  const prompt: Prompt = {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description: description.trim() }),
    ...(fields.icons && { icons: readIcons(problems, fields.icons) }),
    inputSchema: readParameters(problems, fields.arguments, 'arguments').schema,
    messages: [
      ...(text === undefined ? [] : [{ role: 'user' as const, text }]),
      ...(fields.messages ? readMessages(problems, fields.messages) : []),
    ],
  };
  return { prompt, at };
}

function readMessages(problems: Problems, node: Node): Prompt['messages'] {
  if (node.kind !== 'list' || node.items.length === 0) {
    error(
      problems,
      node.at,
      `\`messages\` must be a list of messages, not ${node.kind === 'list' ? 'an empty one' : describe(node)}`,
      'Write - { role: user, text: … }',
    );
    return [];
  }
  return node.items.flatMap((item) => {
    const map = asMap(problems, item, 'A message', 'Write - { role: user, text: … }');
    if (!map) return [];
    const fields = readFields(problems, map, MESSAGE, 'a message');
    if (!fields.text) error(problems, map.at, 'A message has no `text`', 'Add `text`.');
    const text = fields.text && readNonEmpty(problems, fields.text, '`text`');
    const role = fields.role ? readChoice(problems, fields.role, '`role`', PROMPT_ROLES) : 'user';
    return text === undefined || role === undefined ? [] : [{ role, text }];
  });
}
