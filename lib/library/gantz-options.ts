import type { GlobalOptions } from '../contract/context.ts';
import { parseDuration } from '../contract/settings.ts';
import { GantzError } from '../contract/errors.ts';
import { optionsFromEnvironment } from '../run/global-options.ts';

/** Options of `openGantz`. The defaults are those of the command line. */
export type GantzOptions = {
  /** The manifest: a file, or `builtin:redis`. Default: `$GANTZ_CONFIG`, else ./gantz.yaml, else the Redis tools. */
  manifest?: string;
  /** The URL of Redis: `redis://…`, `unix://…`, `embedded:`. It overrides the manifest and the environment. */
  redisUrl?: string;
  /** The prefix of key names. It overrides the manifest and the environment. Default: `mcp`. */
  namespace?: string;
  /** Allows only these tools: names, with the wildcards `*` and `?`. */
  tools?: string | readonly string[];
  /** Allows only the tools of this toolset of the manifest. */
  toolset?: string;
  /** Allows only tools with `readOnlyHint`. */
  readOnly?: boolean;
  /** The time limit of every call: milliseconds, or text such as `2s` or `1m30s`. */
  timeout?: number | string;
  /** The size limit of the output of a script and of the body of an HTTP answer, in bytes. Default: 10 MiB. */
  maxOutputBytes?: number;
  /** A file to which a line for each call is appended. It overrides that of the manifest. */
  audit?: string;
  /** Environment variables. Default: those of the process. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The folder of relative paths. Default: the working folder of the process. */
  cwd?: string;
  /** Receives the notices that the command line prints on stderr, such as the socket of an embedded server. */
  onNotice?: (text: string) => void;
};

/** Returns the global options: those of the program, then those of the environment. Throws USAGE for a bad timeout. */
export function globalOptions(options: GantzOptions, env: NonNullable<GantzOptions['env']>): GlobalOptions {
  const { manifest, tools, toolset, readOnly, timeout, maxOutputBytes, audit } = options;
  return {
    ...optionsFromEnvironment(env),
    ...(manifest !== undefined && { config: manifest }),
    ...(tools !== undefined && { tools: typeof tools === 'string' ? tools : tools.join(',') }),
    ...(toolset !== undefined && { toolset }),
    ...(readOnly !== undefined && { readOnly }),
    ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }),
    ...(maxOutputBytes !== undefined && { maxOutputBytes }),
    ...(audit !== undefined && { audit }),
  };
}

function milliseconds(timeout: number | string): number {
  const parsed = parseDuration(typeof timeout === 'number' ? `${timeout}ms` : timeout);
  if (parsed !== undefined) return parsed;
  throw new GantzError('USAGE', `timeout ${JSON.stringify(timeout)} is not a duration`, {
    hint: 'Give milliseconds as a number, or text such as 2s, 1m30s or 500ms.',
  });
}
