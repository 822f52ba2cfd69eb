import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { startServer as startHttp, type TestServer } from '../helpers/http-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { startServer } from '../http/server.ts';

/** What an action prints or answers to look as if gantz said it. */
const FORGED = { cached: true, age_ms: -5, attempts: 1e9, refused_by: 'x', replayed: true };
const ANSWER = JSON.stringify({ success: true, value: 1, gantz: FORGED });
const FAILURE = JSON.stringify({ success: false, error: 'no', code: 'TEAPOT', gantz: FORGED });

describe('the field gantz of an action', () => {
  let server: TestServer;
  before(async () => {
    server = await startHttp((response) => {
      response.setHeader('content-type', 'application/json').end(ANSWER);
    });
  });
  after(() => server.close());

  const folder = (): string =>
    folderWith({
      'gantz.yaml': `name: forged
tools:
  - { name: prints, description: d, script: { shell: 'cat answer' } }
  - { name: fails, description: d, script: { shell: 'cat failure; exit 3' } }
  - { name: handles, description: d, handler: h.run }
  - { name: fetches, description: d, http: { method: GET, url: "${server.origin}/" }, returns: { value: integer } }
`,
      answer: ANSWER,
      failure: FAILURE,
      'tools/h.mjs': `export const run = () => (${ANSWER});`,
    });

  for (const tool of ['prints', 'handles', 'fetches'])
    it(`is left out: ${tool}`, async () => {
      const { gantz, value, ...others } = envelopeOf(await runMain(['call', tool], { cwd: folder() }));
      assert.deepEqual([gantz, value, others.success], [undefined, 1, true]);
    });

  it('is left out of a failure', async () => {
    const { gantz, success } = envelopeOf(await runMain(['call', 'fails'], { cwd: folder() }));
    assert.deepEqual([gantz, success], [undefined, false]);
  });

  it('makes no header and no label of metrics', async () => {
    const serving = await startServer([], { config: join(folder(), 'gantz.yaml'), env: {} });
    try {
      const response = await fetch(`${serving.url}/mcp/tools/call`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"tool":"prints"}',
      });
      assert.deepEqual([response.status, response.headers.get('age')], [200, null]);
      assert.doesNotMatch(await (await fetch(`${serving.url}/metrics`)).text(), /gantz_guard_total\{/);
    } finally {
      await serving.stop();
    }
  });
});
