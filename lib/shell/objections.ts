/** What speaks against a placeholder at its place; `GANTZ_ARG_X` and `{{x}}` stand for its own names. */
export type Objection = {
  severity: 'error' | 'warning';
  message: string;
  hint: string;
  /** Whether it holds for every value, a number too. */
  always?: true;
};

/** Source of a shell. */
export const EVALUATED: Objection = {
  severity: 'error',
  message: 'becomes source that a shell parses',
  hint: 'Pass it as an argument, sh -c \'echo "$1"\' sh {{x}}, or write "$GANTZ_ARG_X" between single quotes.',
};

/** The program itself. */
export const PROGRAM: Objection = {
  severity: 'error',
  message: 'names the program to run',
  hint: 'Write the program itself, or give the parameter an enum of the programs allowed.',
};

/** An argument or the input of a command that is not known. */
export const UNKNOWN: Objection = {
  severity: 'error',
  message: 'goes to a command that is only known when it runs, and may be a shell',
  hint: 'Write the program itself, or a default that names it: ${COMMAND:-program}.',
};

/** The name of a variable, with a subscript perhaps. */
export const NAME: Objection = {
  severity: 'error',
  message: 'stands where the name of a variable is wanted, which the shell evaluates',
  hint: 'Write the name itself, or give the parameter an enum of plain words.',
};

/** An expression. */
export const ARITHMETIC: Objection = {
  severity: 'error',
  message: 'stands in an arithmetic expression, which the shell evaluates',
  hint: 'Give the parameter the type integer, number or boolean, or an enum of plain words.',
};

/** An operator of `[ ]`. */
export const TEST: Objection = {
  severity: 'error',
  message: 'stands where its value could be an operator that evaluates the next word',
  hint: 'Compare with an operator between them, or give the parameter an enum of plain words.',
};

/** An option. */
export const OPTION: Objection = {
  severity: 'warning',
  message: 'may begin with a dash and be taken for an option',
  hint: 'Write -- before it.',
};

/** What echo prints. */
export const ECHO: Objection = {
  severity: 'warning',
  message: 'is printed by echo, which acts upon backslashes and upon -n',
  hint: "Write printf '%s\\n' {{x}}.",
};

/** A variable of make. */
export const RECIPE: Objection = {
  severity: 'warning',
  message: 'becomes a part of every recipe that uses the variable',
  hint: 'Read it from the environment instead: $$GANTZ_ARG_X in the recipe.',
};

/** The format of printf. */
export const FORMAT: Objection = {
  severity: 'warning',
  message: 'is a format: a % or a backslash in the value is not printed as it is',
  hint: "Write printf '%s' {{x}}.",
};

/** A variable that is evaluated later. */
export const EVALUATED_VARIABLE: Objection = {
  severity: 'error',
  message: 'goes to a variable or a function whose value the shell evaluates or runs',
  hint: 'Hand it to a program as an argument instead, or give the parameter the type integer or an enum of plain words.',
};

/** A subscript. */
export const SUBSCRIPT: Objection = {
  severity: 'error',
  message: 'stands in a subscript, which the shell evaluates',
  hint: 'Give the parameter the type integer or an enum of plain words; a list of words, in a file or in JSON, needs no subscript.',
};

/** What stands behind the operator of `${…}`. */
export const OPERAND: Objection = {
  severity: 'error',
  message: 'stands inside ${…} where the shell interprets it',
  hint: 'Assign it to a variable and write ${v#"$variable"}, or give the parameter the type integer or an enum of plain words.',
};

/** An end of `{1..n}`. */
export const RANGE: Objection = {
  severity: 'warning',
  message: 'stands in a range of braces, which is made before it has its value: this is one word',
  hint: 'Write $(seq 1 {{x}}).',
  always: true,
};

/** A name that the grammar wants. */
export const NAMES_VARIABLE: Objection = {
  severity: 'error',
  message: 'stands where the name of a variable or a function is wanted',
  hint: 'Write the name itself, or give the parameter an enum of plain words.',
};

/** What the script means there cannot be said. */
export const UNSURE: Objection = {
  severity: 'error',
  message: 'stands where the quoting of the script cannot be followed with certainty',
  hint: 'Close every quote, bracket and here-document, do without aliases and lines joined inside of a word, or give the parameter an enum of plain words.',
};
