import {
  ANNOTATIONS,
  KEYWORDS,
  PARAMETER,
  ROOT,
  SERVER,
  toolKeys,
  VALIDATION,
  type Form,
  type Key,
  type Keys,
} from './keys.ts';
import type { JsonSchema } from '../contract/manifest.ts';
import { loadActionKeys, type LoadedKey } from './parse/action.ts';
import { TYPES } from './parse/types.ts';
import type { ActionKeys, ParsedAction } from './tool-key.ts';

/** The file of the schema in the repository. */
export const SCHEMA_FILE = 'docs/gantz.schema.json';

/** Returns the JSON Schema of gantz.yaml (draft 2020-12) for editors. It accepts every manifest that loads. */
export async function renderSchema(table: ActionKeys): Promise<JsonSchema> {
  const actions = (await loadActionKeys(table)).filter(({ manifests }) => manifests !== 'bundled');
  const tool = toolKeys(Object.fromEntries(actions.map((action) => [action.key, keyOf(action)])));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'gantz.yaml',
    description: 'Tools for people and agents, run by gantz.',
    ...objectOf(ROOT),
    $defs: {
      text: TEXT,
      boolean: BOOLEAN,
      number: NUMBER,
      duration: { ...NUMBER, examples: [30, '30s', '1m30s', '500ms'] },
      env: ENV,
      tool: { anyOf: [{ ...objectOf(tool), required: ['name'] }, { type: 'string' }] },
      namedTool: nullable(objectOf(tool)),
      tools: { anyOf: [listOf('tool'), mapOf('namedTool')] },
      type: TYPE,
      parameter: { ...objectOf(PARAMETER), required: ['name'] },
      namedParameter: { anyOf: [ref('type'), nullable(objectOf(PARAMETER))] },
      parameters: { anyOf: [listOf('parameter'), mapOf('namedParameter'), OBJECT_SCHEMA] },
      validation: objectOf(VALIDATION),
      schema: { anyOf: [{ type: 'boolean' }, ref('type'), nullable(objectOf(KEYWORDS))] },
      annotations: objectOf(ANNOTATIONS),
      ...Object.fromEntries(
        actions.filter(({ fields }) => fields).map((action) => [action.key, action.schema()]),
      ),
      server: objectOf(SERVER),
    },
  };
}

/** Returns an action as a key of a tool. The schema of an action with fields is one of the `$defs`. */
function keyOf({ key, about, fields, schema }: LoadedKey<ParsedAction>): Key {
  return { kind: 'own', about, schema: fields ? ref(key) : schema() };
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
const NUMBER = { anyOf: [{ type: 'number' }, { type: 'string', pattern: '[0-9]' }] };
const TEXT_OR_NOTHING = { type: ['string', 'number', 'boolean', 'null'] };
const ENV = {
  anyOf: [
    { type: 'object', additionalProperties: TEXT_OR_NOTHING },
    { type: 'array', items: { anyOf: [TEXT, { type: 'object', additionalProperties: TEXT_OR_NOTHING }] } },
  ],
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
const OBJECT_SCHEMA = {
  type: 'object',
  properties: { type: { const: 'object' }, properties: mapOf('namedParameter'), required: listOf('text') },
  required: ['type', 'properties'],
};

function schemaOf(form: Form): JsonSchema {
  switch (form) {
    case 'text':
    case 'pattern':
      return ref('text');
    case 'texts':
      return { anyOf: [listOf('text'), ref('text')] };
    case 'text-map':
      return { type: 'object', additionalProperties: TEXT_OR_NOTHING };
    case 'boolean':
      return ref('boolean');
    case 'number':
    case 'count':
    case 'port':
      return ref('number');
    case 'duration':
      return ref('duration');
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
    case 'tools':
    case 'parameters':
    case 'annotations':
    case 'validation':
    case 'schema':
      return ref(form);
  }
}

/** Returns the schema of a map with these keys. */
export function objectOf(keys: Keys): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, propertyOf(key)])),
  };
}

function propertyOf(key: Key): JsonSchema {
  const schema = key.kind === 'own' ? key.schema : schemaOf(key.kind);
  return { description: key.about, ...(key.kind === 'any' ? schema : nullable(schema)) };
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
