import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SUPPORTED_PROTOCOL_VERSIONS, type JSONRPCMessage } from '@modelcontextprotocol/server';
import type { Result } from '../../lib/contract/envelope.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import { PLAIN_VERSIONS, plainAnswers } from '../../lib/mcp/answers.ts';
import type { Inputs, RequestId } from '../../lib/mcp/message.ts';
import { PlainRequests } from '../../lib/mcp/plain-requests.ts';
import { holdRunners, wrapRunners } from '../../lib/serving/runners.ts';
import { createServer } from '../../lib/mcp/server.ts';
import type { CallSettings } from '../../lib/run/runner.ts';
import { runnerOf } from '../helpers/fake-runner.ts';
import { waitFor } from '../helpers/wait.ts';

const METHODS = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'];

type Sent = { jsonrpc: string; id?: unknown; method?: string; result?: unknown };

const PARAMS = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
};

/** Opens a connection. `sent` has what its client received, `seen` what reached the SDK: ids, and methods of notifications; `refused` the names of refused calls. */
function open(work: (input: unknown, settings: CallSettings) => Promise<Result>) {
  const sent: Sent[] = [];
  const seen: unknown[] = [];
  const wire: ConstructorParameters<typeof PlainRequests>[0] = {
    send: (message) => Promise.resolve(void sent.push(message)),
    close: () => Promise.resolve(wire.onclose?.()),
  };
  const refused: string[] = [];
  const runners = wrapRunners(holdRunners(runnerOf(work)), (runner) => ({
    ...runner,
    find(name) {
      try {
        return runner.find(name);
      } catch (error) {
        refused.push(name);
        throw error;
      }
    },
  }));
  const inputs: Inputs = new Map();
  const plain = new PlainRequests(wire, plainAnswers(runners, inputs), async (transport) => {
    await createServer(runners, { inputs }).connect(transport);
    const passOn = transport.onmessage;
    transport.onmessage = (message) => {
      seen.push('id' in message ? message.id : 'method' in message && message.method);
      passOn?.(message);
    };
  });
  // The reader of the connection also waits for each message.
  let reading: void | Promise<void>;
  const receive = async (message: object): Promise<void> => {
    await reading;
    await (reading = wire.onmessage?.({ jsonrpc: '2.0', ...message } as JSONRPCMessage));
  };
  const answer = async (id: RequestId): Promise<Sent | undefined> => {
    const find = (): Sent | undefined => sent.find((message) => message.id === id);
    return await waitFor(find, { what: `an answer to ${id}` });
  };
  return {
    plain,
    seen,
    sent,
    refused,
    receive,
    answer,
    call: async (id: RequestId, input: Record<string, unknown> = {}, more: object = {}): Promise<void> => {
      inputs.set(id, () => input);
      await receive({ id, method: 'tools/call', params: { name: 'work', ...more } });
    },
    initialize: async (params: object = PARAMS): Promise<void> => {
      await receive({ id: 'initialize', method: 'initialize', params });
      await answer('initialize');
    },
    close: () => wire.close(),
  };
}

const echo = (input: unknown): Promise<Result> =>
  (input as { fail?: true }).fail
    ? Promise.reject(new GantzError('CONFLICT', 'No'))
    : Promise.resolve({ input });

