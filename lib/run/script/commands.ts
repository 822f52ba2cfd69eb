import { judgeLanguage } from './languages.ts';

export type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';

/** A word of a command as far as it is known before it is expanded; `from` and `to` bound the placeholders in it. */
export type Word = {
  /** As it is written. */
  raw: string;
  /** What it is after its quotes are removed; undefined when something in it is expanded. */
  value: string | undefined;
  /** The part of it before anything is expanded. */
  prefix: string;
  /** Whether it begins with a placeholder, so that the caller says whether it is an option. */
  leading: boolean;
  /** Whether it is nothing but unquoted expansions, which may leave no word at all. */
  vanishes: boolean;
  from: number;
  to: number;
  /** The piece of output that it begins with. */
  chunk: number;
};

/** What speaks against a placeholder at its place; `GANTZ_ARG_X` and `{{x}}` stand for its own names. */
export type Objection = { severity: 'error' | 'warning'; message: string; hint: string };

export type Verdict = Objection;

/** What a command does with the placeholders of its words. */
export type Judgement = {
  objections: (Objection & { from: number; to: number })[];
  /** Variables whose values the shell evaluates from here on; '' when it cannot be said which. */
  evaluates: string[];
  /** Variables that the command assigns placeholders to. */
  assigns: { name: string; from: number; to: number }[];
  /** Words before which `--` must stand, or else a value with a leading dash would be an option that names a variable. */
  endOptionsBefore: Word[];
  /** What is to be said of placeholders in the input of the command. */
  input?: Verdict;
};

const EVALUATED: Objection = {
  severity: 'error',
  message: 'becomes source that a shell parses',
  hint: 'Pass it as an argument, sh -c \'echo "$1"\' sh {{x}}, or write "$GANTZ_ARG_X" between single quotes.',
};
const PROGRAM: Objection = {
  severity: 'error',
  message: 'names the program to run',
  hint: 'Write the program itself, or give the parameter an enum of the programs allowed.',
};
const NAME: Objection = {
  severity: 'error',
  message: 'stands where the name of a variable is wanted, which the shell evaluates',
  hint: 'Write the name itself, or give the parameter an enum of plain words.',
};
const ARITHMETIC: Objection = {
  severity: 'error',
  message: 'stands in an arithmetic expression, which the shell evaluates',
  hint: 'Give the parameter the type integer, number or boolean, or an enum of plain words.',
};
const TEST: Objection = {
  severity: 'error',
  message: 'stands where its value could be an operator that evaluates the next word',
  hint: 'Compare with an operator between them, or give the parameter an enum of plain words.',
};
const OPTION: Objection = {
  severity: 'warning',
  message: 'may begin with a dash and be taken for an option',
  hint: 'Write -- before it.',
};
const FORMAT: Objection = {
  severity: 'warning',
  message: 'is a format: a % or a backslash in the value is not printed as it is',
  hint: "Write printf '%s' {{x}}.",
};

const SHELLS = new Set([
  'sh',
  'bash',
  'dash',
  'zsh',
  'ksh',
  'mksh',
  'ash',
  'fish',
  'csh',
  'tcsh',
  'rbash',
  'pwsh',
]);

