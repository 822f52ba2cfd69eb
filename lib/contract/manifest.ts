/**
 * A parsed gantz.yaml as plain JSON data, so that it can be stored in a cache file or in the program.
 * Texts that may hold `${VAR}` or `{{parameter}}` are kept as written; they are resolved when a tool runs.
 */
export type Manifest = {
  name: string;
  title?: string;
  description?: string;
  version?: string;
  icons?: Icon[];
  /** What an agent must know to use the tools. */
  instructions?: string;
  /** The path of its file, absolute, or `builtin:redis`. */
  file: string;
  /** The folder that relative paths of its tools begin at, absolute; '' for `builtin:redis`. */
  directory: string;
  /** Root `env`: name → text before `${VAR}` expansion; null passes the caller's variable through. */
  env: Record<string, string | null>;
  tools: Tool[];
  /** Absent when there are none. */
  prompts?: Prompt[];
  /** The settings of `guards` of its own file, by the key of the guard; false switches one off. */
  guards?: Record<string, unknown>;
  /** Named lists of tool names with wildcards. */
  toolsets: Record<string, string[]>;
  server?: { host?: string; port?: number };
  /** The audit log: its path, before `${VAR}` expansion, and the size at which it is renamed, in bytes. */
  audit?: { file: string; maxBytes?: number };
  /** Its warnings. */
  warnings: Problem[];
  /** Its own file and the files that it includes, absolute. */
  sources: string[];
};

/** One entry of `tools`. */
export type Tool = {
  name: string;
  title?: string;
  description: string;
  icons?: Icon[];
  /** The parameters as one flat JSON Schema (draft 2020-12), `additionalProperties: false`; MCP's inputSchema. */
  inputSchema: ObjectSchema;
  /** The names of the parameters with `secret: true`, which is no keyword of JSON Schema; absent when there are none. */
  secrets?: readonly string[];
  /** The fields of the result beside `success`; MCP's outputSchema has `success` as well. */
  outputSchema?: ObjectSchema;
  annotations: Annotations;
  action?: Action;
  /** The guards around its action; absent when it has none. */
  guards?: Guards;
  /** The guards among the defaults of the manifest that are not for this tool, by their keys, with the reasons. */
  exempt?: Readonly<Record<string, string>>;
  /** The tool's own time limit in milliseconds. */
  timeoutMs?: number;
  /** Tool-level `environment`, before expansion. */
  environment: Record<string, string | null>;
  /** The folder of its file, which relative paths begin at, absolute; '' for a bundled tool. */
  directory: string;
  /** Its `tests:`, as written. */
  tests?: unknown[];
};

/** An image that a client shows beside a name: a URL (`https:` or `data:`) and, when they are known, its type and sizes. */
export type Icon = { src: string; mimeType?: string; sizes?: string[]; theme?: 'light' | 'dark' };

/** One entry of `prompts`: messages that a person inserts into a conversation. */
export type Prompt = {
  name: string;
  title?: string;
  description?: string;
  icons?: Icon[];
  /** The arguments, in the form of the parameters of a tool. */
  inputSchema: ObjectSchema;
  /** The texts may hold `{{argument}}`. */
  messages: { role: 'user' | 'assistant'; text: string }[];
};

/** MCP's tool annotations. */
export type Annotations = {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
};

/** The guards of a tool. lib/run/guards has a descriptor for each kind, which defines its setting. */
type Guards = {
  /** The name of the manifest, which is part of the keys of guards in Redis. */
  scope: string;
  /** The settings as plain JSON data, by the key of the guard. */
  settings: Readonly<Record<string, unknown>>;
  /** The keys of the guards that are skipped when Redis does not answer, though they would refuse the call by default. */
  optional: readonly string[];
};

/** The action of a tool, as plain JSON data. `kind` names the action kind, which defines the other members. */
export type Action = { readonly kind: string } & Readonly<Record<string, unknown>>;

export type JsonSchema = Record<string, unknown>;

export type ObjectSchema = {
  type: 'object';
  properties: Record<string, JsonSchema>;
  required: string[];
  additionalProperties: boolean;
};

/** An error or a warning about a manifest. `line` and `column` count from 1. */
export type Problem = {
  severity: 'error' | 'warning';
  message: string;
  file: string;
  line: number;
  column: number;
  /** The text of the line. */
  source: string;
  /** What to do. */
  hint?: string;
  /** The tool it belongs to. */
  tool?: string;
};

/** A problem of a tool whose place in the file is not known yet: in its `tests:`, or in its action. */
export type ProblemInText = {
  severity: Problem['severity'];
  message: string;
  hint?: string;
  /** The index of the test with the problem, in the tool's `tests:`. */
  test?: number;
  /** The text of the action that has the problem. */
  text?: string;
  /** The part of `text` that has the problem; all of it when absent. */
  offset?: number;
  length?: number;
};
