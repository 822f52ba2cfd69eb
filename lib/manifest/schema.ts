import {
  ANNOTATIONS,
  AUDIT,
  ICON,
  ICON_URL,
  KEYWORDS,
  MESSAGE,
  PARAMETER,
  PROMPT,
  ROOT,
  SERVER,
  toolKeys,
  VALIDATION,
  type Form,
  type Key,
  type Keys,
} from './keys.ts';
import type { JsonSchema } from '../contract/manifest.ts';
import { LONGEST_DESCRIPTION, PARAMETER_NAME, TOOL_NAME } from './definition.ts';
import { loadActionKeys, type LoadedKey } from './parse/action.ts';
import { defaultKeys, loadGuardKeys, type LoadedGuard } from './parse/guards.ts';
import { oldKeys } from './parse/old-spellings.ts';
import { FORMATS } from './parse/formats.ts';
import { TYPES } from './parse/types.ts';
import type { ActionKeys, GuardKeys, ParsedAction } from './tool-key.ts';

/** The file of the schema in the repository. */
export const SCHEMA_FILE = 'docs/gantz.schema.json';

/**
 * Returns the JSON Schema of gantz.yaml (draft 2020-12) for editors. It refuses what the parser reports, warnings included,
 * as far as a schema can express it.
 */
export async function renderSchema({
  actions: table,
  guards: loadGuards,
}: {
  actions: ActionKeys;
  guards: () => Promise<GuardKeys>;
}): Promise<JsonSchema> {
  const guards = await loadGuardKeys(await loadGuards());
  const actions = (await loadActionKeys(table)).filter(({ manifests }) => manifests !== 'bundled');
  const tool = {
    ...objectOf(
      toolKeys(Object.fromEntries(actions.map((action) => [action.key, keyOf(action)])), {
        ...schemaKeys(guards),
        ...oldKeys(),
      }),
    ),
    ...exactlyOne(actions.map(({ key }) => key)),
  };
  const prompt = { ...objectOf(PROMPT), ...exactlyOne(['text', 'messages']) };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gantz.yaml',
    description: 'Tools for people and agents, run by gantz.',
    ...objectOf(ROOT),
    anyOf: [present('tools'), present('include')],
    $defs: titled({
      text: TEXT,
      boolean: BOOLEAN,
      number: NUMBER,
      count: COUNT,
      port: PORT,
      duration: DURATION,
      wait: WAIT,
      size: SIZE,
      env: ENV,
      tool: { ...tool, required: ['name'] },
      namedTool: tool,
      tools: {
        anyOf: [listOf('tool'), { ...mapOf('namedTool'), propertyNames: { pattern: TOOL_NAME.source } }],
      },
      type: TYPE,
      parameter: { ...objectOf(PARAMETER), required: ['name'] },
      namedParameter: { anyOf: [ref('type'), nullable(objectOf(PARAMETER))] },
      parameters: { anyOf: [listOf('parameter'), NAMED_PARAMETERS, OBJECT_SCHEMA] },
      validation: objectOf(VALIDATION),
      schema: { anyOf: [{ type: 'boolean' }, ref('type'), nullable(objectOf(KEYWORDS))] },
      annotations: objectOf(ANNOTATIONS),
      icon: {
        anyOf: [
          { type: 'string', pattern: ICON_URL.source },
          { ...objectOf(ICON), allOf: [present('src')] },
        ],
      },
      icons: { anyOf: [listOf('icon'), ref('icon')] },
      prompt: { ...prompt, required: ['name'] },
      namedPrompt: prompt,
      prompts: {
        anyOf: [listOf('prompt'), { ...mapOf('namedPrompt'), propertyNames: { pattern: TOOL_NAME.source } }],
      },
      message: { ...objectOf(MESSAGE), allOf: [present('text')] },
      messages: { ...listOf('message'), minItems: 1 },
      ...Object.fromEntries(
        actions.filter(({ fields }) => fields).map((action) => [action.key, action.schema()]),
      ),
      ...Object.fromEntries(guards.flatMap(({ key, fields }) => (fields ? [[key, objectOf(fields)]] : []))),
      server: objectOf(SERVER),
      audit: { ...objectOf(AUDIT), allOf: [present('file')] },
      guards: objectOf({ ...schemaKeys(guards), on_redis_failure: onRedisFailure(guards) }),
    }),
  };
}