/** Programs that run the program named by their arguments: their options that take a value, and words before it. */
const WRAPPERS: Record<string, { options?: RegExp; skip?: number }> = {
  env: { options: /^-[uC]$|^--(?:unset|chdir)$/ },
  sudo: { options: /^-[ugpCDRTUrth]$|^--(?:user|group|prompt|chdir|host)$/ },
  doas: { options: /^-[uC]$/ },
  nice: { options: /^-n$|^--adjustment$/ },
  ionice: { options: /^-[cnp]$/ },
  timeout: { options: /^-[ks]$|^--(?:kill-after|signal)$/, skip: 1 },
  gtimeout: { options: /^-[ks]$|^--(?:kill-after|signal)$/, skip: 1 },
  stdbuf: { options: /^-[ioe]$/ },
  exec: { options: /^-a$/ },
  xargs: { options: /^-[adEILnPs]$|^--(?:arg-file|delimiter|max-args|max-procs|replace)$/ },
  chroot: { skip: 1 },
  nohup: {},
  setsid: {},
  command: {},
  builtin: {},
  noglob: {},
  nocorrect: {},
  time: { options: /^-[fo]$/ },
  strace: { options: /^-[eopsu]$/ },
  unbuffer: {},
  ltrace: {},
  chronic: {},
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
const SSH_OPTION = /^-[BbcDEeFIiJLlmOopPQRSWw]$/;
const COMPARES = /^-(?:eq|ne|lt|le|gt|ge)$/;

/** Judges one simple command. */
export function judgeCommand(words: readonly Word[], interpreter: Interpreter): Judgement {
  const judgement: Judgement = { objections: [], evaluates: [], assigns: [], endOptionsBefore: [] };
  judge(words, interpreter, judgement);
  return judgement;
}

/** Judges the words of `[[ … ]]`: what is compared as a number, and what is asked for by name, is evaluated. */
export function judgeConditional(words: readonly Word[]): Pick<Judgement, 'objections' | 'evaluates'> {
  const objections = objectionsTo(words);
  const compared = words.filter(
    (_, index) =>
      COMPARES.test(words[index - 1]?.value ?? '') || COMPARES.test(words[index + 1]?.value ?? ''),
  );
  return { objections, evaluates: compared.flatMap((word) => namesIn(word, true)) };
}

function objectionsTo(words: readonly Word[]): Judgement['objections'] {
  return words.flatMap(({ value }, index) => {
    const [before, after] = [words[index - 1], words[index + 1]];
    if (value !== undefined && COMPARES.test(value)) {
      return [before, after].flatMap((word) => (word ? [at(word, ARITHMETIC)] : []));
    }
    return (value === '-v' || value === '-R') && after ? [at(after, NAME)] : [];
  });
}

function judge(words: readonly Word[], interpreter: Interpreter, judgement: Judgement): void {
  const [command] = words;
  if (!command) return;
  const object = (word: Word | undefined, objection: Objection) => {
    if (!word) return;
    if (word.to > word.from) judgement.objections.push(at(word, objection));
    if (objection.severity === 'error' && objection !== PROGRAM)
      judgement.evaluates.push(...namesIn(word, objection === ARITHMETIC));
  };
  const rest = words.slice(1);
  const objectAll = (objection: Objection) => {
    for (const word of rest) object(word, objection);
  };
  objectThrough(words, 0, PROGRAM, object);
  for (const [index, word] of rest.entries()) {
    if (isShell(word)) judgeShell(rest.slice(index), judgement, object, false);
  }
  if (command.value === undefined) return;
  const name = basename(command.value);
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  const closed = Object.hasOwn(CLOSED, name) ? CLOSED[name] : undefined;

  if (wrapper) judgeWrapped(name, wrapper, rest, interpreter, judgement, object);
  else if (closed) objectAll(closed);
  else if (SHELLS.has(name)) judgeShell(words, judgement, object, true);
  else if (DECLARES.has(name)) judgeDeclaration(name, rest, judgement, object);
  else judgeLanguage(name, rest, judgement);

  switch (name) {
    case 'source':
    case '.':
      objectThrough(rest, 0, EVALUATED, object);
      if (rest[0]?.value === '/dev/stdin' || rest[0]?.value === '-') judgement.input = EVALUATED;
      break;
    case 'find':
      for (const [index, { value }] of rest.entries()) {
        if (value !== undefined && /^-(?:exec|execdir|ok|okdir)$/.test(value))
          judge(rest.slice(index + 1), interpreter, judgement);
      }
      break;
    case 'su':
    case 'runuser':
    case 'script':
    case 'flock':
      for (const [index, word] of rest.entries()) {
        if (/^-[a-z]*c$|^--(?:session-)?command$/.test(word.value ?? ''))
          objectThrough(rest, index + 1, EVALUATED, object);
        else if (/^-c|^--(?:session-)?command=/.test(word.prefix)) object(word, EVALUATED);
      }
      if (name === 'su') judgement.input = EVALUATED;
      break;
    case 'at':
    case 'batch':
    case 'crontab':
      judgement.input = EVALUATED;
      break;
    case 'ssh':
      judgeSsh(rest, judgement, object);
      break;
    case 'read':
      for (const [index, word] of rest.entries()) {
        if (!/^-[a-z]*[dinNptu]$/.test(rest[index - 1]?.value ?? '')) object(word, NAME);
      }
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
      if (interpreter !== 'dash') judgeTest(rest, object);
      break;
  }
}

type Objector = (word: Word | undefined, objection: Objection) => void;

function at({ from, to }: Word, objection: Objection): Objection & { from: number; to: number } {
  return { ...objection, from, to };
}

/** The variables whose values become a part of a word; in arithmetic also those that are only named. */
export function namesIn({ raw, value }: Pick<Word, 'raw' | 'value'>, arithmetic: boolean): string[] {
  if (arithmetic) return raw.match(/[A-Za-z_]\w*/g) ?? [];
  return value === undefined
    ? Array.from(raw.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g), ([, name = '']) => name)
    : [];
}

