import type { GlobalOptions } from '../contract/context.ts';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { parseDuration, parseSize, parseSwitch } from '../contract/settings.ts';

/** An option that stands before a tool's name. */
export type OptionDefinition<Options> = {
  flag: string;
  short?: string;
  /** The name of the value in help; without it the option is a switch. */
  value?: string;
  description: string;
  /** The environment variable that sets the same option. */
  variable?: string;
  apply: (options: Options, text: string) => void;
};

/** Every global option: its flag, its variable, how its text is parsed, and its line of help. */
export const GLOBAL_OPTIONS: readonly OptionDefinition<GlobalOptions>[] = [
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
];

/** The global options that environment variables set. Throws USAGE with the variable's name for a text that cannot be parsed. */
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

function need<T>(value: T | undefined, flag: string, text: string, examples: string): T {
  if (value !== undefined) return value;
  throw new GantzError('USAGE', `${flag} ${JSON.stringify(text)} is not understood; write ${examples}`);
}
