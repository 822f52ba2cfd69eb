import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { success } from '../../lib/envelope.ts';
import { answer } from '../../lib/http/refusal.ts';

describe('answer', () => {
  it('says its length in bytes', async () => {
    const response = answer(200, success({ value: 'für 😀' }));
    const { byteLength } = await response.clone().arrayBuffer();
    assert.equal(response.headers.get('content-length'), String(byteLength));
    assert.equal(await response.text(), '{"result":{"success":true,"value":"für 😀"}}');
  });
});
