import type { GlobalOptions } from '../contract/context.ts';
import { GantzError } from '../contract/errors.ts';
import { nearest } from '../contract/nearest.ts';
import { parseDuration } from '../contract/settings.ts';
import { GLOBAL_OPTIONS, need, type OptionDefinition } from '../run/global-options.ts';

/** The options that stand before a command or the name of a tool. */
export type CommandLineOptions = GlobalOptions & {
  follow?: boolean;
  raw?: boolean;
  check?: boolean;
  yes?: boolean;
  idempotencyKey?: string;
  idempotencyWaitMs?: number;
  noCache?: boolean;
  help?: boolean;
  version?: boolean;
};

/** Every option of the command line. */
export const COMMAND_LINE_OPTIONS: readonly OptionDefinition<CommandLineOptions>[] = [
  ...GLOBAL_OPTIONS,
  {
    flag: '--follow',
    description: 'print each event of the call as one line, and the envelope last',
    apply: (options) => void (options.follow = true),
  },
  {
    flag: '--raw',
    description: 'print only the value of the result: text as it is, anything else as JSON',
    apply: (options) => void (options.raw = true),
  },
  {
    flag: '--check',
    description: 'print nothing; exit status 10 when the result is "not found" or "not allowed"',
    apply: (options) => void (options.check = true),
  },
  {
    flag: '--yes',
    description: 'agree to the call of a tool that asks for it with `confirm`',
    apply: (options) => void (options.yes = true),
  },
  {
    flag: '--idempotency-key',
    value: 'key',
    description: 'make a repetition of the call return the answer of the first call, for an hour',
    apply: (options, text) => void (options.idempotencyKey = text),
  },
  {
    flag: '--idempotency-wait',
    value: 'duration',
    description: 'how long to wait while a call with the same key runs: 5s, 1m30s (default: not at all)',
    apply: (options, text) =>
      void (options.idempotencyWaitMs = need(
        parseDuration(text),
        '--idempotency-wait',
        text,
        '5s, 1m30s or 500ms',
      )),
  },
  {
    flag: '--no-cache',
    description: 'run the tool although its answer is cached, and store the new answer',
    apply: (options) => void (options.noCache = true),
  },
  { flag: '--help', short: '-h', description: 'show help', apply: (options) => void (options.help = true) },
  { flag: '--version', description: 'show the version', apply: (options) => void (options.version = true) },
];

/**
 * Splits argv at the first word that is not an option of the command line. `rest` begins with that word: the command or
 * tool, and its arguments. Sets the options on the object that is passed, and returns it. Throws USAGE for an unknown
 * option and for a missing or wrong value.
 */
export function splitOptions(
  argv: readonly string[],
  options: CommandLineOptions = {},
): { options: CommandLineOptions; rest: string[] } {
  let index = 0;
  for (; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-') || word === '-') break;
    if (word === '--') {
      index++;
      break;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const definition = COMMAND_LINE_OPTIONS.find(({ flag, short }) => name === flag || name === short);
    if (!definition) throw unknownOption(name);
    if (definition.value === undefined) {
      if (equals >= 0) throw new GantzError('USAGE', `${name} takes no value`);
      definition.apply(options, 'true');
      continue;
    }
    const text = equals >= 0 ? word.slice(equals + 1) : argv[++index];
    if (text === undefined || text === '')
      throw new GantzError('USAGE', `${name} needs a value: ${name} <${definition.value}>`);
    if (equals < 0 && text.startsWith('--')) throw valueLikeOption(name, text);
    definition.apply(options, text);
  }
  return { options, rest: argv.slice(index) };
}

/** Returns the failure for an option whose next word begins with `--`. That word is probably another option. */
export function valueLikeOption(name: string, next: string): GantzError {
  return new GantzError('USAGE', `${name} needs a value, and ${JSON.stringify(next)} begins with "--"`, {
    hint: `Write a value that begins with "--" after an equals sign: ${name}=${next}.`,
  });
}

/** The options of calls that no command takes. They are refused there, because they would have no effect. */
const ONLY_FOR_CALLS: Readonly<Record<string, keyof CommandLineOptions>> = {
  '--raw': 'raw',
  '--check': 'check',
  '--yes': 'yes',
  '--idempotency-key': 'idempotencyKey',
  '--idempotency-wait': 'idempotencyWaitMs',
  '--no-cache': 'noCache',
};

/** What to use instead of such an option, by the command. */
const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '--yes': {
    batch: 'Add "confirm":true to the lines of the calls to which a person has agreed.',
    mcp: 'The client asks its user before each call of a tool with `confirm`.',
    serve: 'When a person has agreed to a call, send it with the header Gantz-Confirm: yes.',
  },
  '--no-cache': {
    batch: 'gantz cache-clear <tool> deletes the stored answers of a tool.',
    mcp: 'gantz cache-clear <tool> deletes the stored answers of a tool.',
    serve: 'Send the call with the header Cache-Control: no-cache.',
  },
};

/** Returns true for an option that no command takes. */
export function isOnlyForCalls(flag: string): boolean {
  return Object.hasOwn(ONLY_FOR_CALLS, flag);
}

/** Returns the first option that no command takes among those that are set. */
export function findOnlyForCalls(options: CommandLineOptions): string | undefined {
  return Object.entries(ONLY_FOR_CALLS).find(([, name]) => options[name] !== undefined)?.[0];
}

/** Returns the failure for an option that a command does not take, because it is one of calls. */
export function onlyForCalls(flag: string, command: string | undefined): GantzError {
  const value = COMMAND_LINE_OPTIONS.find((option) => option.flag === flag)?.value;
  const words = value === undefined ? flag : `${flag} <${value}>`;
  return new GantzError('USAGE', `${flag} is an option of calls of tools`, {
    hint:
      INSTEAD[flag]?.[command ?? ''] ??
      `Write it before the name of a tool: gantz ${words} cache increment --key a.`,
  });
}

/** Options of other programs, with the option that is meant. */
const HABITS: Readonly<Record<string, string>> = { '-v': '--version', '-V': '--version', '-?': '--help' };

function unknownOption(name: string): GantzError {
  const flags = COMMAND_LINE_OPTIONS.map(({ flag }) => flag);
  const meant = HABITS[name] ?? nearest(name, flags);
  return new GantzError('USAGE', `There is no option ${name}`, {
    hint: meant
      ? `Did you mean ${meant}?`
      : 'gantz --help lists the options. Write the flags of a tool after its name.',
  });
}
