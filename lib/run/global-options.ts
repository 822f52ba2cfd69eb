import type { GlobalOptions } from '../contract/context.ts';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { parseCount, parseDuration, parseSize, parseSwitch } from '../contract/settings.ts';

/** An option that is written before the name of a tool. */
export type OptionDefinition<Options> = {
  flag: string;
  short?: string;
  /** The name of the value in help. An option without it is a switch. */
  value?: string;
  description: string;
  /** The environment variable that sets the same option. */
  variable?: string;
  /** Parses the text and sets the option. Throws USAGE when the text is not valid. */
  apply: (options: Options, text: string) => void;
};

/** All global options. */
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
    description: 'the maximum size of the output of a script or of an HTTP response: 10MiB, 512KiB, bytes',
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
    flag: '--max-calls',
    value: 'n',
    description:
      'how many calls of serve, mcp and batch run at a time (default: 256, of which 64 are not on Redis)',
    variable: 'GANTZ_MAX_CALLS',
    apply: (options, text) =>
      void (options.maxCalls = need(parseCount(text), '--max-calls', text, 'a number from 1 to 999999')),
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
    description: 'allow only tools with readOnlyHint',
    variable: 'GANTZ_READ_ONLY',
    apply: (options, text) =>
      void (options.readOnly = need(parseSwitch(text), '--read-only', text, 'true or false')),
  },
  {
    flag: '--audit',
    value: 'file',
    description:
      'append a line for each call to a file: when, who, which tool, which parameters, what came of it',
    variable: 'GANTZ_AUDIT',
    apply: (options, text) => void (options.audit = text),
  },
];

/** Returns the global options that environment variables set. Throws USAGE, with the variable's name, for text that is not valid. */
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

/** Returns a parsed value. Throws USAGE with examples when the text of an option is not valid. */
export function need<T>(value: T | undefined, flag: string, text: string, examples: string): T {
  if (value !== undefined) return value;
  throw new GantzError('USAGE', `${flag} ${JSON.stringify(text)} is not valid; write ${examples}`);
}
