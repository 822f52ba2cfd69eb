import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { success } from '../../lib/envelope.ts';
import { envelopeAnswer, send } from '../../lib/http/answer.ts';

describe('send', () => {
  it('says the length in bytes', async () => {
    const server = createServer((_, outgoing) => {
      send(outgoing, envelopeAnswer(200, success({ value: 'für 😀' })));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const text = await response.text();
    assert.equal(text, '{"result":{"success":true,"value":"für 😀"}}');
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
    server.close();
  });
});
