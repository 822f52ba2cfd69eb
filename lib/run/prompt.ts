import { Deadline } from '../contract/deadline.ts';
import type { Prompt } from '../contract/manifest.ts';
import { checkParameters } from '../parameters/check.ts';
import { compileValidator } from '../parameters/validator.ts';
import { parseTemplate, renderTemplate, type ProblemInTemplate } from './template.ts';

/** How long the arguments of a prompt may be checked, in milliseconds: a pattern can take long for a long text. */
const CHECK_MS = 5000;

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
 * tool. Throws INVALID_PARAMETERS, and TIMEOUT for a pattern that takes too long.
 */
export async function renderPrompt(prompt: Prompt, input: unknown): Promise<Prompt['messages']> {
  const { name, inputSchema, messages } = prompt;
  const deadline = new Deadline({ budgetMs: CHECK_MS });
  const validate = await compileValidator(inputSchema);
  const { params } = await checkParameters(prompt, input, validate, (what) => {
    if (deadline.remainingMs() === 0) throw deadline.error(`${name}: ${what}`);
  });
  return messages.map(({ role, text }) => ({
    role,
    text: renderTemplate(parseTemplate(text, Object.keys(inputSchema.properties)), params),
  }));
}