/** Objects to a word, and to the ones that stand in its place should it expand to nothing. */
function objectThrough(words: readonly Word[], index: number, objection: Objection, object: Objector): void {
  for (const word of words.slice(index)) {
    object(word, objection);
    if (!word.vanishes) return;
  }
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isShell({ value }: Word): boolean {
  return value !== undefined && SHELLS.has(basename(value));
}

function judgeWrapped(
  name: string,
  { options, skip = 0 }: { options?: RegExp; skip?: number },
  rest: readonly Word[],
  interpreter: Interpreter,
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
    if (assigned !== undefined) judgement.assigns.push({ name: assigned, from: word.from, to: word.to });
    else if (!word.prefix.startsWith('-')) break;
    else if (options?.test(word.value ?? '')) index++;
  }
  judge(rest.slice(index + skip), interpreter, judgement);
  if (name === 'xargs' && rest.slice(index).some(isShell)) judgement.input = EVALUATED;
}

/** A shell and its arguments; `runs` when it is the command itself and not merely named among the words of another. */
function judgeShell(words: readonly Word[], judgement: Judgement, object: Objector, runs: boolean): void {
  let [source, fromInput] = [false, false];
  let index = 1;
  for (; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const { value = '', prefix, leading } = word;
    if (leading && runs) object(word, EVALUATED);
    if (value === '--') {
      index++;
      break;
    }
    if (!/^[-+]./.test(prefix)) {
      if (leading && !source) continue;
      break;
    }
    if (/^-[A-Za-z]*c|^--?[Cc]ommand$/.test(prefix) && !prefix.startsWith('--n')) source = true;
    if (/^-[A-Za-z]*s/.test(prefix)) fromInput = true;
    if (/^[-+][A-Za-z]*[oO]$|^--(?:rcfile|init-file)$/.test(value)) index++;
  }
  const operand = words[index];
  if (source) {
    objectThrough(words, index, EVALUATED, object);
    return;
  }
  if (!runs) return;
  if (operand?.vanishes) objectThrough(words, index, EVALUATED, object);
  if (!operand || fromInput || operand.value === '-' || operand.value === '/dev/stdin')
    judgement.input = EVALUATED;
  if (!fromInput) object(operand, operand?.raw.startsWith('<(') ? EVALUATED : PROGRAM);
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
    else judgement.assigns.push({ name: assigned, from: word.from, to: word.to });
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
  if (remote.length === 0 || remote.some(isShell)) judgement.input = EVALUATED;
}

function judgePrintf(rest: readonly Word[], judgement: Judgement, object: Objector): void {
  const [first, second] = rest;
  if (!first) return;
  if (first.value === '-v') {
    object(second, NAME);
    judgePrintf(rest.slice(2), judgement, object);
  } else if (first.prefix.startsWith('-v')) {
    object(first, NAME);
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
