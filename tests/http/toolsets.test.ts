import assert from 'node:assert/strict';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client, ProtocolError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { folderWith } from '../helpers/folder.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from './server.ts';

const MANIFEST = `name: teams
toolsets:
  reading: ["read_*"]
  "with space": [write_a]
tools:
  - { name: read_a, description: reads, script: { shell: echo a }, annotations: { readOnlyHint: true } }
  - { name: read_b, description: reads, script: { shell: echo b } }
  - { name: write_a, description: writes, script: { shell: echo c } }
`;

const folder = folderWith({});
const servers: TestServer[] = [];
after(() => Promise.all(servers.map((server) => server.stop())));

async function start(env: Record<string, string> = {}): Promise<{ server: TestServer; config: string }> {
  const config = join(folder, `gantz-${servers.length}.yaml`);
  await writeFile(config, MANIFEST);
  const server = await startServer([], { config, env });
  servers.push(server);
  return { server, config };
}

async function connect(server: TestServer, path: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}${path}`)));
  return client;
}

const namesOf = async (client: Client): Promise<string[]> =>
  (await client.listTools()).tools.map(({ name }) => name);

describe('/mcp/<toolset>', () => {
  let server: TestServer;
  before(async () => ({ server } = await start()));

  const paths: [path: string, tools: string[]][] = [
    ['/mcp', ['read_a', 'read_b', 'write_a']],
    ['/mcp/reading', ['read_a', 'read_b']],
    ['/mcp/with%20space', ['write_a']],
  ];
  for (const [path, tools] of paths) {
    it(`${path} lists ${tools.join(', ')}`, async () => {
      const client = await connect(server, path);
      assert.deepEqual(await namesOf(client), tools);
      await client.close();
    });
  }

  it('calls its tools and refuses others', async () => {
    const client = await connect(server, '/mcp/reading');
    const answer = (await client.callTool({ name: 'read_a', arguments: {} })) as { isError?: boolean };
    assert.ok(!answer.isError);
    const refused = await client
      .callTool({ name: 'write_a', arguments: {} })
      .catch((error: unknown) => error);
    assert.ok(refused instanceof ProtocolError);
    assert.match(refused.message, /write_a is not allowed by --toolset reading/);
    await client.close();
  });

  it('names no tool of others in the hint for an unknown name', async () => {
    const hintsAt = async (path: string): Promise<string[]> => {
      const client = await connect(server, path);
      const answers = ['write_b', 'read_c'].map((name) =>
        client.callTool({ name, arguments: {} }).then(
          () => '',
          (error: unknown) => String(error),
        ),
      );
      const messages = await Promise.all(answers);
      await client.close();
      return messages.map((message) => /Did you mean (\w+)/.exec(message)?.[1] ?? '');
    };
    assert.deepEqual(await hintsAt('/mcp'), ['write_a', 'read_a']);
    assert.deepEqual(await hintsAt('/mcp/reading'), ['', 'read_a']);
  });

  it('counts only calls: a list is not a call of the tools that it leaves out', async () => {
    const { server } = await start({ GANTZ_READ_ONLY: 'true' });
    const client = await connect(server, '/mcp/reading');
    assert.deepEqual(
      (await client.listResources()).resources.map(({ name }) => name),
      ['read_a'],
    );
    await client.listResourceTemplates();
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /gantz_call_failures_total/);
    assert.doesNotMatch(metrics, /^gantz_call_failures_total\{/m);
    await client.close();
  });

  for (const path of ['/mcp/writing', '/mcp/%', '/mcp/__proto__', '/mcp/reading/more', '/mcp/']) {
    it(`${path} does not exist`, async () => {
      const response = await fetch(`${server.url}${path}`, { method: 'POST', body: '{}' });
      assert.equal(response.status, 404);
    });
  }
});

it('a toolset over HTTP has no tool that the options of the server hide', async () => {
  const { server } = await start({ GANTZ_READ_ONLY: 'true' });
  const client = await connect(server, '/mcp/reading');
  assert.deepEqual(await namesOf(client), ['read_a']);
  await client.close();
});

it('an edit of the manifest changes its toolsets', async () => {
  const { server, config } = await start();
  const client = await connect(server, '/mcp/reading');
  assert.deepEqual(await namesOf(client), ['read_a', 'read_b']);
  await writeFile(`${config}.new`, MANIFEST.replace('reading: ["read_*"]', 'others: [read_a]'));
  await rename(`${config}.new`, config);
  await waitFor(async () => (await fetch(`${server.url}/mcp/reading`)).status === 404, {
    what: () => 'the end of the toolset',
  });
  const others = await connect(server, '/mcp/others');
  assert.deepEqual(await namesOf(others), ['read_a']);
  await Promise.all([client.close(), others.close()]);
});
