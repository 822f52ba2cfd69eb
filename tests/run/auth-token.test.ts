import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { startServer, type TestServer } from '../helpers/http-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { runProgram } from '../helpers/run-program.ts';

// Who has the token of `gantz serve` may call every tool of the server.
const SHELL = `shell: 'printf %s "\${GANTZ_AUTH_TOKEN-unset}"'`;
const folder = folderWith({
  'gantz.yaml': `name: x
tools:
  - { name: shell, description: d, script: { ${SHELL} } }
  - { name: command, description: d, script: { command: printenv, args: [GANTZ_AUTH_TOKEN] } }
  - { name: python, description: d, handler: handlers.token }
  - { name: declared, description: d, environment: [GANTZ_AUTH_TOKEN], script: { ${SHELL} } }
  - { name: renamed, description: d, script: { shell: 'printf %s "$TOKEN"', env: { TOKEN: "\${GANTZ_AUTH_TOKEN}" } } }
  - { name: http, description: d, http: { url: "\${ORIGIN}/", headers: { X-Token: "\${GANTZ_AUTH_TOKEN}" } } }
`,
  'handlers.py': 'import os\ndef token():\n    return os.environ.get("GANTZ_AUTH_TOKEN", "unset")\n',
});
let server: TestServer;
before(async () => void (server = await startServer()));
after(() => server.close());

async function call(tool: string): Promise<Record<string, unknown>> {
  const env = { GANTZ_AUTH_TOKEN: 'secret', ORIGIN: server.origin };
  return envelopeOf(await runProgram(['-c', join(folder, 'gantz.yaml'), 'call', tool], { env }));
}

it('a process of a tool does not inherit GANTZ_AUTH_TOKEN', async () => {
  assert.equal((await call('shell'))['output'], 'unset');
  assert.equal((await call('command'))['exit_code'], 1);
  assert.equal((await call('python'))['result'], 'unset');
});

it('a manifest that names GANTZ_AUTH_TOKEN passes it on', async () => {
  assert.equal((await call('declared'))['output'], 'secret');
  assert.equal((await call('renamed'))['output'], 'secret');
  await call('http');
  assert.equal(server.received.at(-1)?.headers['x-token'], 'secret');
});
