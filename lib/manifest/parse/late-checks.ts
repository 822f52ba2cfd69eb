import { compileValidator, type Validator } from '../../parameters/validator.ts';
import { describeError } from '../../parameters/describe-error.ts';
import { error, type Problems } from '../yaml/problems.ts';

/** Checks the defaults that need a JSON Schema validator. */
export async function runLateChecks(problems: Problems): Promise<void> {
  for (const { at, tool, what, schema, value } of problems.later) {
    // A reference begins at the object of all parameters, which is not available here.
    if (JSON.stringify(schema).includes('"$ref"')) continue;
    problems.tool = tool;
    let validate: Validator;
    try {
      validate = await compileValidator(schema);
    } catch (thrown) {
      // Another error of the manifest is usually the cause.
      if (!problems.list.some(({ severity }) => severity === 'error')) {
        error(
          problems,
          at,
          `The schema of ${what} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
        );
      }
      continue;
    }
    const [wrong] = (await validate(structuredClone(value))) ?? [];
    if (!wrong) continue;
    const { path, message } = describeError(wrong);
    if (path === '' && wrong.keyword === 'pattern') {
      const pattern = String(schema['pattern']);
      error(
        problems,
        at,
        `The default of ${what}, ${JSON.stringify(value)}, does not match the pattern ${pattern}`,
      );
      continue;
    }
    error(
      problems,
      at,
      `The default of ${what}, ${JSON.stringify(value)}, does not match its schema: ${path ? `${path} ` : 'it '}${message}`,
    );
  }
  problems.tool = undefined;
}
