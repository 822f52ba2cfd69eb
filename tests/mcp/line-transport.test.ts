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

  it('writes what was sent before it was closed, and nothing after', async () => {
    const { transport, written } = open();
    void transport.send(answer(1));
    await transport.close();
    await transport.send(answer(2));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(written, [lineOf(1)]);
  });
});
