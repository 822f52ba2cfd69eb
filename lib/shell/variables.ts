import type { Use } from './cursor.ts';
import type { Interpreter } from './program.ts';
import type { Reader } from './reader.ts';
import { assignedTo, EVALUATED, SPECIAL_VARIABLE, type Reason } from './reasons.ts';
import type { Word } from './word.ts';

/** Variables whose values are evaluated as a number or as source, by a shell or by a program that runs a shell. */
const SPECIAL = words(`
  GIT_SSH_COMMAND GIT_EDITOR GIT_PAGER EDITOR VISUAL PAGER MANPAGER LESSOPEN LESSCLOSE RANDOM SRANDOM SECONDS OPTIND
  LINENO HISTCMD BASHPID EPOCHSECONDS COLUMNS LINES BASH_ENV ENV PS0 PS1 PS2 PS3 PS4 PROMPT PROMPT_COMMAND SHELLOPTS
  BASHOPTS BASH_ALIASES BASH_CMDS`);

/** Variables that only zsh evaluates. */
const ZSH_SPECIAL = words(`
  HISTSIZE SAVEHIST KEYTIMEOUT FUNCNEST UID GID EUID EGID LISTMAX TMOUT BAUD ERRNO MAILCHECK LOGCHECK DIRSTACKSIZE
  TTYIDLE PERIOD POSTEDIT RPROMPT PROMPT2 PROMPT3 PROMPT4 prompt functions aliases commands`);

const ASSIGNS = /^([A-Za-z_]\w*)(?:\[[^=]*\]|\[.*?\])?\+?=/s;

/** Returns true when a word or the beginning of a word is an assignment. */
export function isAssignment(written: string): boolean {
  return ASSIGNS.test(written);
}

/** Returns true when a word assigns a list: `name=(…)`. */
export function isList(written: string): boolean {
  return /^[A-Za-z_]\w*\+?=\(/.test(written);
}

/** Records an assignment that stands before a command or alone. The items of a list are not followed. */
export function noteAssignment(reader: Reader, { raw, from, to }: Word): void {
  const [, name = ''] = ASSIGNS.exec(raw) ?? [];
  // A later `declare name=…` parses a value in parentheses as a list.
  if (isList(raw)) reader.useVariable(`${name}()`, EVALUATED);
  else reader.assign(name, { from, to });
}

/**
 * Reports the placeholders that are assigned directly to a variable which the script uses where its value is evaluated
 * (an error) or without quotes (a warning). Variables are compared by name; no value is followed any further.
 */
export function reportAssignments({ uses, assignments, interpreter }: Reader): void {
  for (const { name, from, to, depth } of assignments) {
    const reasons = reasonsFor(name, uses, interpreter);
    for (const use of uses.slice(from, to))
      if (use.kind === 'placeholder' && use.depth === depth) use.reasons.push(...reasons);
  }
}

/** Returns the reasons for one use of a variable that apply to its value. */
export function reasonsForVariable({ reasons }: Use): Reason[] {
  return reasons.filter(({ variables }) => variables);
}

function reasonsFor(name: string, uses: readonly Use[], interpreter: Interpreter): Reason[] {
  if (SPECIAL.has(name) || (interpreter === 'zsh' && ZSH_SPECIAL.has(name))) return [SPECIAL_VARIABLE];
  const own = uses.filter((use) => use.kind === 'variable' && use.name === name);
  return own.flatMap(reasonsForVariable).map((reason) => assignedTo(name.replace('()', ''), reason));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