/** Returns an action as a key of a tool. The schema of an action with fields is one of the `$defs`. */
function keyOf({ key, about, fields, schema }: LoadedKey<ParsedAction>): Key {
  return { kind: 'own', about, schema: fields ? ref(key) : schema() };
}

/** Returns the guards as keys of a map. `false` switches a guard off. */
function schemaKeys(guards: readonly LoadedGuard[]): Keys {
  return Object.fromEntries(
    guards.map(({ key, about, schema, fields }) => [
      key,
      {
        kind: 'own',
        about,
        schema: { anyOf: [schema(), ...(fields ? [ref(key)] : []), { const: false }] },
      } as const,
    ]),
  );
}

function onRedisFailure(guards: readonly LoadedGuard[]): Key {
  const names = guards.filter(({ withoutRedis }) => withoutRedis === 'fail').map(({ key }) => key);
  const about = '`skip` runs the call without this guard, `fail` refuses it (the default).';
  const choice = { kind: 'own', about, schema: { enum: ['skip', 'fail'] } } as const;
  const choices = Object.fromEntries(names.map((name) => [name, choice]));
  return {
    kind: 'own',
    about: defaultKeys(guards)['on_redis_failure']?.about ?? '',
    schema: objectOf(choices),
  };
}

const TEXT = { type: ['string', 'number', 'boolean'] };
const BOOLEAN = {
  anyOf: [
    { type: 'boolean' },
    { enum: [...'yes no on off true false'.split(' ')] },
    {
      type: 'string',
      pattern: '^([Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$',
    },
  ],
};
const DECIMAL = '^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?$';
const NUMBER = { anyOf: [{ type: 'number' }, { type: 'string', pattern: DECIMAL }] };
const POSITIVE = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'string', pattern: DECIMAL },
  ],
};
const COUNT = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: DECIMAL },
  ],
};
const PORT = {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 65535 },
    { type: 'string', pattern: '^[0-9]{1,5}$' },
  ],
};
const AMOUNT = '[0-9]+(\\.[0-9]+)?';
const DURATION_TEXT = {
  type: 'string',
  pattern: `^\\s*(${AMOUNT}|(${AMOUNT}(ms|s|m|h|d))+)\\s*$`,
};
const DURATION = {
  anyOf: [{ type: 'number', exclusiveMinimum: 0 }, DURATION_TEXT],
  examples: [30, '30s', '1m30s', '500ms'],
};
const WAIT = { anyOf: [{ type: 'number', minimum: 0 }, DURATION_TEXT], examples: [0, '5s', '1m'] };
const SIZE = {
  anyOf: [
    { type: 'number', minimum: 1 },
    { type: 'string', pattern: `^\\s*${AMOUNT}\\s*([kKmMgG][iI]?[bB]|[bB])?\\s*$` },
  ],
  examples: ['10MiB', '512KiB'],
};
const TEXT_OR_NOTHING = { type: ['string', 'number', 'boolean', 'null'] };
const VARIABLES = {
  type: 'object',
  propertyNames: { pattern: '^[^=\\s]+$' },
  additionalProperties: TEXT_OR_NOTHING,
};
const ENV = {
  anyOf: [VARIABLES, { type: 'array', items: { anyOf: [{ ...TEXT, pattern: '^[^=\\s]' }, VARIABLES] } }],
};
const TYPE_NAME = {
  anyOf: [
    { enum: ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] },
    { type: 'string', pattern: `^\\s*(${Object.keys(TYPES).map(anyCase).join('|')})\\s*$` },
  ],
};
const TYPE = {
  anyOf: [TYPE_NAME, { type: 'array', minItems: 1, items: { anyOf: [TYPE_NAME, { type: 'null' }] } }],
};
const NAMED_PARAMETERS = {
  ...mapOf('namedParameter'),
  propertyNames: { pattern: PARAMETER_NAME.source },
};
const OBJECT_SCHEMA = {
  type: 'object',
  properties: { type: { const: 'object' }, properties: NAMED_PARAMETERS, required: listOf('text') },
  required: ['type', 'properties'],
};

