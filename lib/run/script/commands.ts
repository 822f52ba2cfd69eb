import { judgeLanguage } from './languages.ts';
import { FIRST, POSITIONAL, namesIn } from './names.ts';
import {
  EVALUATED,
  PROGRAM,
  UNKNOWN,
  NAME,
  ARITHMETIC,
  TEST,
  OPTION,
  ECHO,
  RECIPE,
  FORMAT,
  type Objection,
} from './objections.ts';
import { PLAIN, REMOTE, SHELLS, SHELL_OPTIONS, SHELL_WORDS, WRAPPERS } from './programs.ts';
import { basename, programsOf, type Assigned, type Word } from './word.ts';

export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** What a command does with the placeholders of its words. */
export type Judgement = {
  objections: (Objection & { from: number; to: number })[];
  /** Variables whose values the shell evaluates from here on; '' when it cannot be said which. */
  evaluates: string[];
  /** Variables that the command assigns placeholders to. */
  assigns: { name: string; word: Word }[];
  /** Source that is known, and the words that are its arguments. */
  sources: { text: string; words: readonly Word[] }[];
  /** Whether later words may mean other commands than they name. */
  renames?: boolean;
  /** Variables that it reads its input into. */
  reads: string[];
  /** Words before which `--` must stand, or else a value with a leading dash would be an option that names a variable. */
  endOptionsBefore: Word[];
  /** What is to be said of placeholders in the input of the command. */
  input?: Objection;
};

/** Commands none of whose words may come from a caller, and why. */
const CLOSED: Record<string, Objection> = {
  eval: EVALUATED,
  trap: EVALUATED,
  alias: EVALUATED,
  bind: EVALUATED,
  complete: EVALUATED,
  compgen: EVALUATED,
  parallel: EVALUATED,
  watch: EVALUATED,
  let: ARITHMETIC,
  unset: NAME,
  mapfile: NAME,
  readarray: NAME,
  getopts: NAME,
  vared: NAME,
  enable: PROGRAM,
  fc: PROGRAM,
  jobs: PROGRAM,
};

const DECLARES = new Set([
  'declare',
  'typeset',
  'local',
  'export',
  'readonly',
  'integer',
  'float',
  'nameref',
]);
/** Every command that treats a word in a way of its own. */
const KNOWN = [
  ...Object.keys(CLOSED),
  ...Object.keys(WRAPPERS),
  ...SHELLS,
  ...DECLARES,
  ...[
    'source',
    'find',
    'su',
    'runuser',
    'script',
    'flock',
    'at',
    'batch',
    'crontab',
    'ssh',
    'read',
    'printf',
    'test',
  ],
];
const SSH_OPTION = /^-[BbcDEeFIiJLlmOopPQRSWw]$/;
/** Languages by names that hardly mean anything else, so that they are found behind any other program. */
const EMBEDDED =
  /^(?:python[\d.]*|pypy3?|node|nodejs|tsx|ruby|perl|php|lua|Rscript|julia|psql|mysql|mariadb|sqlite3|mongosh|cqlsh|clickhouse-client)$/;
const COMPARES = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** What a command is judged by: the shell that runs it, and what the script assigns to variables. */
export type Context = { interpreter: Interpreter; assigned: Assigned };

/** Judges one simple command. */
export function judgeCommand(words: readonly Word[], context: Context): Judgement {
  const judgement: Judgement = {
    objections: [],
    evaluates: [],
    assigns: [],
    sources: [],
    reads: [],
    endOptionsBefore: [],
  };
  judge(words, context, judgement);
  return judgement;
}

/** Judges the words of `[[ … ]]`: what is compared as a number, and what is asked for by name, is evaluated. */
export function judgeConditional(words: readonly Word[]): Pick<Judgement, 'objections' | 'evaluates'> {
  const objections = objectionsTo(words);
  const compared = words.filter(
    (_, index) =>
      /^-(?:[vRt]|eq|ne|lt|le|gt|ge)$/.test(words[index - 1]?.value ?? '') ||
      COMPARES.test(words[index + 1]?.value ?? ''),
  );
  return { objections, evaluates: compared.flatMap((word) => namesIn(word, true)) };
}

