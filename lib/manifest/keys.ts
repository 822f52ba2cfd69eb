import type { JsonSchema } from '../contract/manifest.ts';

/** The URLs that an icon may have. A client loads no other: `http:` can be changed on its way, and `file:` is on another machine. */
export const ICON_URL = /^(https:\/\/[^\s\/]|data:image\/[\w.+-]+[;,])\S*$/;

/** The sizes that an icon may have. */
export const ICON_SIZE = /^([1-9][0-9]*x[1-9][0-9]*|any)$/;

const ICON_SOURCE = { type: 'string', pattern: ICON_URL.source };
const ICON_SIZES = { type: 'string', pattern: ICON_SIZE.source };

/**
 * The form of the value of a key. schema.ts has a JSON Schema for each form, and parse/ a function that parses it.
 * A key without a value is ignored, except for `any`.
 */
export type Form =
  | 'text'
  | 'tool-name'
  | 'tool-description'
  | 'parameter-name'
  | 'format'
  | 'positive'
  | 'texts'
  | 'text-map'
  | 'boolean'
  | 'number'
  | 'count'
  | 'port'
  | 'duration'
  | 'wait'
  | 'any'
  | 'values'
  | 'env'
  | 'include'
  | 'toolsets'
  | 'server'
  | 'audit'
  | 'size'
  | 'guards'
  | 'tools'
  | 'parameters'
  | 'annotations'
  | 'icons'
  | 'prompts'
  | 'messages'
  | 'tests'
  | 'required'
  | 'validation'
  | 'types'
  | 'schema'
  | 'schemas'
  | 'schema-map'
  | 'pattern'
  | 'name-lists';

/** A key: the form of its value, or a JSON Schema of its own, and a description for editors. */
export type Key = { readonly about: string } & (
  { readonly kind: Form } | { readonly kind: 'own'; readonly schema: JsonSchema }
);

/** The keys of one kind of map. */
export type Keys = Readonly<Record<string, Key>>;

/** The keys of a gantz.yaml. */
export const ROOT = {
  name: { kind: 'text', about: 'The name of this set of tools.' },
  title: { kind: 'text', about: 'The name that people see in MCP clients.' },
  description: { kind: 'text', about: 'What this set of tools is for.' },
  version: { kind: 'text', about: 'The version of this set of tools.' },
  icons: { kind: 'icons', about: 'Images that MCP clients show beside the name: `https:` or `data:` URLs.' },
  instructions: { kind: 'text', about: 'How to use the tools, for the model of an MCP client.' },
  server: { kind: 'server', about: 'The address on which `gantz run` and `gantz serve` listen.' },
  env: {
    kind: 'env',
    about:
      'Environment variables for every tool: a map, a list of names to pass on, or a list of NAME=value.',
  },
  include: {
    kind: 'include',
    about: 'Other manifests whose tools are added to this one; `builtin:redis` adds the Redis tools.',
  },
  guards: {
    kind: 'guards',
    about: 'Guards for every tool of this file; a tool replaces them with its own, or with `false`.',
  },
  audit: { kind: 'audit', about: 'A file to which a line is appended for each call.' },
  tools: { kind: 'tools', about: 'The tools: a list, or a map of name → tool.' },
  prompts: {
    kind: 'prompts',
    about: 'Messages that a person inserts into a conversation: a list, or a map of name → prompt.',
  },
  toolsets: { kind: 'toolsets', about: 'Named lists of tool names; `*` and `?` are wildcards.' },
} as const satisfies Keys;

/** The keys of `server`. */
export const SERVER = {
  host: { kind: 'text', about: 'The address to listen on.' },
  port: { kind: 'port', about: 'The port to listen on; 0 selects a free one.' },
} as const satisfies Keys;

/** The keys of `audit`. */
export const AUDIT = {
  file: { kind: 'text', about: 'The path of the file, relative to the folder of the manifest.' },
  max_size: {
    kind: 'size',
    about: 'The size at which the file is renamed to FILE.1, 10MiB by default; five such files are kept.',
  },
} as const satisfies Keys;

