import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
} from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { GantzError } from '../../lib/contract/errors.ts';
import { readMessage, type Inputs } from '../../lib/mcp/message.ts';
import { rawMember } from '../../lib/mcp/raw-member.ts';
import { parseObject } from '../../lib/parameters/parse.ts';

describe('rawMember', () => {
  it('returns the text of the member, for all other members', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), json),
        fc.string(),
        json,
        fc.constantFrom(undefined, 2),
        (others, name, value, indent) => {
          const text = JSON.stringify(
            Object.fromEntries([...Object.entries(others), [name, value]]),
            undefined,
            indent,
          );
          assert.deepEqual(JSON.parse(rawMember(text, name) ?? 'null'), JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });

  it('takes the last of several members of one name, as JSON.parse does', () => {
    assert.equal(rawMember('{"a":1,"a":[2, "}"] ,"b":3}', 'a'), '[2, "}"]');
  });

  it('compares names after their escapes are decoded', () => {
    assert.equal(rawMember(String.raw`{"\u0061rguments":{"x":1}}`, 'arguments'), '{"x":1}');
  });

  it('returns undefined when the member is missing', () => {
    assert.equal(rawMember('{}', 'a'), undefined);
    assert.equal(rawMember('[{"a":1}]', 'a'), undefined);
    assert.equal(rawMember('{"b":{"a":1}}', 'a'), undefined);
  });
});

describe('readMessage', () => {
  it('accepts exactly the messages that the SDK accepts', async () => {
    const id = fc.constantFrom(1, 'a', '', 1.5, 1e300, null, true);
    const params = fc.constantFrom(
      {},
      { name: 't' },
      { name: 1, arguments: [] },
      { _meta: 1 },
      { name: 't', _meta: { traceparent: '00-a', tracestate: 'b=c' } },
      { _meta: { traceparent: 1 } },
      { _meta: { traceparent: '00-a', progressToken: [] } },
      [],
      'text',
      null,
    );
    const message = fc.record(
      {
        jsonrpc: fc.constantFrom('2.0', '1.0'),
        id,
        method: fc.constantFrom('tools/call', 'ping', 1),
        params,
        result: fc.constant({}),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(message, async (value) => {
        const expected =
          isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResultResponse(value);
        assert.equal('message' in (await readMessage(JSON.stringify(value), new Map())), expected);
      }),
      { numRuns: 2000 },
    );
  });

  const call = (input: string, id = '1'): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"t","arguments":${input},"_meta":{"progressToken":7}}}`;

  async function inputOf(text: string): Promise<unknown> {
    const inputs: Inputs = new Map();
    const reading = await readMessage(text, inputs);
    assert.ok('message' in reading, JSON.stringify(reading));
    return inputs.get(1)?.();
  }

  const refused = [
    '{"value":12345678901234567890}',
    '{"a":{"b":[1,3.14159265358979312345]}}',
    '{"value":1e999}',
    `{"value":${'['.repeat(600)}${']'.repeat(600)}}`,
    '[1]',
    'null',
    '"text"',
    '7',
  ];
  for (const input of refused) {
    it(`refuses ${input.slice(0, 40)} as the command line does`, async () => {
      let expected: unknown;
      try {
        parseObject(input);
      } catch (error) {
        expected = error;
      }
      assert.ok(expected instanceof GantzError);
      const { code, message, details, hint } = expected;
      await assert.rejects(inputOf(call(input)), { code, message, details, hint });
    });
  }

  it('moves the parameters out of the message, members like __proto__ included', async () => {
    const inputs: Inputs = new Map();
    const reading = await readMessage(call('{"__proto__":1,"value":-0}'), inputs);
    assert.deepEqual(reading, {
      message: {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 't', _meta: { progressToken: 7 } },
      },
    });
    const input = inputs.get(1)?.() as Record<string, unknown>;
    assert.deepEqual(Object.keys(input), ['__proto__', 'value']);
    assert.ok(Object.is(input['value'], 0));
  });

  it('gives a call without arguments an empty object', async () => {
    assert.deepEqual(
      await inputOf('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}}'),
      {},
    );
  });

  it('keeps parameters when other members lose digits', async () => {
    assert.deepEqual(
      await inputOf(call('{"value":1}').replace('"progressToken":7', '"progressToken":7,"x":1e999')),
      {
        value: 1,
      },
    );
  });

  it('distinguishes ids that differ only in type', async () => {
    const inputs: Inputs = new Map();
    await readMessage(call('{"a":1}', '1'), inputs);
    await readMessage(call('{"a":2}', '"1"'), inputs);
    assert.deepEqual([inputs.get(1)?.(), inputs.get('1')?.()], [{ a: 1 }, { a: 2 }]);
  });

  it('refuses text that is not JSON, and JSON that is not a message, with the codes of JSON-RPC', async () => {
    const codeOf = async (text: string): Promise<unknown> => {
      const reading = await readMessage(text, new Map());
      return 'code' in reading ? reading.code : undefined;
    };
    assert.equal(await codeOf('{"jsonrpc":'), -32700);
    for (const text of [
      '[]',
      '1',
      'null',
      '{}',
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      `[${call('{}')}]`,
    ])
      assert.equal(await codeOf(text), -32600, text);
  });
});
