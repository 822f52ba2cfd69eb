/**
 * A parsed gantz.yaml as plain JSON data, so that it can be kept in a cache file or built into the program.
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
  /** The problems that do not keep it from loading. */
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

/** What a tool does, as plain JSON data. `kind` names the action kind, which defines the other members. */
export type Action = { readonly kind: string } & Readonly<Record<string, unknown>>;

export type JsonSchema = Record<string, unknown>;

export type ObjectSchema = {
  type: 'object';
  properties: Record<string, JsonSchema>;
  required: string[];
  additionalProperties: boolean;
};

/** Something wrong or doubtful in a manifest, with its place (from 1) and the text of its line. */
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

/** A problem of a tool whose place in the file is not known yet: in its `tests:`, or in its action. */
export type ProblemInText = {
  severity: Problem['severity'];
  message: string;
  hint?: string;
  /** The index of the test that it is about, in the tool's `tests:`. */
  test?: number;
  /** The text of the action that it is about. */
  text?: string;
  /** The part of `text` that it is about; all of it when absent. */
  offset?: number;
  length?: number;
};
