import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineTransport } from '../../lib/mcp/line-transport.ts';

describe('LineTransport', () => {
  const answer = (id: number) => ({ jsonrpc: '2.0' as const, id, result: {} });
  const lineOf = (id: number): string => `${JSON.stringify(answer(id))}\n`;

  function open(): { transport: LineTransport; written: string[] } {
    const written: string[] = [];
    const transport = new LineTransport({
      input: (async function* () {})(),
      write: (text) => written.push(text),
      inputs: new Map(),
    });
    return { transport, written };
  }

  it('writes messages of one turn together, in their order', async () => {
    const { transport, written } = open();
    await Promise.all([1, 2, 3].map((id) => transport.send(answer(id))));
    await new Promise((resolve) => setImmediate(resolve));
    await transport.send(answer(4));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(written, [lineOf(1) + lineOf(2) + lineOf(3), lineOf(4)]);
  });

  it('reads on only after large calls are answered or cancelled', async () => {
    const received: unknown[] = [];
    const call = (id: number, size: number): string =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'a', arguments: { text: 'x'.repeat(size) } } })}\n`;
    const cancel = `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } })}\n`;
    const large = 20_000;
    const lines = [call(1, large), call(2, large), cancel, call(3, large), call(4, 10), call(5, large)];
    const transport = new LineTransport({
      input: (async function* () {
        yield* await Promise.resolve(lines);
      })(),
      write: () => true,
      inputs: new Map(),
      // Two large calls.
      maxHeld: 40_000,
    });
    transport.onmessage = (message) => void received.push('id' in message ? message.id : 'cancelled');
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await transport.start();
    await turns();
    assert.deepEqual(received, [1, 2]);
    await transport.send(answer(1));
    await turns();
    // The cancellation of 2 makes place for 3 and 5; 4 is not large.
    assert.deepEqual(received, [1, 2, 'cancelled', 3, 4, 5]);
    await transport.close();
  });

  it('writes what was sent before it was closed, and nothing after', async () => {
    const { transport, written } = open();
    void transport.send(answer(1));
    await transport.close();
    await transport.send(answer(2));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(written, [lineOf(1)]);
  });
});
