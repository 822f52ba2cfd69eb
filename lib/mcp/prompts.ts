import type { GetPromptResult } from '@modelcontextprotocol/server';
import { GantzError } from '../contract/errors.ts';
import type { Prompt } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import { renderValue } from '../run/template.ts';
import { renderPrompt } from '../run/prompt.ts';
import type { Runner } from '../run/runner.ts';
import { toCompletion, unknownArgument, type Argument, type Completion } from './completion.ts';

/** Answers prompts/get. Throws INVALID_PARAMETERS for an unknown prompt and for wrong arguments. */
export async function getPrompt(runner: Runner, name: string, input: unknown): Promise<GetPromptResult> {
  const prompt = findPrompt(runner, name);
  const { description } = prompt;
  const messages = await renderPrompt(prompt, input ?? {});
  return {
    ...(description !== undefined && { description }),
    messages: messages.map(({ role, text }) => ({ role, content: { type: 'text', text } })),
  };
}

/** Completes an argument of a prompt with the values of its `enum` or `examples`. */
export function completePrompt(runner: Runner, name: string, argument: Argument): Completion {
  const { properties } = findPrompt(runner, name).inputSchema;
  const schema = Object.hasOwn(properties, argument.name) ? properties[argument.name] : undefined;
  if (!schema) throw unknownArgument(argument);
  const values = [schema['enum'] ?? schema['examples'] ?? []].flat();
  return toCompletion(values.map(renderValue), argument);
}

function findPrompt({ manifest: { prompts = [] } }: Runner, name: string): Prompt {
  const prompt = prompts.find((one) => one.name === name);
  if (prompt) return prompt;
  const meant = nearest(
    name,
    prompts.map((one) => one.name),
  );
  throw new GantzError('INVALID_PARAMETERS', `There is no prompt ${JSON.stringify(name.slice(0, 200))}`, {
    ...(meant !== undefined && { hint: `Did you mean ${meant}?` }),
  });
}
