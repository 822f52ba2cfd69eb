/**
 * What a gantz.yaml becomes: plain JSON data, so that it can be kept in a cache file or built into the program.
 * Texts that may hold `${VAR}` or `{{parameter}}` are kept as written; they are resolved when a tool runs.
 */
export type Manifest = {
  name: string;
  description?: string;
  version?: string;
  /** The file it was read from, absolute, or `builtin:redis`. */
  file: string;
  /** Relative paths of its tools start here, absolute; '' for `builtin:redis`. */
  directory: string;
  /** Root `env`: name → text before `${VAR}` expansion; null passes the caller's variable through. */
  env: Record<string, string | null>;
  tools: Tool[];
  /** Named lists of tool names with wildcards. */
  toolsets: Record<string, string[]>;
  server?: { host?: string; port?: number };
  /** What loaded but deserves a look. */
  warnings: Problem[];
  /** The files whose content made this manifest (itself and what it includes), absolute. */
  sources: string[];
};

/** One entry of `tools`. */
export type Tool = {
  name: string;
  title?: string;
  description: string;
  /** The parameters as one flat JSON Schema (draft 2020-12), `additionalProperties: false`; MCP's inputSchema. */
  inputSchema: ObjectSchema;
  /** The result's fields beside `success`; MCP's outputSchema is this plus `success`. */
  outputSchema?: ObjectSchema;
  annotations: Annotations;
  action?: Action;
  /** The tool's own time limit in milliseconds. */
  timeoutMs?: number;
  /** Tool-level `environment`, before expansion. */
  environment: Record<string, string | null>;
  /** The directory its relative paths start from (an included file has its own), absolute; '' for builtin. */
  directory: string;
  /** Its `tests:`, as written. */
  tests?: unknown[];
};

/** MCP's tool annotations. */
export type Annotations = {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
};

export type Action = ScriptAction | HttpAction | HandlerAction;

/** A program of its own process: `shell` source, or `command` with `args`. */
export type ScriptAction = {
  kind: 'script';
  env: Record<string, string | null>;
  stdin?: string;
  workingDir?: string;
} & ({ shell: string; interpreter: 'sh' | 'bash' | 'zsh' | 'dash' } | { command: string; args: string[] });

/** An HTTP request. */
export type HttpAction = {
  kind: 'http';
  method: string;
  url: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  /** Text as it is; anything else is sent as JSON. */
  body?: unknown;
  /** A path such as `data.items[0].name` into the JSON answer. */
  extractJson?: string;
};

/** A function `functionName` of `moduleName`: a row of the bundled tools, or a module beside the manifest. */
export type HandlerAction = { kind: 'handler'; module: string; function: string; builtin: boolean };

export type JsonSchema = Record<string, unknown>;

export type ObjectSchema = {
  type: 'object';
  properties: Record<string, JsonSchema>;
  required: string[];
  additionalProperties: boolean;
};

/** One finding about a manifest, with its place (1-based) and the line it is on. */
export type Problem = {
  severity: 'error' | 'warning';
  message: string;
  file: string;
  line: number;
  column: number;
  /** The offending line's text. */
  source: string;
  /** What was probably meant. */
  hint?: string;
  /** The tool it belongs to. */
  tool?: string;
};