function objectionsTo(words: readonly Word[]): Judgement['objections'] {
  return words.flatMap(({ value }, index) => {
    const [before, after] = [words[index - 1], words[index + 1]];
    if (value !== undefined && COMPARES.test(value)) {
      return [before, after].flatMap((word) => (word ? [at(word, ARITHMETIC)] : []));
    }
    return (value === '-v' || value === '-R' || value === '-t') && after ? [at(after, NAME)] : [];
  });
}

function judge(words: readonly Word[], context: Context, judgement: Judgement): void {
  const [command] = words;
  if (!command) return;
  const object = objector(judgement);
  objectThrough(words, 0, PROGRAM, object);
  const rest = words.slice(1);
  if (command.vanishes) judge(rest, context, judgement);
  judgement.evaluates.push(...programNames(command));
  const programs = programsOf(command, { assigned: context.assigned, known: KNOWN });
  for (const name of programs) {
    if (name === undefined) judgeUnknown(rest, judgement, object);
    else judgeNamed(name, words, context, judgement, object);
  }
  if (programs.every((name) => name !== undefined && PLAIN.has(name))) return;
  for (const [index, word] of rest.entries()) {
    const after = rest.slice(index + 1);
    const name = basename(word.value ?? '');
    if (isShell(word)) judgeShell(rest.slice(index), judgement, object, false);
    else if (REMOTE.has(name) && !programs.some((one) => one && Object.hasOwn(SHELL_OPTIONS, one)))
      judgeSsh(after, judgement, object);
    else if (EMBEDDED.test(name)) judgeLanguage(name, after, judgement);
  }
}

/** The variables that say which program a word is; the items of a list are not looked into but for the first. */
function programNames({ raw, value, from, to }: Word): string[] {
  if (value !== undefined || to > from) return [];
  if (/^"?\$\{?[@*1]\}?"?$/.test(raw)) return [FIRST];
  const list = /^"?\$\{(\w+)\[[@*]\]\}"?$/.exec(raw)?.[1];
  return list === undefined ? namesIn({ raw, value }, false) : [`${list}[0]`];
}