function schemaOf(form: Form): JsonSchema {
  switch (form) {
    case 'text':
      return ref('text');
    case 'tool-name':
      return { ...TEXT, pattern: TOOL_NAME.source };
    case 'parameter-name':
      return { ...TEXT, pattern: PARAMETER_NAME.source };
    case 'tool-description':
      return { ...TEXT, maxLength: LONGEST_DESCRIPTION };
    case 'format':
      return { enum: [...FORMATS] };
    case 'pattern':
      return { ...TEXT, format: 'regex' };
    case 'positive':
      return POSITIVE;
    case 'texts':
      return { anyOf: [listOf('text'), ref('text')] };
    case 'text-map':
      return { type: 'object', additionalProperties: TEXT_OR_NOTHING };
    case 'boolean':
      return ref('boolean');
    case 'number':
    case 'count':
    case 'port':
    case 'duration':
    case 'wait':
    case 'size':
      return ref(form);
    case 'any':
      return {};
    case 'values':
      return { type: 'array', minItems: 1 };
    case 'include':
      return { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
    case 'toolsets':
      return { type: 'object', additionalProperties: { anyOf: [listOf('text'), TEXT_OR_NOTHING] } };
    case 'tests':
      return { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }] };
    case 'required':
      return { anyOf: [ref('boolean'), listOf('text')] };
    case 'types':
      return ref('type');
    case 'schemas':
      return { ...listOf('schema'), minItems: 1 };
    case 'schema-map':
      return mapOf('schema');
    case 'name-lists':
      return { type: 'object', additionalProperties: listOf('text') };
    case 'env':
    case 'server':
    case 'audit':
    case 'guards':
    case 'tools':
    case 'parameters':
    case 'annotations':
    case 'icons':
    case 'prompts':
    case 'messages':
    case 'validation':
    case 'schema':
      return ref(form);
  }
}

/** Returns the schema of a map with these keys. */
export function objectOf(keys: Keys): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, propertyOf(name, key)])),
    // Keys for notes and YAML anchors.
    patternProperties: { '^(x-|\\.)': true },
    additionalProperties: false,
  };
}

function propertyOf(name: string, key: Key): JsonSchema {
  const schema = key.kind === 'own' ? key.schema : schemaOf(key.kind);
  return { title: name, description: key.about, ...(key.kind === 'any' ? schema : nullable(schema)) };
}

/** Returns keywords that require exactly one of these keys; one without a value is ignored. */
export function exactlyOne(keys: readonly string[]): JsonSchema {
  const [only, ...others] = keys.map((key) => present(key));
  return others.length === 0 ? { allOf: [only] } : { oneOf: [only, ...others] };
}

/** Returns keywords that require all of these keys with a value. */
export function present(...keys: readonly string[]): JsonSchema {
  return {
    required: keys,
    properties: Object.fromEntries(keys.map((key) => [key, { not: { type: 'null' } }])),
  };
}

/** Returns schemas whose titles are their names, which editors show. */
function titled(schemas: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { title: name, ...schema }]),
  );
}

/** Returns a schema that also accepts null: a key without a value is ignored. */
function nullable(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

function ref(name: string): JsonSchema {
  return { $ref: `#/$defs/${name}` };
}

function listOf(name: string): JsonSchema {
  return { type: 'array', items: ref(name) };
}

function mapOf(name: string): JsonSchema {
  return { type: 'object', additionalProperties: ref(name) };
}

/** Returns a pattern that matches a word in upper, lower or mixed case. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
