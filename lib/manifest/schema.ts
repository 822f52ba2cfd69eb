import {
  ANNOTATIONS,
  HTTP,
  KEYWORDS,
  PARAMETER,
  ROOT,
  SCRIPT,
  SERVER,
  TOOL,
  VALIDATION,
  type Key,
  type Keys,
  type Kind,
} from './keys.ts';
import type { JsonSchema } from './manifest.ts';
import { TYPES } from './parse/types.ts';

/** Where the schema lives in the repository, and under which name editors know it. */
export const SCHEMA_FILE = 'docs/gantz.schema.json';

/** The JSON Schema of gantz.yaml (draft 2020-12) for editors: it accepts whatever loads. */
export function renderSchema(): JsonSchema {
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
      tool: { anyOf: [{ ...objectOf(TOOL), required: ['name'] }, { type: 'string' }] },
      namedTool: nullable(objectOf(TOOL)),
      tools: { anyOf: [listOf('tool'), mapOf('namedTool')] },
      type: TYPE,
      parameter: { ...objectOf(PARAMETER), required: ['name'] },
      namedParameter: { anyOf: [ref('type'), nullable(objectOf(PARAMETER))] },
      parameters: { anyOf: [listOf('parameter'), mapOf('namedParameter'), OBJECT_SCHEMA] },
      validation: objectOf(VALIDATION),
      schema: { anyOf: [{ type: 'boolean' }, ref('type'), nullable(objectOf(KEYWORDS))] },
      annotations: objectOf(ANNOTATIONS),
      script: { anyOf: [{ type: 'string', minLength: 1 }, SCRIPT_FORMS] },
      http: { ...objectOf(HTTP), required: ['url'] },
      server: objectOf(SERVER),
    },
  };
}

/** The text of the schema's file. */
export function renderSchemaFile(): string {
  return `${JSON.stringify(renderSchema(), null, 2)}\n`;
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
const SCRIPT_FORMS = { ...objectOf(SCRIPT), anyOf: [{ required: ['shell'] }, { required: ['command'] }] };

function schemaOf(kind: Kind): JsonSchema {
  switch (kind) {
    case 'text':
    case 'pattern':
      return ref('text');
    case 'interpreter':
      return {
        anyOf: [
          { enum: ['sh', 'bash', 'zsh', 'dash'] },
          { type: 'string', pattern: '^(/usr)?/bin/(sh|bash|zsh|dash)$' },
        ],
      };
    case 'texts':
      return { anyOf: [listOf('text'), ref('text')] };
    case 'text-map':
    case 'query':
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
    case 'handler':
      return { type: 'string', pattern: '^\\s*[A-Za-z_][A-Za-z0-9_.-]*\\.[A-Za-z_$][A-Za-z0-9_$]*\\s*$' };
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
    case 'script':
    case 'http':
    case 'validation':
    case 'schema':
      return ref(kind);
  }
}

function objectOf(keys: Keys): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, propertyOf(key)])),
  };
}

function propertyOf({ kind, about }: Key): JsonSchema {
  const schema = schemaOf(kind);
  return { description: about, ...(kind === 'any' ? schema : nullable(schema)) };
}

/** `key:` with nothing after it counts as not given. */
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

/** A word in any mixture of cases, as a pattern. */
function anyCase(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
