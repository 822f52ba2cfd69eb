import type { JsonSchema } from '../contract/manifest.ts';

/**
 * The form of what stands under a key. schema.ts has a JSON Schema for each, and parse/ a function that parses it.
 * `key:` with nothing after it counts as not given, except for `any`.
 */
export type Form =
  | 'text'
  | 'texts'
  | 'text-map'
  | 'boolean'
  | 'number'
  | 'count'
  | 'port'
  | 'duration'
  | 'any'
  | 'values'
  | 'env'
  | 'include'
  | 'toolsets'
  | 'server'
  | 'tools'
  | 'parameters'
  | 'annotations'
  | 'tests'
  | 'required'
  | 'validation'
  | 'types'
  | 'schema'
  | 'schemas'
  | 'schema-map'
  | 'pattern'
  | 'name-lists';

/** A key: its form, or a JSON Schema of its own, and what it is for. */
export type Key = { readonly about: string } & (
  { readonly kind: Form } | { readonly kind: 'own'; readonly schema: JsonSchema }
);

/** The keys of one kind of map. */
export type Keys = Readonly<Record<string, Key>>;

/** The keys of a gantz.yaml. */
export const ROOT = {
  name: { kind: 'text', about: 'What this set of tools is called.' },
  description: { kind: 'text', about: 'What it is for.' },
  version: { kind: 'text', about: 'Its version.' },
  server: { kind: 'server', about: 'Where `gantz run` and `gantz serve` listen.' },
  env: {
    kind: 'env',
    about: 'Variables for every tool: a map, a list of names to pass on, or a list of NAME=value.',
  },
  include: {
    kind: 'include',
    about: 'Other manifests whose tools belong to this one; `builtin:redis` for the Redis tools.',
  },
  tools: { kind: 'tools', about: 'The tools: a list, or a map of name → tool.' },
  toolsets: { kind: 'toolsets', about: 'Named lists of tool names; `*` and `?` are wildcards.' },
} as const satisfies Keys;

/** The keys of `server`. */
export const SERVER = {
  host: { kind: 'text', about: 'The address to listen on.' },
  port: { kind: 'port', about: 'The port to listen on; 0 takes a free one.' },
} as const satisfies Keys;

/** The keys that every tool may have, whatever it does. */
export const TOOL = {
  name: { kind: 'text', about: 'What the tool is called: letters, digits, `_`, `-` and `.`.' },
  title: { kind: 'text', about: 'Its name for a person.' },
  description: { kind: 'text', about: 'What it does, for the person or model that chooses it.' },
  parameters: { kind: 'parameters', about: 'What it takes: a list, or a map of name → parameter.' },
  returns: { kind: 'parameters', about: 'The fields of its result, present unless `optional: true`.' },
  annotations: {
    kind: 'annotations',
    about: 'What a client should know before it calls: does it only read, may it be repeated.',
  },
  timeout: { kind: 'duration', about: 'How long a call may take: `30` (seconds), `30s`, `1m30s`, `500ms`.' },
  environment: { kind: 'env', about: 'Variables for this tool, over those of the root.' },
  tests: { kind: 'tests', about: 'Calls with what they must give, for `gantz test`.' },
  test: { kind: 'tests', about: 'The same as `tests`.' },
} as const satisfies Keys;

/** All keys of a tool: those of the actions stand between its description and its limits. */
export function toolKeys(actions: Keys): typeof TOOL & Keys {
  const { timeout, environment, tests, test, ...first } = TOOL;
  return { ...first, ...actions, timeout, environment, tests, test };
}

/** The keys of `annotations`. */
export const ANNOTATIONS = {
  title: { kind: 'text', about: 'Its name for a person.' },
  readOnlyHint: { kind: 'boolean', about: 'It changes nothing.' },
  destructiveHint: { kind: 'boolean', about: 'It may destroy or overwrite something.' },
  idempotentHint: { kind: 'boolean', about: 'A second call with the same parameters changes nothing more.' },
  openWorldHint: { kind: 'boolean', about: 'It deals with a world beyond its own data.' },
} as const satisfies Keys;

/** The keys of `validation`, each another spelling of a JSON Schema keyword. */
export const VALIDATION = {
  pattern: { kind: 'pattern', about: 'A regular expression that the text matches.' },
  min: { kind: 'number', about: 'The least number.' },
  max: { kind: 'number', about: 'The greatest number.' },
  min_length: { kind: 'count', about: 'The least number of characters.' },
  max_length: { kind: 'count', about: 'The greatest number of characters.' },
  allowed_values: { kind: 'values', about: 'The only values.' },
} as const satisfies Keys;

