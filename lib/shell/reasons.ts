/**
 * Why a placeholder is refused or warned about. `message` is a predicate: its subject is the placeholder. In `hint`,
 * `GANTZ_ARG_X` and `{{x}}` are replaced by the names of the placeholder.
 */
export type Reason = {
  severity: 'error' | 'warning';
  message: string;
  hint: string;
  /** Set when the reason holds for every value, numbers included. */
  always?: true;
  /** Set when the reason also holds for a variable that is assigned directly from a placeholder. */
  variables?: true;
};

const TYPE_HINT = 'Give the parameter the type integer, number or boolean, or an enum of plain words.';
const ENUM_HINT = 'Write the name itself, or give the parameter an enum of plain words.';
const ARGUMENT_HINT = `Pass it as an argument, sh -c 'echo "$1"' sh {{x}}, or write "$GANTZ_ARG_X" between single quotes.`;
const REMOTE_HINT = `Let a script there read it: printf '%s' {{x}} | ssh HOST ./script.`;
const SPLIT = 'is used without quotes: the shell splits its value and expands patterns in it';

// Errors for placeholders and for variables that are assigned from one.
export const EVALUATED = variableError('becomes source that a shell parses', ARGUMENT_HINT);
export const REMOTE = variableError('becomes source that a shell parses on the other machine', REMOTE_HINT);
export const PROGRAM = variableError('names the program to run', ENUM_HINT);
export const VARIABLE_NAME = variableError('is evaluated as the name of a variable', ENUM_HINT);
export const ARITHMETIC = variableError('is evaluated as arithmetic', TYPE_HINT);
export const SUBSCRIPT = variableError('is evaluated as a subscript', TYPE_HINT);
export const UNCERTAIN = variableError(
  'is used where the quoting of the script cannot be read with certainty',
  `Close every quote, bracket and here-document, and do without aliases and lines joined inside of a word. ${TYPE_HINT}`,
);

// Errors for placeholders only.
export const SCRIPT_FILE = error('names the script or the command to run', ENUM_HINT);
export const GRAMMAR_NAME = error('names a loop variable or a function', ENUM_HINT);
export const TEST_OPERATOR = error(
  'may be read as an operator of [ ] that evaluates the next word',
  'Compare with an operator between the two, or give the parameter an enum of plain words.',
);
export const OPERAND = error(
  'is used inside ${…}, where the shell interprets it',
  `Assign it to a variable and write \${v#"$variable"}. ${TYPE_HINT}`,
);
export const SPECIAL_VARIABLE = error(
  'is assigned to a variable whose value the shell evaluates or runs',
  `Use another variable, or pass the value as an argument. ${TYPE_HINT}`,
);
export const UNKNOWN_PROGRAM = error(
  'goes to a command whose name is only known at run time, and which may be a shell',
  'Write the program itself, or a default that names it: ${COMMAND:-program}.',
);

// Warnings.
export const OPTION = warning('may begin with a dash and be taken for an option', 'Write -- before it.');
export const ECHO = warning('is printed by echo, which interprets \\ and -n', `Write printf '%s\\n' {{x}}.`);
export const FORMAT = warning('is a format, in which % and \\ are interpreted', `Write printf '%s' {{x}}.`);
export const RECIPE = warning(
  'becomes a part of every recipe that uses the variable',
  'Read it from the environment instead: $$GANTZ_ARG_X in the recipe.',
);
export const UNQUOTED: Reason = { ...warning(SPLIT, 'Write "$GANTZ_ARG_X".'), variables: true };
export const BRACE_RANGE: Reason = {
  ...warning('stays one word: braces are expanded before its value is known', 'Write $(seq 1 {{x}}).'),
  always: true,
};

/** Returns the reason for a placeholder in source that is not source of a shell. */
export function sourceOf(language: string, hint: string): Reason {
  return warning(`is parsed as ${language} source`, hint);
}

/** Returns the reason for a placeholder that is assigned to a variable with the reason `reason`. */
export function assignedTo(name: string, reason: Reason): Reason {
  const hints = new Map([
    [EVALUATED, `Pass the variable as an argument: sh -c 'echo "$1"' sh "$${name}".`],
    [UNQUOTED, `Write "$${name}".`],
  ]);
  const message = `is assigned to the variable ${name}, which ${reason.message}`;
  return { severity: reason.severity, message, hint: hints.get(reason) ?? reason.hint };
}

function error(message: string, hint: string): Reason {
  return { severity: 'error', message, hint };
}

function variableError(message: string, hint: string): Reason {
  return { ...error(message, hint), variables: true };
}

function warning(message: string, hint: string): Reason {
  return { severity: 'warning', message, hint };
}
