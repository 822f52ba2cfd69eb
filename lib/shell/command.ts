import { judgeTest } from './conditions.ts';
import { DECLARES, judgeDeclaration } from './declarations.ts';
import { objectThrough, objectorOf, type Context, type Judgement, type Objector } from './judgement.ts';
import { judgeLanguage } from './languages.ts';
import { FIRST, POSITIONAL, namesIn } from './names.ts';
import { ECHO, EVALUATED, NAME, PROGRAM, RECIPE, UNKNOWN, type Objection } from './objections.ts';
import { endOptions, judgePrintf } from './printf.ts';
import { CLOSED, PLAIN, REMOTE, SHELLS, SHELL_OPTIONS, SHELL_WORDS, WRAPPERS } from './programs.ts';
import { isInput, isShell, judgeShell, judgeShellOptions } from './shells.ts';
import { judgeSsh } from './ssh.ts';
import { basename, programsOf, type Word } from './word.ts';
import { judgeWrapped } from './wrappers.ts';
import { judgeZsh } from './zsh.ts';

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
/** Languages by names that hardly mean anything else, so that they are found behind any other program. */
const EMBEDDED =
  /^(?:python[\d.]*|pypy3?|node|nodejs|tsx|ruby|perl|php|lua|Rscript|julia|psql|mysql|mariadb|sqlite3|mongosh|cqlsh|clickhouse-client)$/;

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

function judge(words: readonly Word[], context: Context, judgement: Judgement): void {
  const [command] = words;
  if (!command) return;
  const object = objectorOf(judgement);
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
  const judgeInner = (inner: readonly Word[]) => judge(inner, context, judgement);

  if (context.interpreter === 'zsh') judgeZsh(name, rest, object);
  if (wrapper) judgeWrapped({ name, wrapper, rest }, { judgement, object, judge: judgeInner });
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
          judgeInner(rest.slice(index + 1));
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