describe('PlainRequests', () => {
  for (const input of [{ a: [1, null, '"'] }, { fail: true }]) {
    it(`answers ${JSON.stringify(input)} as the SDK does`, async () => {
      const { call, answer, initialize, seen } = open(echo);
      await initialize();
      await call(1, input);
      assert.deepEqual(seen, []);
      await call(2, input, { _meta: { progressToken: 'p' } });
      const [ours, theirs] = [await answer(1), await answer(2)];
      assert.deepEqual(ours, { ...theirs, id: 1 });
      assert.deepEqual(seen, ['initialize', 'notifications/initialized', 2]);
    });
  }

  it('answers a call with the trace of its caller as the SDK does, and passes the trace on', async () => {
    const { call, answer, initialize, seen } = open((_, { origin }) =>
      Promise.resolve({ carriers: origin?.carriers }),
    );
    await initialize();
    const trace = { traceparent: '00-a', tracestate: 'b=c' };
    await call(1, {}, { _meta: trace });
    assert.deepEqual(seen, []);
    await call(2, {}, { _meta: { ...trace, progressToken: 'p' } });
    const [ours, theirs] = [await answer(1), await answer(2)];
    assert.deepEqual(ours?.result, {
      content: [{ type: 'text', text: JSON.stringify({ success: true, carriers: [trace] }) }],
      structuredContent: { success: true, carriers: [trace] },
    });
    assert.deepEqual(Object.keys(ours.result), Object.keys(theirs?.result ?? {}));
  });

  it('knows the versions that the SDK knows', () => {
    assert.deepEqual(PLAIN_VERSIONS, SUPPORTED_PROTOCOL_VERSIONS);
  });

  for (const protocolVersion of PLAIN_VERSIONS) {
    it(`answers initialize of version ${protocolVersion} and the requests after it as the SDK does`, async () => {
      const { initialize, receive, answer, seen, sent } = open(echo);
      await initialize({ ...PARAMS, protocolVersion });
      await receive({ method: 'notifications/initialized' });
      await receive({ id: 1, method: 'ping' });
      for (const method of METHODS) await receive({ id: method, method });
      assert.deepEqual(seen, []);
      const theirs = open(echo);
      // The SDK answers after a message that it must answer.
      await theirs.receive({ id: 0, method: 'tools/list' });
      await theirs.initialize({ ...PARAMS, protocolVersion });
      await theirs.receive({ id: 1, method: 'ping', params: { _meta: {} } });
      for (const method of METHODS) await theirs.receive({ id: method, method, params: { _meta: {} } });
      assert.deepEqual(await answer('initialize'), await theirs.answer('initialize'));
      assert.deepEqual(await answer(1), await theirs.answer(1));
      for (const method of METHODS) assert.deepEqual(await answer(method), await theirs.answer(method));
      assert.deepEqual(theirs.seen, [0, 'initialize', 1, ...METHODS]);
      assert.equal(sent.length, 2 + METHODS.length);
    });
  }

  const greetings: [what: string, params: object][] = [
    ['another version', { ...PARAMS, protocolVersion: '1999-01-01' }],
    ['a title', { ...PARAMS, clientInfo: { name: 't' } }],
    ['no capabilities', { protocolVersion: '2025-11-25', clientInfo: PARAMS.clientInfo }],
  ];
  for (const [what, params] of greetings) {
    it(`passes an initialize with ${what} to the SDK`, async () => {
      const { initialize, call, answer, seen, sent } = open(echo);
      await initialize(params);
      await call(1);
      await answer(1);
      // A call is answered here when the SDK has accepted initialize.
      assert.deepEqual(seen, what === 'another version' ? ['initialize'] : ['initialize', 1]);
      assert.equal(sent.length, 2);
    });
  }

  it('notifies the client of new lists until the SDK is opened', async () => {
    const { plain, initialize, receive, sent } = open(echo);
    plain.listsChanged();
    assert.equal(sent.length, 0);
    await initialize();
    plain.listsChanged();
    assert.deepEqual(
      sent.slice(1).map(({ method }) => method),
      ['tools', 'prompts', 'resources'].map((list) => `notifications/${list}/list_changed`),
    );
    await receive({ id: 1, method: 'ping', params: { _meta: {} } });
    const { length } = sent;
    plain.listsChanged();
    assert.equal(sent.length, length);
  });

  it('drops notifications that are about nothing, and a second initialize is for the SDK', async () => {
    const { initialize, receive, answer, seen, sent } = open(echo);
    await receive({ method: 'notifications/cancelled', params: { requestId: 7 } });
    await initialize();
    await receive({ method: 'notifications/roots/list_changed' });
    assert.deepEqual(seen, []);
    await receive({ id: 'again', method: 'initialize', params: PARAMS });
    await answer('again');
    assert.deepEqual(seen, ['initialize', 'notifications/initialized', 'again']);
    assert.equal(sent.length, 2);
  });

  const others: [what: string, message: object][] = [
    [
      'with a progress token',
      { method: 'tools/call', params: { name: 'work', _meta: { progressToken: 1 } } },
    ],
    [
      'with a trace and a version',
      { method: 'tools/call', params: { name: 'work', _meta: { traceparent: '00-', 'a/b': 1 } } },
    ],
    [
      'with a trace that is no text',
      { method: 'tools/call', params: { name: 'work', _meta: { traceparent: 1 } } },
    ],
    ['of ping with a trace', { method: 'ping', params: { _meta: { traceparent: '00-' } } }],
    ['with members of its own', { method: 'tools/call', params: { name: 'work', task: {} } }],
    ['of an unknown tool', { method: 'tools/call', params: { name: 'nothing' } }],
    ['of a forbidden tool', { method: 'tools/call', params: { name: 'hidden' } }],
    ['without a name', { method: 'tools/call', params: {} }],
    ['without params', { method: 'tools/call' }],
    ['of another method', { method: 'resources/read', params: { uri: 'gantz://docs/work' } }],
    ['of tools/list with a cursor', { method: 'tools/list', params: { cursor: '' } }],
  ];
  for (const [what, message] of others) {
    it(`passes a call ${what} to the SDK`, async () => {
      const { receive, answer, initialize, seen } = open(echo);
      await initialize();
      await receive({ id: 'other', ...message });
      await answer('other');
      assert.deepEqual(seen, ['initialize', 'notifications/initialized', 'other']);
    });
  }

  it('looks up a refused tool once, and none for a list, because each refusal is counted as a failed call', async () => {
    const { receive, answer, initialize, refused } = open(echo);
    await initialize();
    for (const method of METHODS) await receive({ id: method, method });
    assert.deepEqual(refused, []);
    await receive({ id: 1, method: 'tools/call', params: { name: 'hidden' } });
    await answer(1);
    assert.deepEqual(refused, ['hidden']);
  });

  it('passes calls to the SDK until initialize was answered', async () => {
    const { call, answer, seen } = open(echo);
    await call(1);
    await answer(1);
    assert.deepEqual(seen, [1]);
  });

  it('aborts a call that the client cancels, and sends no answer', async () => {
    const reasons: unknown[] = [];
    const { call, receive, answer, initialize, sent } = open(
      (input, { signal }) =>
        new Promise((resolve) => {
          if (!(input as { wait?: true }).wait) resolve({});
          signal?.addEventListener('abort', () => {
            reasons.push(signal.reason);
            resolve({});
          });
        }),
    );
    await initialize();
    await call('slow', { wait: true });
    await receive({ method: 'notifications/cancelled', params: { requestId: 'slow' } });
    await call('next');
    await answer('next');
    assert.equal((reasons[0] as GantzError).code, 'CANCELLED');
    assert.ok(!sent.some(({ id }) => id === 'slow'));
  });

  it('aborts calls in flight when the connection ends', async () => {
    let reason: unknown;
    const { call, initialize, close } = open(
      (_, { signal }) =>
        new Promise(() => {
          signal?.addEventListener('abort', () => {
            reason = signal.reason as unknown;
          });
        }),
    );
    await initialize();
    await call(1);
    await close();
    assert.equal((reason as GantzError).code, 'CANCELLED');
  });

  it('passes the answers to its own requests to the SDK, also under the id of a call', async () => {
    const { receive, answer, initialize, call } = open(echo);
    await initialize();
    await receive({ id: 1, result: {} });
    await call(1);
    assert.ok((await answer(1))?.result);
  });
});