/** Every keyword of JSON Schema (draft 2020-12) that may stand in a parameter or inside of one. */
export const KEYWORDS = {
  type: {
    kind: 'types',
    about:
      'string, integer, number, boolean, array, object or null, or a list of them; any value when absent.',
  },
  title: { kind: 'text', about: 'A short name for a person.' },
  description: { kind: 'text', about: 'What it is.' },
  default: { kind: 'any', about: 'The value when none is given.' },
  examples: { kind: 'values', about: 'Values that show what is meant.' },
  deprecated: { kind: 'boolean', about: 'Better not used any more.' },
  readOnly: { kind: 'boolean', about: 'Only given back.' },
  writeOnly: { kind: 'boolean', about: 'Never given back.' },
  enum: { kind: 'values', about: 'The only values.' },
  const: { kind: 'any', about: 'The only value.' },
  format: { kind: 'text', about: 'A named form such as date-time, email or uri.' },
  pattern: { kind: 'pattern', about: 'A regular expression that the text matches.' },
  minLength: { kind: 'count', about: 'The least number of characters.' },
  maxLength: { kind: 'count', about: 'The greatest number of characters.' },
  minimum: { kind: 'number', about: 'The least number.' },
  maximum: { kind: 'number', about: 'The greatest number.' },
  exclusiveMinimum: { kind: 'number', about: 'The number that it is above.' },
  exclusiveMaximum: { kind: 'number', about: 'The number that it is below.' },
  multipleOf: { kind: 'number', about: 'The number of which it is a multiple.' },
  items: { kind: 'schema', about: 'What the items of an array are.' },
  prefixItems: { kind: 'schemas', about: 'What the first items of an array are, one by one.' },
  contains: { kind: 'schema', about: 'What at least one item is.' },
  minContains: { kind: 'count', about: 'How many items `contains` holds for, at least.' },
  maxContains: { kind: 'count', about: 'How many items `contains` holds for, at most.' },
  minItems: { kind: 'count', about: 'The least number of items.' },
  maxItems: { kind: 'count', about: 'The greatest number of items.' },
  uniqueItems: { kind: 'boolean', about: 'No item twice.' },
  unevaluatedItems: { kind: 'schema', about: 'What all other items are.' },
  properties: { kind: 'schema-map', about: 'What the members of an object are.' },
  patternProperties: { kind: 'schema-map', about: 'What the members are whose names match.' },
  additionalProperties: { kind: 'schema', about: 'What all other members are; false for none.' },
  unevaluatedProperties: { kind: 'schema', about: 'What all other members are; false for none.' },
  propertyNames: { kind: 'schema', about: 'What the names of the members are.' },
  minProperties: { kind: 'count', about: 'The least number of members.' },
  maxProperties: { kind: 'count', about: 'The greatest number of members.' },
  required: {
    kind: 'required',
    about: 'Whether it must be given; inside a schema also the list of required members.',
  },
  dependentRequired: { kind: 'name-lists', about: 'The members that another member requires.' },
  dependentSchemas: { kind: 'schema-map', about: 'What holds when a member is there.' },
  allOf: { kind: 'schemas', about: 'All of these hold.' },
  anyOf: { kind: 'schemas', about: 'At least one of these holds.' },
  oneOf: { kind: 'schemas', about: 'Exactly one of these holds.' },
  not: { kind: 'schema', about: 'This does not hold.' },
  if: { kind: 'schema', about: 'Decides between `then` and `else`.' },
  then: { kind: 'schema', about: 'Holds when `if` does.' },
  else: { kind: 'schema', about: 'Holds when `if` does not.' },
  contentEncoding: { kind: 'text', about: 'How the text encodes bytes.' },
  contentMediaType: { kind: 'text', about: 'What kind of document the text is.' },
  contentSchema: { kind: 'schema', about: 'What the document in the text is.' },
  $defs: { kind: 'schema-map', about: 'Schemas to refer to.' },
  $ref: { kind: 'text', about: 'Another schema of this tool: `#/properties/…`.' },
  $comment: { kind: 'text', about: 'A note for whoever reads this file.' },
} as const satisfies Keys;

/** The keys of a parameter: all of JSON Schema, and what this file adds. */
export const PARAMETER = {
  name: { kind: 'text', about: 'What it is called.' },
  ...KEYWORDS,
  required: { kind: 'required', about: 'Whether it must be given; false when absent.' },
  optional: { kind: 'boolean', about: 'In `returns`: whether the field may be missing.' },
  validation: { kind: 'validation', about: 'Limits in the spelling of the Gantz articles.' },
} as const satisfies Keys;

/** Keys that people write in place of others too different for a guess; the first one that the map has is meant. */
export const MEANT: Readonly<Record<string, readonly string[]>> = {
  desc: ['description'],
  params: ['parameters', 'query'],
  arguments: ['parameters', 'args'],
  inputs: ['parameters'],
  inputSchema: ['parameters'],
  input_schema: ['parameters'],
  output: ['returns'],
  outputs: ['returns'],
  outputSchema: ['returns'],
  output_schema: ['returns'],
  shell: ['script: { shell: … }'],
  command: ['script: { command: … }'],
  args: ['script: { args: … }'],
  url: ['http: { url: … }'],
  cmd: ['command', 'script'],
  exec: ['script'],
  run: ['script', 'shell'],
  cwd: ['working_dir'],
  dir: ['working_dir'],
  workdir: ['working_dir'],
  input: ['stdin', 'parameters'],
  json: ['body'],
  data: ['body'],
  min: ['minimum'],
  max: ['maximum'],
  min_length: ['minLength'],
  max_length: ['maxLength'],
  allowed_values: ['enum'],
  choices: ['enum', 'allowed_values'],
  options: ['enum', 'allowed_values'],
  values: ['enum', 'allowed_values'],
  enum: ['allowed_values'],
  regex: ['pattern'],
  env: ['environment'],
  environment: ['env'],
};
