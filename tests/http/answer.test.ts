import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { success } from '../../lib/contract/envelope.ts';
import { envelopeAnswer, send } from '../../lib/http/answer.ts';
import { nextEvent } from '../helpers/wait.ts';

describe('send', () => {
  it('sends the length in bytes', async () => {
    const server = createServer((_, outgoing) => {
      send(outgoing, envelopeAnswer(200, success({ value: 'für 😀' })));
    });
    server.listen(0, '127.0.0.1');
    await nextEvent(server, 'listening', { what: 'a listening server' });
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const text = await response.text();
    assert.equal(text, '{"result":{"success":true,"value":"für 😀"}}');
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
    server.close();
  });
});
