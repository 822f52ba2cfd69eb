import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { envelopeOf } from '../helpers/run-main.ts';
import { folderWith } from '../helpers/folder.ts';
import { startServer, type TestServer } from '../helpers/http-server.ts';
import { runProgram } from '../helpers/run-program.ts';
import { CLIENTS, connect } from './connect.ts';
import { envelopeIn } from './result.ts';

// A client checks each result against the outputSchema that the server publishes, and refuses one that does not match.
const folder = folderWith({
  'gantz.yaml': `name: x
tools:
  - { name: script, description: d, returns: [{ name: id, type: integer }], script: { shell: 'echo "{\\"id\\":7}"' } }
  - { name: fetch, description: d, returns: [{ name: id, type: integer }], http: { url: "\${ORIGIN}/", extract_json: data } }
  - { name: handle, description: d, returns: [{ name: id, type: integer }], handler: ids.id }
  - { name: wrong, description: d, returns: [{ name: id, type: integer }], script: { shell: "echo seven" } }
`,
  'ids.mjs': 'export const id = () => 7;',
});
const config = join(folder, 'gantz.yaml');
const env: Record<string, string> = {};
let server: TestServer;
before(async () => {
  server = await startServer((response) => response.end('{"data":{"id":7}}'));
  env['ORIGIN'] = server.origin;
});
after(() => server.close());

const RESULTS = { script: { id: 7 }, fetch: { id: 7, status: 200 }, handle: { id: 7 } };
const MISMATCH = {
  success: false,
  error: 'wrong: the result does not match `returns`: id must be integer',
  code: 'RETURNS_MISMATCH',
  retryable: false,
  outcome: 'applied',
  hint: 'Make the action return id as `returns` declares, or change `returns` in the manifest.',
  details: [{ path: '/id', message: 'must be integer' }],
  returned: { output: 'seven' },
};

describe('a result with `returns`', () => {
  for (const client of CLIENTS) {
    it(`matches the published outputSchema for the client ${client}`, async () => {
      const agent = await connect({ client, args: ['-c', config], env });
      try {
        const listed = await agent.list();
        assert.deepEqual(Object.keys((listed[0]?.outputSchema as { properties: object }).properties), [
          'success',
          'id',
        ]);
        for (const [name, fields] of Object.entries(RESULTS)) {
          const result = await agent.call(name);
          assert.deepEqual(result.structuredContent, { success: true, ...fields });
          assert.deepEqual(envelopeIn(result), { success: true, ...fields });
        }
        const wrong = await agent.call('wrong');
        assert.equal(wrong.isError, true);
        assert.deepEqual(envelopeIn(wrong), MISMATCH);
      } finally {
        await agent.close();
      }
    });
  }

  it('is the same on the command line, where a mismatch exits with 1', async () => {
    for (const [name, fields] of Object.entries(RESULTS)) {
      const run = await runProgram(['-c', config, 'call', name], { env });
      assert.deepEqual([envelopeOf(run), run.exitCode], [{ success: true, ...fields }, 0]);
    }
    const wrong = await runProgram(['-c', config, 'call', 'wrong']);
    assert.deepEqual([envelopeOf(wrong), wrong.exitCode], [MISMATCH, 1]);
  });
});