/** The keys that every tool may have, with any action. */
export const TOOL = {
  name: { kind: 'tool-name', about: 'The name of the tool: letters, digits, `_` and `-`, at most 64.' },
  title: { kind: 'text', about: 'The name that people see.' },
  description: {
    kind: 'tool-description',
    about: 'What the tool does, for the person or model that chooses it.',
  },
  icons: { kind: 'icons', about: 'Images that MCP clients show beside the name: `https:` or `data:` URLs.' },
  parameters: { kind: 'parameters', about: 'The parameters: a list, or a map of name → parameter.' },
  returns: {
    kind: 'parameters',
    about: 'The fields of the result; each is required unless it has `optional: true`.',
  },
  annotations: {
    kind: 'annotations',
    about: 'Hints for clients, for example that the tool only reads, or that a call may be repeated.',
  },
  timeout: { kind: 'duration', about: 'The time limit of a call: `30` (seconds), `30s`, `1m30s`, `500ms`.' },
  environment: {
    kind: 'env',
    about: 'Environment variables for this tool; they override those of the root.',
  },
  tests: { kind: 'tests', about: 'Calls with their expected results, for `gantz test`.' },
  // Manifests of the Gantz CLI use both names.
  test: { kind: 'tests', about: 'The same as `tests`.' },
} as const satisfies Keys;

/** Returns all keys of a tool, those of the actions and the guards before `timeout`. */
export function toolKeys(actions: Keys, guards: Keys): typeof TOOL & Keys {
  const { timeout, environment, tests, test, ...first } = TOOL;
  return { ...first, ...actions, ...guards, timeout, environment, tests, test };
}

/** Whose words a message of a prompt may be. */
export const PROMPT_ROLES = ['user', 'assistant'] as const;

/** The keys of a prompt. */
export const PROMPT = {
  name: { kind: 'tool-name', about: 'The name of the prompt: letters, digits, `_` and `-`, at most 64.' },
  title: { kind: 'text', about: 'The name that people see.' },
  description: { kind: 'text', about: 'What the prompt is for.' },
  icons: { kind: 'icons', about: 'Images that MCP clients show beside the name: `https:` or `data:` URLs.' },
  arguments: { kind: 'parameters', about: 'The arguments: a list, or a map of name → argument.' },
  text: { kind: 'text', about: 'The message of the user; `{{name}}` is the value of an argument.' },
  messages: { kind: 'messages', about: 'More than one message, instead of `text`.' },
} as const satisfies Keys;

/** The keys of a message of a prompt. */
export const MESSAGE = {
  role: {
    kind: 'own',
    schema: { enum: [...PROMPT_ROLES] },
    about: 'Whose words they are: `user` (the default) or `assistant`.',
  },
  text: { kind: 'text', about: 'The words; `{{name}}` is the value of an argument.' },
} as const satisfies Keys;

/** The keys of an icon. */
export const ICON = {
  src: { kind: 'own', schema: ICON_SOURCE, about: 'The URL: `https://…` or `data:image/…`.' },
  mimeType: { kind: 'text', about: 'The type of the image, such as image/png.' },
  sizes: {
    kind: 'own',
    schema: { anyOf: [{ type: 'array', items: ICON_SIZES }, ICON_SIZES] },
    about: 'Its sizes in pixels, such as 48x48, or any for an SVG.',
  },
  theme: { kind: 'own', schema: { enum: ['light', 'dark'] }, about: 'The background that it is made for.' },
} as const satisfies Keys;

/** The keys of `annotations`. */
export const ANNOTATIONS = {
  title: { kind: 'text', about: 'The name that people see.' },
  readOnlyHint: { kind: 'boolean', about: 'True when the tool changes nothing.' },
  destructiveHint: { kind: 'boolean', about: 'True when the tool may delete or overwrite something.' },
  idempotentHint: {
    kind: 'boolean',
    about: 'True when a second call with the same parameters changes nothing more.',
  },
  openWorldHint: {
    kind: 'boolean',
    about: 'True when the tool uses systems outside of its own data, for example the web.',
  },
} as const satisfies Keys;

/** The keys of `validation`, each another spelling of a JSON Schema keyword. */
export const VALIDATION = {
  pattern: { kind: 'pattern', about: 'A regular expression that the text must match.' },
  min: { kind: 'number', about: 'The smallest number allowed.' },
  max: { kind: 'number', about: 'The greatest number allowed.' },
  min_length: { kind: 'count', about: 'The smallest number of characters.' },
  max_length: { kind: 'count', about: 'The greatest number of characters.' },
  allowed_values: { kind: 'values', about: 'The values that are allowed.' },
} as const satisfies Keys;

