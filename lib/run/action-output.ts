import type { Result } from '../contract/envelope.ts';

/** A value that an action produced: JSON, with its text when it was read from text, or plain text. */
export type ActionOutput = ({ json: unknown; text?: string } | { text: string }) & {
  /** Fields of the result beside the value, such as the `status` of an HTTP response. */
  fields?: Result;
};

const outputs = new WeakMap<Result, ActionOutput>();

/**
 * Returns the result for a value that an action produced: JSON is the field `result`, text the field `output`. The runner can
 * get the value back with `outputOf`, because a tool with `returns` may need it in another form.
 */
export function resultOf(output: ActionOutput): Result {
  const result = {
    ...('json' in output ? { result: output.json } : { output: output.text }),
    ...output.fields,
  };
  outputs.set(result, output);
  return result;
}

/** Returns the value that `resultOf` made this result from; undefined when the action returned fields. */
export function outputOf(result: Result): ActionOutput | undefined {
  return outputs.get(result);
}
