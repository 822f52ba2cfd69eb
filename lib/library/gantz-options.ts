import type { GlobalOptions } from '../contract/context.ts';
import { parseDuration } from '../duration.ts';
import { GantzError } from '../errors.ts';
import { optionsFromEnvironment } from '../run/global-options.ts';

/** The options of `openGantz`; each has the default that the command line has. */
export type GantzOptions = {
  /** The manifest: a file, or `builtin:redis`. Default: `$GANTZ_CONFIG`, else ./gantz.yaml, else the Redis tools. */
  manifest?: string;
  /** Where Redis is: `redis://…`, `unix://…`, `embedded:`. Overrides the manifest and the environment. */
  redisUrl?: string;
  /** What the names of keys begin with. Overrides the manifest and the environment; `mcp` when nothing sets it. */
  namespace?: string;
  /** Allows only these tools: names with `*` and `?`. */
  tools?: string | readonly string[];
  /** Allows only one of the manifest's toolsets. */
  toolset?: string;
  /** Allows only tools that say `readOnlyHint`. */
  readOnly?: boolean;
  /** The time limit of every call: milliseconds, or text such as `2s` or `1m30s`. */
  timeout?: number | string;
  /** The most that a script or an HTTP answer may give, in bytes; 10 MiB when absent. */
  maxOutputBytes?: number;
  /** The environment variables to use; those of the process when absent. */
  env?: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from; that of the process when absent. */
  cwd?: string;
  /** Receives what the command line writes to stderr, such as where an embedded server was started. */
  onNotice?: (text: string) => void;
};

/** The options of a program as global options; where it sets none, the environment's. */
export function globalOptions(options: GantzOptions, env: NonNullable<GantzOptions['env']>): GlobalOptions {
  const { manifest, tools, toolset, readOnly, timeout, maxOutputBytes } = options;
  return {
    ...optionsFromEnvironment(env),
    ...(manifest !== undefined && { config: manifest }),
    ...(tools !== undefined && { tools: typeof tools === 'string' ? tools : tools.join(',') }),
    ...(toolset !== undefined && { toolset }),
    ...(readOnly !== undefined && { readOnly }),
    ...(timeout !== undefined && { timeoutMs: milliseconds(timeout) }),
    ...(maxOutputBytes !== undefined && { maxOutputBytes }),
  };
}

function milliseconds(timeout: number | string): number {
  const parsed = parseDuration(typeof timeout === 'number' ? `${timeout}ms` : timeout);
  if (parsed !== undefined) return parsed;
  throw new GantzError('USAGE', `timeout ${JSON.stringify(timeout)} is not understood`, {
    hint: 'Give milliseconds as a number, or text such as 2s, 1m30s or 500ms.',
  });
}
