import type { Prompt } from '../contract/manifest.ts';
import { checkParameters } from '../parameters/check.ts';
import { compileValidator } from '../parameters/validator.ts';
import { parseTemplate, renderTemplate, type ProblemInTemplate } from './template.ts';

/** Returns the problems of the texts of a prompt. */
export function reviewPrompt({ inputSchema, messages }: Prompt): ProblemInTemplate[] {
  return messages.flatMap(({ text }) =>
    parseTemplate(text, Object.keys(inputSchema.properties)).problems.map((problem) => ({
      ...problem,
      message: problem.message.replace('names no parameter', 'names no argument'),
    })),
  );
}

/**
 * Returns the messages of a prompt with the values of its arguments. Texts are converted and checked as the parameters of a
 * tool. Throws INVALID_PARAMETERS.
 */
export async function renderPrompt(prompt: Prompt, input: unknown): Promise<Prompt['messages']> {
  const { inputSchema, messages } = prompt;
  const validate = await compileValidator(inputSchema);
  const { params } = await checkParameters(prompt, input, validate);
  return messages.map(({ role, text }) => ({
    role,
    text: renderTemplate(parseTemplate(text, Object.keys(inputSchema.properties)), params),
  }));
}