/** Every keyword of JSON Schema (draft 2020-12) that may stand in a parameter or inside of one. */
export const KEYWORDS = {
  type: {
    kind: 'types',
    about:
      'string, integer, number, boolean, array, object or null, or a list of them; any value when absent.',
  },
  title: { kind: 'text', about: 'A short name that people see.' },
  description: { kind: 'text', about: 'What the value means.' },
  default: { kind: 'any', about: 'The value that is used when none is given.' },
  examples: { kind: 'values', about: 'Example values.' },
  deprecated: { kind: 'boolean', about: 'True when it should no longer be used.' },
  readOnly: { kind: 'boolean', about: 'True when the value occurs only in results.' },
  writeOnly: { kind: 'boolean', about: 'True when the value never occurs in results.' },
  enum: { kind: 'values', about: 'The values that are allowed.' },
  const: { kind: 'any', about: 'The one value that is allowed.' },
  format: { kind: 'format', about: 'The name of a format, such as date-time, email or uri.' },
  pattern: { kind: 'pattern', about: 'A regular expression that the text must match.' },
  minLength: { kind: 'count', about: 'The smallest number of characters.' },
  maxLength: { kind: 'count', about: 'The greatest number of characters.' },
  minimum: { kind: 'number', about: 'The smallest number allowed.' },
  maximum: { kind: 'number', about: 'The greatest number allowed.' },
  exclusiveMinimum: { kind: 'number', about: 'The number must be greater than this.' },
  exclusiveMaximum: { kind: 'number', about: 'The number must be less than this.' },
  multipleOf: { kind: 'positive', about: 'The number must be a multiple of this.' },
  items: { kind: 'schema', about: 'The schema of the items of an array.' },
  prefixItems: { kind: 'schemas', about: 'The schemas of the first items of an array, in order.' },
  contains: { kind: 'schema', about: 'The schema of at least one item.' },
  minContains: { kind: 'count', about: 'The smallest number of items that match `contains`.' },
  maxContains: { kind: 'count', about: 'The greatest number of items that match `contains`.' },
  minItems: { kind: 'count', about: 'The smallest number of items.' },
  maxItems: { kind: 'count', about: 'The greatest number of items.' },
  uniqueItems: { kind: 'boolean', about: 'True when no two items may be equal.' },
  unevaluatedItems: { kind: 'schema', about: 'The schema of all other items.' },
  properties: { kind: 'schema-map', about: 'The schemas of the members of an object.' },
  patternProperties: { kind: 'schema-map', about: 'The schemas of the members whose names match.' },
  additionalProperties: {
    kind: 'schema',
    about: 'The schema of all other members; false when there may be none.',
  },
  unevaluatedProperties: {
    kind: 'schema',
    about: 'The schema of all other members; false when there may be none.',
  },
  propertyNames: { kind: 'schema', about: 'The schema of the names of the members.' },
  minProperties: { kind: 'count', about: 'The smallest number of members.' },
  maxProperties: { kind: 'count', about: 'The greatest number of members.' },
  required: {
    kind: 'required',
    about: 'True when it must be given. Inside a schema it may also be the list of required members.',
  },
  dependentRequired: { kind: 'name-lists', about: 'The members that another member requires.' },
  dependentSchemas: { kind: 'schema-map', about: 'The schemas that apply when a member is present.' },
  allOf: { kind: 'schemas', about: 'The value must match all of these schemas.' },
  anyOf: { kind: 'schemas', about: 'The value must match at least one of these schemas.' },
  oneOf: { kind: 'schemas', about: 'The value must match exactly one of these schemas.' },
  not: { kind: 'schema', about: 'The value must not match this schema.' },
  if: { kind: 'schema', about: 'The schema that selects `then` when the value matches it, else `else`.' },
  then: { kind: 'schema', about: 'The schema that applies when the value matches `if`.' },
  else: { kind: 'schema', about: 'The schema that applies when the value does not match `if`.' },
  contentEncoding: { kind: 'text', about: 'The encoding of bytes in the text, such as base64.' },
  contentMediaType: { kind: 'text', about: 'The media type of the text.' },
  contentSchema: { kind: 'schema', about: 'The schema of the document in the text.' },
  $defs: { kind: 'schema-map', about: 'Schemas that `$ref` may refer to.' },
  $ref: { kind: 'text', about: 'Another schema of this tool: `#/properties/…`.' },
  $comment: { kind: 'text', about: 'A note for readers of this file.' },
} as const satisfies Keys;

/** The keys of a parameter: the keywords of JSON Schema and those of gantz.yaml. */
export const PARAMETER = {
  name: { kind: 'parameter-name', about: 'The name of the parameter.' },
  ...KEYWORDS,
  required: { kind: 'required', about: 'True when it must be given; false when absent.' },
  secret: {
    kind: 'boolean',
    about: 'In `parameters`: true when the value is a secret. Clients do not see this key.',
  },
  optional: { kind: 'boolean', about: 'In `returns`: true when the field may be missing.' },
  validation: {
    kind: 'validation',
    about: 'Limits of the value under other names than those of JSON Schema.',
  },
} as const satisfies Keys;
