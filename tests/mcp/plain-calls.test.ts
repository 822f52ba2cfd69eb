import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import type { Result } from '../../lib/contract/envelope.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import type { Inputs, RequestId } from '../../lib/mcp/message.ts';
import { PlainCalls } from '../../lib/mcp/plain-calls.ts';
import { holdRunners } from '../../lib/serving/runners.ts';
import { createServer, plainAnswers } from '../../lib/mcp/server.ts';
import type { CallSettings } from '../../lib/run/runner.ts';
import { runnerOf } from '../helpers/fake-runner.ts';
import { waitFor } from '../helpers/wait.ts';

type Sent = { jsonrpc: string; id?: unknown; result?: unknown };

/** Opens a server with `PlainCalls`. `sent` has what its client received, `seen` the ids that reached the SDK. */
async function open(work: (input: unknown, settings: CallSettings) => Promise<Result>) {
  const sent: Sent[] = [];
  const seen: unknown[] = [];
  const wire: Transport = {
    start: () => Promise.resolve(),
    send: (message) => Promise.resolve(void sent.push(message)),
    close: () => Promise.resolve(wire.onclose?.()),
  };
  const runners = holdRunners(runnerOf(work));
  const inputs: Inputs = new Map();
  const transport = new PlainCalls(wire, plainAnswers(runners, inputs));
  await createServer(runners, { inputs }).connect(transport);
  const passOn = transport.onmessage;
  transport.onmessage = (message) => {
    if ('id' in message) seen.push(message.id);
    passOn?.(message);
  };
  const receive = (message: object): void => {
    wire.onmessage?.({ jsonrpc: '2.0', ...message } as JSONRPCMessage);
  };
  const answer = async (id: RequestId): Promise<Sent | undefined> => {
    const find = (): Sent | undefined => sent.find((message) => message.id === id);
    return await waitFor(find, { what: `an answer to ${id}` });
  };
  return {
    seen,
    sent,
    receive,
    answer,
    call: (id: RequestId, input: Record<string, unknown> = {}, more: object = {}): void => {
      inputs.set(id, () => input);
      receive({ id, method: 'tools/call', params: { name: 'work', ...more } });
    },
    initialize: async (): Promise<void> => {
      const params = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      };
      receive({ id: 'initialize', method: 'initialize', params });
      await answer('initialize');
    },
    close: () => wire.close(),
  };
}

const echo = (input: unknown): Promise<Result> =>
  (input as { fail?: true }).fail
    ? Promise.reject(new GantzError('CONFLICT', 'No'))
    : Promise.resolve({ input });

describe('PlainCalls', () => {
  for (const input of [{ a: [1, null, '"'] }, { fail: true }]) {
    it(`answers ${JSON.stringify(input)} as the SDK does`, async () => {
      const { call, answer, initialize, seen } = await open(echo);
      await initialize();
      call(1, input);
      call(2, input, { _meta: { progressToken: 'p' } });
      const [ours, theirs] = [await answer(1), await answer(2)];
      assert.deepEqual(ours, { ...theirs, id: 1 });
      assert.deepEqual(seen, ['initialize', 2]);
    });
  }

  const others: [what: string, message: object][] = [
    [
      'with a progress token',
      { method: 'tools/call', params: { name: 'work', _meta: { progressToken: 1 } } },
    ],
    ['with members of its own', { method: 'tools/call', params: { name: 'work', task: {} } }],
    ['of an unknown tool', { method: 'tools/call', params: { name: 'nothing' } }],
    ['of a forbidden tool', { method: 'tools/call', params: { name: 'hidden' } }],
    ['without a name', { method: 'tools/call', params: {} }],
    ['without params', { method: 'tools/call' }],
    ['of another method', { method: 'tools/list' }],
  ];
  for (const [what, message] of others) {
    it(`passes a call ${what} to the SDK`, async () => {
      const { receive, answer, initialize, seen } = await open(echo);
      await initialize();
      receive({ id: 'other', ...message });
      await answer('other');
      assert.deepEqual(seen, ['initialize', 'other']);
    });
  }

  it('passes calls to the SDK until it has answered initialize', async () => {
    const { call, answer, seen } = await open(echo);
    call(1);
    await answer(1);
    assert.deepEqual(seen, [1]);
  });

  it('aborts a call that the client cancels, and sends no answer', async () => {
    const reasons: unknown[] = [];
    const { call, receive, answer, initialize, sent } = await open(
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
    call('slow', { wait: true });
    receive({ method: 'notifications/cancelled', params: { requestId: 'slow' } });
    call('next');
    await answer('next');
    assert.equal((reasons[0] as GantzError).code, 'CANCELLED');
    assert.ok(!sent.some(({ id }) => id === 'slow'));
  });

  it('aborts calls in flight when the connection ends', async () => {
    let reason: unknown;
    const { call, initialize, close } = await open(
      (_, { signal }) =>
        new Promise(() => {
          signal?.addEventListener('abort', () => {
            reason = signal.reason as unknown;
          });
        }),
    );
    await initialize();
    call(1);
    await close();
    assert.equal((reason as GantzError).code, 'CANCELLED');
  });

  it('passes the answers to its own requests to the SDK, also under the id of a call', async () => {
    const { receive, answer, initialize, call } = await open(echo);
    await initialize();
    receive({ id: 1, result: {} });
    call(1);
    assert.ok((await answer(1))?.result);
  });
});
