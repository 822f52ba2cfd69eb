/**
 * Why a placeholder is refused or warned about. `message` is a predicate: its subject is the placeholder. In `hint`,
 * `GANTZ_ARG_X` and `{{x}}` stand for the placeholder's own names.
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

/** Source that a shell parses. */
export const EVALUATED = variableError(
  'becomes source that a shell parses',
  'Pass it as an argument, sh -c \'echo "$1"\' sh {{x}}, or write "$GANTZ_ARG_X" between single quotes.',
);

/** The command word. */
export const PROGRAM = variableError(
  'names the program to run',
  'Write the program itself, or give the parameter an enum of the programs allowed.',
);

/** The name of a variable, which may hold a subscript. */
export const VARIABLE_NAME = variableError(
  'is used as the name of a variable, which the shell evaluates',
  ENUM_HINT,
);

export const ARITHMETIC = variableError(
  'is used in an arithmetic expression, which the shell evaluates',
  TYPE_HINT,
);

export const SUBSCRIPT = variableError(
  'is used in a subscript, which the shell evaluates',
  `${TYPE_HINT} A list of words, in a file or in JSON, needs no subscript.`,
);

/** A part of the script that cannot be read with certainty. */
export const UNCERTAIN = variableError(
  'is used where the quoting of the script cannot be read with certainty',
  'Close every quote, bracket and here-document, do without aliases and lines joined inside of a word, or give the parameter an enum of plain words.',
);

/** The file that a shell runs, or the name of what a builtin runs. */
export const SCRIPT_FILE = error(
  'names the script or the command to run',
  'Write the file itself, or give the parameter an enum of the files allowed.',
);

/** A word or the input of a command whose name is only known at run time. */
export const UNKNOWN_PROGRAM = error(
  'goes to a command whose name is only known at run time, and which may be a shell',
  'Write the program itself, or a default that names it: ${COMMAND:-program}.',
);

/** A variable that shells, or programs that run a shell, evaluate on their own. */
export const SPECIAL_VARIABLE = error(
  'is assigned to a variable whose value the shell evaluates or runs',
  `Use another variable, or pass the value as an argument. ${TYPE_HINT}`,
);

/** One of two values side by side in `[ ]`. */
export const TEST_OPERATOR = error(
  'may be read as an operator of [ ] that evaluates the next word',
  'Compare with an operator between the two, or give the parameter an enum of plain words.',
);

/** A part of `${…}` that is not plain text. */
export const OPERAND = error(
  'is used inside ${…}, where the shell interprets it',
  'Assign it to a variable and write ${v#"$variable"}, or give the parameter the type integer or an enum of plain words.',
);

/** A name that the grammar requires. */
export const GRAMMAR_NAME = error('is used as the name of a loop variable or of a function', ENUM_HINT);

/** An end of `{1..n}`. */
export const BRACE_RANGE: Reason = {
  ...warning(
    'is used in a range of braces, which is expanded before the value is known: this stays one word',
    'Write $(seq 1 {{x}}).',
  ),
  always: true,
};

/** A variable that is used without quotes. */
export const UNQUOTED = warning(
  'is used without quotes: the shell splits its value into words and expands patterns in it',
  'Write "$GANTZ_ARG_X".',
);

export const OPTION = warning('may begin with a dash and be taken for an option', 'Write -- before it.');

export const ECHO = warning(
  'is printed by echo, which interprets backslashes and -n',
  "Write printf '%s\\n' {{x}}.",
);

/** The format of printf. */
export const FORMAT = warning(
  'is a format: a % or a backslash in the value is not printed as it is',
  "Write printf '%s' {{x}}.",
);

/** A variable of make. */
export const RECIPE = warning(
  'becomes a part of every recipe that uses the variable',
  'Read it from the environment instead: $$GANTZ_ARG_X in the recipe.',
);

/** Source of another language than that of a shell. */
export function sourceOf(language: string, hint: string): Reason {
  return warning(`is parsed as ${language} source`, hint);
}

/** The reason for a placeholder that is assigned to a variable for which `reason` holds where it is used. */
export function assignedTo(name: string, { message, hint }: Reason): Reason {
  const quoted = hint.includes('GANTZ_ARG_X');
  return error(
    `is assigned to the variable ${name}, which ${message}`,
    quoted ? `Pass the variable as an argument: sh -c 'echo "$1"' sh "$${name}".` : hint,
  );
}

/** A placeholder that is assigned to a variable which is then used without quotes. */
export function unquotedVariable(name: string): Reason {
  return warning(`is assigned to the variable ${name}, which ${UNQUOTED.message}`, `Write "$${name}".`);
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
