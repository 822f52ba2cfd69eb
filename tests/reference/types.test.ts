import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tool } from '../../lib/contract/manifest.ts';
import { renderMarkdown } from '../../lib/reference/markdown.ts';
import { schemaType } from '../../lib/reference/schema-type.ts';
import { renderTypes } from '../../lib/reference/types.ts';

const TOOL: Tool = {
  name: 'send.mail-2',
  description: 'Sends a mail */ now',
  inputSchema: {
    type: 'object',
    properties: {
      to: { type: 'string' },
      'reply-to': { type: 'string', default: 'a|b' },
      cc: { type: 'array', items: { type: 'string' } },
    },
    required: ['to'],
    additionalProperties: false,
  },
  annotations: { destructiveHint: true },
  environment: {},
  directory: '',
};

describe('schemaType', () => {
  for (const [schema, type] of [
    [{ type: 'string' }, 'string'],
    [{ type: 'integer' }, 'number'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ type: ['integer', 'number'] }, 'number'],
    [{ enum: ['a', 1, null] }, '"a" | 1 | null'],
    [{ const: true }, 'true'],
    [{}, 'unknown'],
    [true, 'unknown'],
    [false, 'never'],
    [{ type: 'array' }, 'unknown[]'],
    [{ type: 'array', items: { type: ['string', 'null'] } }, '(string | null)[]'],
    [{ type: 'object' }, 'Record<string, unknown>'],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>'],
    [{ type: 'object', additionalProperties: false }, 'Record<string, never>'],
    [
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
      '{ a: string }',
    ],
    [{ properties: { 'a-b': {} } }, '{ "a-b"?: unknown } & Record<string, unknown>'],
    [{ anyOf: [{ type: 'string' }, { type: 'boolean' }] }, 'string | boolean'],
    [{ oneOf: [{ type: 'string' }, {}] }, 'unknown'],
    [{ type: ['string', 'number'], allOf: [{ type: 'string' }] }, '(string | number) & string'],
    [{ $ref: '#/$defs/a' }, 'unknown'],
  ] as const) {
    it(`of ${JSON.stringify(schema)} is ${type}`, () => assert.equal(schemaType(schema, 'input'), type));
  }

  it('has members with a default as present only after the check', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', default: '' } },
      additionalProperties: false,
    };
    assert.equal(schemaType(schema, 'input'), '{ a?: string }');
    assert.equal(schemaType(schema, 'checked'), '{ a: string }');
  });
});

describe('renderTypes', () => {
  it('creates type names for tools of any name, and escapes the end of a comment', () => {
    assert.equal(
      renderTypes([TOOL]),
      `/** send.mail-2: Sends a mail *\\/ now */
export type SendMail2Input = { to: string; "reply-to"?: string; cc?: string[] };
export type SendMail2Parameters = { to: string; "reply-to": string; cc?: string[] };
export type SendMail2Result = Record<string, unknown>;

/** Every tool by its name. */
export type Tools = {
  "send.mail-2": { input: SendMail2Input; parameters: SendMail2Parameters; result: SendMail2Result };
};
`,
    );
  });
});

describe('renderMarkdown', () => {
  it('escapes a bar in a table cell', () => {
    const page = renderMarkdown({ name: 'mail' }, [TOOL]);
    assert.match(page, /^\| `reply-to` \| `string` \| default `"a\\\|b"` \|$/m);
    assert.match(page, /^\| `to` \| `string` \| required \|$/m);
    assert.match(page, /gantz call send\.mail-2 '\{"to":"to"/);
  });
});