function objector(judgement: Judgement): Objector {
  return (word, objection) => {
    if (!word) return;
    if (word.to > word.from) judgement.objections.push(at(word, objection));
    if (objection.severity === 'error' && objection !== PROGRAM) {
      judgement.evaluates.push(...namesIn(word, objection === ARITHMETIC));
      if (objection === EVALUATED && word.value !== undefined)
        judgement.sources.push({ text: word.value, words: [] });
      // A command inside of it may pass on the input.
      if (objection === EVALUATED && word.value === undefined && /\$\(|`/.test(word.raw))
        judgement.input = EVALUATED;
    }
  };
}

/** A command that may be a shell, or `eval`: what would be its source, from an argument or from its input. */
function judgeUnknown(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  const option = rest.findIndex(({ prefix }) => /^-[A-Za-z]*c/.test(prefix));
  if (option !== -1) for (const word of rest.slice(option)) object(word, UNKNOWN);
  const operand = rest.find(({ prefix }) => !prefix.startsWith('-'));
  if (!operand) judgement.input = UNKNOWN;
  else if (operand.to > operand.from) object(operand, UNKNOWN);
}

function judgeNamed(
  name: string,
  words: readonly Word[],
  context: Context,
  judgement: Judgement,
  object: Objector,
): void {
  const rest = words.slice(1);
  const objectAll = (objection: Objection) => {
    for (const word of rest) object(word, objection);
  };
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  const closed = Object.hasOwn(CLOSED, name) ? CLOSED[name] : undefined;

  if (context.interpreter === 'zsh') judgeZsh(name, rest, object);
  if (wrapper) judgeWrapped(name, wrapper, rest, context, judgement, object);
  else if (closed) objectAll(closed);
  else if (SHELLS.has(name)) judgeShell(words, judgement, object, true);
  else if (DECLARES.has(name)) judgeDeclaration(name, rest, judgement, object);
  else judgeLanguage(name, rest, judgement);

  const option = Object.hasOwn(SHELL_OPTIONS, name) ? SHELL_OPTIONS[name] : undefined;
  if (option) judgeShellOptions(rest, option, object);
  const valued = Object.hasOwn(SHELL_WORDS, name) ? SHELL_WORDS[name] : undefined;
  if (valued) {
    for (const [index, word] of rest.entries())
      if (!valued.test(rest[index - 1]?.value ?? '')) object(word, EVALUATED);
  }

  switch (name) {
    case 'set':
      for (const word of rest) judgement.assigns.push({ name: POSITIONAL, word });
      break;
    case 'alias':
      judgement.renames = rest.some(({ raw }) => raw.includes('='));
      break;
    case 'setopt':
      // Values of variables become patterns, which may hold commands.
      if (rest.some(({ value }) => value === undefined || /glob_?subst|prompt_?subst/i.test(value)))
        judgement.evaluates.push('');
      break;
    case 'source':
    case '.':
      objectThrough(rest, 0, EVALUATED, object);
      if (rest[0] && isInput(rest[0])) judgement.input = EVALUATED;
      break;
    case 'find':
      for (const [index, { value }] of rest.entries()) {
        if (value !== undefined && /^-(?:exec|execdir|ok|okdir)$/.test(value))
          judge(rest.slice(index + 1), context, judgement);
      }
      break;
    case 'su':
      judgement.input = EVALUATED;
      break;
    case 'at':
    case 'batch':
    case 'crontab':
      judgement.input = EVALUATED;
      break;
    case 'ssh':
    case 'autossh':
    case 'slogin':
    case 'mosh':
      judgeSsh(rest, judgement, object);
      break;
    case 'make':
    case 'gmake':
      for (const word of rest) if (/^[A-Za-z_]\w*[:?+]?=/.test(word.prefix)) object(word, RECIPE);
      break;
    case 'echo':
      // bash prints backslashes as they are, unless it is told otherwise.
      for (const word of rest) if (context.interpreter !== 'bash') object(word, ECHO);
      break;
    case 'read':
      for (const [index, word] of rest.entries()) {
        if (/^-[a-z]*[dinNptu]$/.test(rest[index - 1]?.value ?? '')) continue;
        object(word, NAME);
        judgement.reads.push(word.value ?? '');
      }
      if (!judgement.reads.some((name) => !name.startsWith('-'))) judgement.reads.push('REPLY');
      break;
    case 'mapfile':
    case 'readarray':
      judgement.reads.push(rest.at(-1)?.value ?? '', 'MAPFILE');
      break;
    case 'parallel':
      judgement.input = EVALUATED;
      break;
    case 'printf':
      judgePrintf(rest, judgement, object);
      break;
    case 'wait':
    case 'print':
      endOptions(rest, judgement);
      break;
    case 'test':
    case '[':
      if (context.interpreter !== 'dash') judgeTest(rest, object);
      break;
  }
}

type Objector = (word: Word | undefined, objection: Objection) => void;

function at({ from, to }: Word, objection: Objection): Objection & { from: number; to: number } {
  return { ...objection, from, to };
}

/** Objects to a word, and to the ones that stand in its place should it expand to nothing. */
function objectThrough(words: readonly Word[], index: number, objection: Objection, object: Objector): void {
  for (const word of words.slice(index)) {
    object(word, objection);
    if (!word.vanishes) return;
  }
}

/** Whether a file to run is the input of the command. */
function isInput({ value }: Word): boolean {
  return /^-$|^\/dev\/(?:stdin|fd\/\d+)$|^\/proc\/\w+\/fd\/\d+$/.test(value ?? '');
}

function isShell({ value }: Word): boolean {
  return value !== undefined && SHELLS.has(basename(value));
}

function judgeWrapped(
  name: string,
  { options, skip = 0 }: { options?: RegExp; skip?: number },
  rest: readonly Word[],
  context: Context,
  judgement: Judgement,
  object: Objector,
): void {
  if (name === 'command' && /^-[vV]$/.test(rest[0]?.value ?? '')) return;
  let index = 0;
  for (; index < rest.length; index++) {
    const word = rest[index];
    if (!word) break;
    if (word.value === '--') {
      index++;
      break;
    }
    if (name === 'env' && /^-[a-z]*S|^--split-string/.test(word.prefix)) {
      for (const later of rest.slice(index)) object(later, EVALUATED);
      return;
    }
    const assigned =
      name === 'env' || name === 'sudo' ? /^([A-Za-z_]\w*)=/.exec(word.prefix)?.[1] : undefined;
    if (assigned !== undefined) judgement.assigns.push({ name: assigned, word });
    else if (!word.prefix.startsWith('-')) break;
    else if (options?.test(word.value ?? '')) index++;
  }
  judge(rest.slice(index + skip), context, judgement);
  if (name === 'xargs' && readsAsSource(rest.slice(0, index), rest.slice(index))) judgement.input = EVALUATED;
}

/** Whether what xargs reads becomes source; it does not when it follows the source and what may be replaced is not there. */
function readsAsSource(options: readonly Word[], command: readonly Word[]): boolean {
  const program = command[0]?.value;
  if (program === undefined ? command.length > 0 : /^(?:ssh|su|script|flock|eval)$/.test(basename(program)))
    return true;
  const shell = command.findIndex(isShell);
  if (shell === -1) return false;
  const replaces = options.some(({ prefix }) => /^-[a-zA-Z]*[IiJ]|^--replace/.test(prefix));
  const option = command.findIndex(({ value }, index) => index > shell && /^-[a-z]*c$/.test(value ?? ''));
  return replaces || option === -1 || command[option + 1]?.value === undefined;
}

/** A shell and its arguments; `runs` when it is the command itself and not merely named among the words of another. */
function judgeShell(words: readonly Word[], judgement: Judgement, object: Objector, runs: boolean): void {
  let [source, fromInput] = [false, false];
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const { value = '', prefix, tail, leading } = word;
    if (leading && runs) object(word, EVALUATED);
    if (value === '--') {
      index++;
      break;
    }
    if (!/^[-+]./.test(prefix)) {
      if (leading && !source) continue;
      // What is only known when it runs may be an option; where a -c follows, it is taken for one.
      const unknown = word.value === undefined && prefix === '' && tail === '';
      if (source || !unknown || !words.slice(index + 1).some((later) => /^-[A-Za-z]*c/.test(later.prefix)))
        break;
      continue;
    }
    if (/^-[A-Za-z]*c|^--?[Cc]ommand$/.test(prefix) && !prefix.startsWith('--n')) source = true;
    if (/^-[A-Za-z]*s/.test(prefix)) fromInput = true;
    if (/^[-+][A-Za-z]*[oO]$|^--(?:rcfile|init-file)$/.test(value)) index++;
  }
  const operand = words[index];
  if (source) {
    objectThrough(words, index, EVALUATED, object);
    // The first word after the source is the name that it has.
    if (operand?.value !== undefined)
      judgement.sources.push({ text: operand.value, words: words.slice(index + 2) });
    return;
  }
  if (!operand || fromInput || isInput(operand)) judgement.input = EVALUATED;
  if (!runs) return;
  if (operand?.vanishes) objectThrough(words, index, EVALUATED, object);
  if (!fromInput) object(operand, operand?.raw.startsWith('<(') ? EVALUATED : PROGRAM);
}

/** Builtins of zsh that take numbers as expressions, and those that take source or names. */
function judgeZsh(name: string, rest: readonly Word[], object: Objector): void {
  const objectAll = (objection: Objection) => {
    for (const word of rest) object(word, objection);
  };
  if (/^(?:exit|return|shift|break|continue|logout|bye|repeat|ulimit|limit)$/.test(name))
    objectAll(ARITHMETIC);
  else if (
    /^(?:emulate|zparseopts|zstyle|sched|functions|zformat|zregexparse|zle|bindkey|compdef|zmodload)$/.test(
      name,
    )
  )
    objectAll(EVALUATED);
  else if (name === 'read') objectAll(NAME);
  else if (name === 'printf' || name === 'print') {
    const plain = rest.find(({ prefix }) => !prefix.startsWith('-'))?.value;
    const text = name === 'printf' && /^(?:[^%]|%%|%-?\d*s|%q|%b)*$/.test(plain ?? '*%');
    const option = rest.some(({ prefix }) => /^-[a-zA-Z]*[fxXuC]/.test(prefix));
    if (name === 'printf' ? !text : option) objectAll(ARITHMETIC);
  } else if (name === 'test' || name === '[') {
    for (const [index, word] of rest.entries()) {
      if (rest[index - 1]?.value === '-t') object(word, ARITHMETIC);
    }
  }
}

function judgeDeclaration(name: string, rest: readonly Word[], judgement: Judgement, object: Objector): void {
  const flags = rest
    .filter(({ prefix }) => /^-[A-Za-z]/.test(prefix))
    .map(({ prefix }) => prefix)
    .join('');
  // Options that are only known when it runs may be the ones that evaluate.
  const evaluates =
    rest.some(({ vanishes }) => vanishes) ||
    !['local', 'typeset', 'declare', 'export', 'readonly'].includes(name) ||
    /[inEF]/.test(flags);
  for (const word of rest) {
    const assigned = /^([A-Za-z_]\w*)\+?=/.exec(word.prefix)?.[1];
    if (evaluates && !word.prefix.startsWith('-')) {
      judgement.evaluates.push(assigned ?? /^[A-Za-z_]\w*/.exec(word.value ?? '')?.[0] ?? '');
    }
    const listed = /^[A-Za-z_]\w*\+?=\(/.test(word.raw);
    if (assigned === undefined) object(word, NAME);
    else if (/[aA]/.test(flags) && !listed) object(word, EVALUATED);
    else
      judgement.assigns.push({ name: assigned, word }, ...(listed ? [] : [{ name: `${assigned}()`, word }]));
    if (evaluates && word.value === undefined) judgement.evaluates.push(...namesIn(word, false));
    if (/[aA]/.test(flags)) judgement.evaluates.push(`${assigned ?? word.value ?? ''}()`);
  }
}

/** ssh hands what follows the destination to a shell, joined by spaces. */
function judgeSsh(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  let index = 0;
  let ended = false;
  for (; index < rest.length; index++) {
    const { value = '', prefix } = rest[index] ?? { prefix: '' };
    if (value === '--') {
      ended = true;
      index++;
      break;
    }
    if (!prefix.startsWith('-')) break;
    if (prefix.startsWith('-o')) object(rest[index], EVALUATED);
    if (value === '-o') object(rest[index + 1], EVALUATED);
    if (SSH_OPTION.test(value)) index++;
  }
  const [destination, ...remote] = rest.slice(index);
  if (destination?.leading && !ended) object(destination, OPTION);
  for (const word of remote) object(word, EVALUATED);
  if (remote.length === 0 || remote.some(namesShell)) judgement.input = EVALUATED;
}

/** Whether a command line, read by the shell of another machine, may run a shell there. */
function namesShell({ raw, value }: Word): boolean {
  if (value === undefined && /^"?\$/.test(raw)) return true;
  return raw.split(/[^\w./-]+/).some((part) => SHELLS.has(basename(part)));
}

function judgeShellOptions(rest: readonly Word[], option: RegExp, object: Objector): void {
  for (const [index, word] of rest.entries()) {
    const [long = ''] = /^--[\w-]+(?==)/.exec(word.prefix) ?? [];
    if (option.test(word.value ?? '')) objectThrough(rest, index + 1, EVALUATED, object);
    else if (option.test(long) || (/^-[A-Za-z]/.test(word.prefix) && option.test(word.prefix.slice(0, 2))))
      object(word, EVALUATED);
  }
}

function judgePrintf(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  const [first, second] = rest;
  if (!first) return;
  if (first.value === '-v') {
    object(second, NAME);
    for (const word of rest.slice(2)) judgement.assigns.push({ name: second?.value ?? '', word });
    judgePrintf(rest.slice(2), judgement, object);
  } else if (first.prefix.startsWith('-v')) {
    object(first, NAME);
    for (const word of rest.slice(1)) judgement.assigns.push({ name: first.value?.slice(2) ?? '', word });
  } else if (first.value === '--') {
    object(second, FORMAT);
  } else {
    endOptions(rest, judgement);
    object(first, FORMAT);
  }
}

function endOptions(rest: readonly Word[], judgement: Judgement): void {
  if (rest.every(({ from, to }) => from === to)) return;
  const first = rest.findIndex(({ prefix }) => !prefix.startsWith('-'));
  if (first === -1 || rest.slice(0, first).some(({ value }) => value === '--' || value === '-')) return;
  const word = rest[first];
  if (word?.leading || word?.vanishes) judgement.endOptionsBefore.push(word);
}

/** `[ -v name ]` evaluates the name's subscript, and a caller's own value may be that -v. */
function judgeTest(rest: readonly Word[], object: Objector): void {
  for (const [index, word] of rest.entries()) {
    const next = rest.slice(index + 1).find(({ vanishes, from, to }) => !vanishes || to > from);
    if (word.value === '-v' || word.value === '-R') object(next, NAME);
    const begins = index === 0 || /^(?:!|-a|-o|\()$/.test(rest[index - 1]?.value ?? '');
    if (word.leading && begins && next && next.to > next.from) {
      object(word, TEST);
      object(next, TEST);
    }
  }
}
