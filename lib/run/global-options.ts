import { parseDuration } from '../duration.ts';
import { GantzError } from '../errors.ts';
import { parseSwitch } from '../switch.ts';
import { nearest } from '../nearest.ts';
import type { Process } from '../contract/process.ts';
import { parseSize } from '../command/size.ts';

/** The options that stand before a tool's name. */
export type GlobalOptions = {
  config?: string;
  timeoutMs?: number;
  follow?: boolean;
  maxOutputBytes?: number;
  tools?: string;
  toolset?: string;
  readOnly?: boolean;
  help?: boolean;
  version?: boolean;
};

type Definition = {
  flag: string;
  short?: string;
  /** The name of the value in help; a switch when absent. */
  value?: string;
  description: string;
  /** The environment variable that says the same. */
  variable?: string;
  apply: (options: GlobalOptions, text: string) => void;
};

/** The only list of the global options: what reads them, and what help says of them. */
export const GLOBAL_OPTIONS: readonly Definition[] = [
  {
    flag: '--config',
    short: '-c',
    value: 'file',
    description: 'the manifest: a file, or builtin:redis (default: ./gantz.yaml, else the Redis tools)',
    variable: 'GANTZ_CONFIG',
    apply: (options, text) => void (options.config = text),
  },
  {
    flag: '--timeout',
    value: 'duration',
    description: 'the time limit of the call: 2, 2s, 1m30s, 500ms',
    variable: 'GANTZ_TIMEOUT',
    apply: (options, text) =>
      void (options.timeoutMs = need(parseDuration(text), '--timeout', text, '2s, 1m30s or 500ms')),
  },
  {
    flag: '--max-output',
    value: 'size',
    description: 'the most that a script or an HTTP answer may give: 10MiB, 512KiB, bytes',
    variable: 'GANTZ_MAX_OUTPUT',
    apply: (options, text) =>
      void (options.maxOutputBytes = need(
        parseSize(text),
        '--max-output',
        text,
        '10MiB, 512KiB or a number of bytes',
      )),
  },
  {
    flag: '--follow',
    description: 'print each event of the call as a line of its own, the envelope last',
    apply: (options) => void (options.follow = true),
  },
  {
    flag: '--tools',
    value: 'patterns',
    description: "allow only these tools: 'cache_*,session_get'",
    variable: 'GANTZ_TOOLS',
    apply: (options, text) => void (options.tools = text),
  },
  {
    flag: '--toolset',
    value: 'name',
    description: "allow only one of the manifest's toolsets",
    apply: (options, text) => void (options.toolset = text),
  },
  {
    flag: '--read-only',
    description: 'allow only tools that say readOnlyHint',
    variable: 'GANTZ_READ_ONLY',
    apply: (options, text) =>
      void (options.readOnly = need(parseSwitch(text), '--read-only', text, 'true or false')),
  },
  { flag: '--help', short: '-h', description: 'show help', apply: (options) => void (options.help = true) },
  { flag: '--version', description: 'show the version', apply: (options) => void (options.version = true) },
];

/** Splits argv at the first word that is no global option: what stands before is ours, the rest is the command's. */
export function splitOptions(
  argv: readonly string[],
  options: GlobalOptions = {},
): { options: GlobalOptions; rest: string[] } {
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
    const definition = GLOBAL_OPTIONS.find(({ flag, short }) => name === flag || name === short);
    if (!definition) throw unknownOption(name);
    if (definition.value === undefined) {
      if (equals >= 0) throw new GantzError('USAGE', `${name} takes no value`);
      definition.apply(options, 'true');
      continue;
    }
    const text = equals >= 0 ? word.slice(equals + 1) : argv[++index];
    if (text === undefined || text === '')
      throw new GantzError('USAGE', `${name} needs a value: ${name} <${definition.value}>`);
    definition.apply(options, text);
  }
  return { options, rest: argv.slice(index) };
}

/** What the environment says of the global options; a flag says it louder. */
export function optionsFromEnvironment(env: Process['env']): GlobalOptions {
  const options: GlobalOptions = {};
  for (const { variable, apply } of GLOBAL_OPTIONS) {
    const text = variable && env[variable];
    if (!text) continue;
    try {
      apply(options, text);
    } catch (error) {
      if (error instanceof GantzError) throw new GantzError('USAGE', `${variable}: ${error.message}`);
      throw error;
    }
  }
  return options;
}

function unknownOption(name: string): GantzError {
  const meant = nearest(
    name,
    GLOBAL_OPTIONS.map(({ flag }) => flag),
  );
  return new GantzError('USAGE', `There is no option ${name}`, {
    hint: meant
      ? `Did you mean ${meant}?`
      : 'gantz --help lists them. The flags of a tool stand after its name.',
  });
}

function need<T>(value: T | undefined, flag: string, text: string, examples: string): T {
  if (value !== undefined) return value;
  throw new GantzError('USAGE', `${flag} ${JSON.stringify(text)} is not understood; write ${examples}`);
}
