import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { GantzError, openGantz, type Gantz } from '../../lib/library/library.ts';
import { startBatch, type LiveBatch } from '../batch/live-batch.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { envelopeIn, type ToolResult } from '../mcp/result.ts';
import { folderWith } from '../helpers/folder.ts';
import { OlderClient, OlderStdioClientTransport } from '../helpers/older-mcp-sdk.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { PROGRAM } from '../helpers/run-program.ts';

type Envelope = Record<string, unknown>;

/** An open interface. `call` returns the envelope of an answer, with the notes of MCP's `_meta` in it. */
type Interface = {
  call(tool: string, params: object, key: string): Promise<Envelope>;
  close(): Promise<unknown>;
};

const MANIFEST = `name: keyed
include: [builtin:redis]
tools:
  - name: fail
    description: Fails after its effect
    script: { shell: 'echo why >&2; exit 3' }
  - name: say
    description: Prints a number
    returns: [{ name: number, type: integer }]
    script: { shell: 'echo $$' }
`;

const redis = useRedis();
const config = `${folderWith({ 'gantz.yaml': MANIFEST })}/gantz.yaml`;
const env = (): Record<string, string> => ({ REDIS_URL: redis.url, GANTZ_NAMESPACE: redis.namespace });
const KEY = 'io.github.gantz/idempotency-key';
const TOOL_CALL = '/mcp/tools/call';

const INTERFACES: Readonly<Record<string, () => Promise<Interface>>> = {
  'the command line': () =>
    Promise.resolve({
      async call(tool, params, key) {
        const argv = ['-c', config, '--idempotency-key', key, 'call', tool, JSON.stringify(params)];
        return envelopeOf(await runMain(argv, { env: env() }));
      },
      close: () => Promise.resolve(),
    }),

  batch() {
    const batch: LiveBatch = startBatch([], { env: env(), config });
    return Promise.resolve({
      async call(tool, params, key) {
        batch.send({ tool, params, idempotency_key: key });
        return await batch.answer();
      },
      close() {
        batch.stdin.end();
        return batch.ended();
      },
    });
  },

  async REST() {
    const server = await startServer([], { env: env(), config });
    return {
      call: async (tool, params, key) => (await post(server, { tool, params }, [key])).result,
      close: () => server.stop(),
    };
  },

  async 'the library'() {
    const gantz: Gantz = await openGantz({ manifest: config, env: { PATH: process.env['PATH'], ...env() } });
    return {
      async call(tool, params, key) {
        try {
          return { success: true, ...(await gantz.call(tool, { ...params }, { idempotencyKey: key })) };
        } catch (error) {
          assert.ok(error instanceof GantzError);
          return error.envelope;
        }
      },
      close: () => gantz.close(),
    };
  },

  'MCP over stdio, 2026-07-28': () => openMcp(() => stdio(), { pin: '2026-07-28' }),
  'MCP over stdio, 2025-11-25': () => openMcp(() => stdio(), 'legacy'),
  'MCP over stdio, --discover': () => openMcp(() => stdio('--discover'), 'legacy', true),

  async 'MCP over stdio, SDK 1'() {
    const client = new OlderClient({ name: 'test', version: '1' });
    await client.connect(new OlderStdioClientTransport(stdioParameters()));
    await client.listTools();
    return { call: (...call) => callMcp(client, call), close: () => client.close() };
  },

  async 'MCP over HTTP, 2026-07-28'() {
    const server = await startServer([], { env: env(), config });
    const url = new URL(`${server.url}/mcp`);
    const opened = await openMcp(() => new StreamableHTTPClientTransport(url), { pin: '2026-07-28' });
    return { ...opened, close: async () => [await opened.close(), await server.stop()] };
  },

  async 'MCP over HTTP, 2025-11-25'() {
    const server = await startServer([], { env: env(), config });
    const url = new URL(`${server.url}/mcp`);
    const opened = await openMcp(() => new StreamableHTTPClientTransport(url), 'legacy');
    return { ...opened, close: async () => [await opened.close(), await server.stop()] };
  },
};

function stdioParameters(...flags: string[]) {
  const path = { PATH: process.env['PATH'] ?? '', HOME: '/dev/null' };
  return { command: PROGRAM, args: ['-c', config, 'mcp', ...flags], env: { ...path, ...env() } };
}

function stdio(...flags: string[]): StdioClientTransport {
  return new StdioClientTransport({ ...stdioParameters(...flags), stderr: 'ignore' });
}

type Mode = 'legacy' | { pin: string };

async function openMcp(
  transport: () => StdioClientTransport | StreamableHTTPClientTransport,
  mode: Mode,
  discover = false,
): Promise<Interface> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(transport());
  // The client then checks structuredContent by the published outputSchema.
  await client.listTools();
  return {
    async call(tool, params, key) {
      return await callMcp(
        client,
        discover ? ['call_tool', { name: tool, arguments: params }, key] : [tool, params, key],
      );
    },
    close: () => client.close(),
  };
}

async function callMcp(
  client: Pick<Client, 'callTool'> | OlderClient,
  [name, params, key]: Parameters<Interface['call']>,
): Promise<Envelope> {
  const result = (await (client as Client).callTool({
    name,
    arguments: { ...params },
    _meta: { [KEY]: key },
  })) as ToolResult & { _meta?: { gantz?: unknown } };
  const envelope: Envelope = envelopeIn(result);
  assert.ok(!('gantz' in envelope), 'the notes are only in _meta');
  if (result.structuredContent) assert.deepEqual(result.structuredContent, envelope);
  const notes = result._meta?.gantz;
  return notes ? { ...envelope, gantz: notes } : envelope;
}

/** Sends a call with these Idempotency-Key headers. */
async function post(
  server: TestServer,
  body: object,
  keys: readonly string[],
): Promise<{ status: number | undefined; result: Envelope }> {
  return await new Promise((resolve, reject) => {
    const headers = keys.length > 0 ? { 'Idempotency-Key': [...keys] } : {};
    const sent = request(`${server.url}${TOOL_CALL}`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { result } = JSON.parse(text) as { result: Envelope };
        resolve({ status: response.statusCode, result });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

const REPLAYED = { replayed: true };

for (const [name, open] of Object.entries(INTERFACES)) {
  describe(`an idempotency key: ${name}`, () => {
    let opened: Interface | undefined;
    const call = async (tool: string, params: object, key: string): Promise<Envelope> => {
      assert.ok(opened);
      return await opened.call(tool, params, `${name} ${key}`);
    };
    before(async () => void (opened = await open()));
    after(async () => await opened?.close());

    it('replays the answer of a Redis tool', async () => {
      const first = await call('session_create', { data: { a: 1 } }, 'session');
      assert.deepEqual([first['success'], first['gantz']], [true, undefined]);
      assert.deepEqual(await call('session_create', { data: { a: 1 } }, 'session'), {
        ...first,
        gantz: REPLAYED,
      });
    });

    it('replays the answer of a script', async () => {
      const first = await call('say', {}, 'script');
      assert.deepEqual([first['success'], first['gantz']], [true, undefined]);
      assert.deepEqual(await call('say', {}, 'script'), { ...first, gantz: REPLAYED });
    });

    it('replays a failure', async () => {
      const first = await call('fail', {}, 'failure');
      assert.deepEqual([first['code'], first['gantz']], ['SCRIPT_FAILED', undefined]);
      assert.deepEqual(await call('fail', {}, 'failure'), { ...first, gantz: REPLAYED });
    });

    it('is CONFLICT with other parameters, and USAGE when it is too long', async () => {
      await call('cache_set', { key: 'a', value: 1 }, 'conflict');
      const conflict = await call('cache_set', { key: 'a', value: 2 }, 'conflict');
      assert.deepEqual([conflict['code'], conflict['outcome']], ['CONFLICT', 'none']);
      const wrong = await call('cache_set', { key: 'a', value: 2 }, 'x'.repeat(256));
      assert.deepEqual([wrong['code'], wrong['outcome']], ['USAGE', 'none']);
    });
  });
}

describe('the same idempotency key', () => {
  it('gives the same answer on every interface', async () => {
    let first: Envelope | undefined;
    for (const [name, open] of Object.entries(INTERFACES)) {
      const opened = await open();
      const { gantz, ...answer } = await opened.call('session_create', { data: {} }, 'everywhere');
      await opened.close();
      assert.deepEqual(gantz, first && REPLAYED, name);
      assert.deepEqual(answer, (first ??= answer), name);
    }
  });
});

describe('the header Idempotency-Key', () => {
  let server: TestServer | undefined;
  before(async () => void (server = await startServer([], { env: env(), config })));
  after(async () => await server?.stop());
  const send = async (key: string, ...keys: string[]): ReturnType<typeof post> => {
    assert.ok(server);
    const body = { tool: 'list_push', params: { key: 'header', values: [key] } };
    return await post(server, body, [key, ...keys]);
  };

  it('is a quoted string or bare text', async () => {
    assert.ok(server);
    const body = { tool: 'list_push', params: { key: 'quoted', values: [1] } };
    const { result: first } = await post(server, body, ['a "b" \\c, d']);
    assert.deepEqual((await post(server, body, [String.raw`"a \"b\" \\c, d"`])).result, {
      ...first,
      gantz: REPLAYED,
    });
  });

  for (const [what, keys] of [
    ['empty', ['']],
    ['an empty string', ['""']],
    ['repeated', ['a', 'b']],
    ['repeated with one text', ['a', 'a']],
    ['an open string', ['"a']],
    ['a string and more', ['"a" b']],
    ['an unknown escape', ['"\\a"']],
    ['not ASCII', ['\u00e9']],
    ['too long', ['x'.repeat(256)]],
  ] as const) {
    it(`is refused when it is ${what}`, async () => {
      const [key, ...others] = keys;
      const { status, result } = await send(key, ...others);
      assert.deepEqual([status, result['code'], result['outcome']], [400, 'USAGE', 'none']);
    });
  }

  it('is CONFLICT with the status 409 for another call', async () => {
    assert.ok(server);
    await post(server, { tool: 'list_push', params: { key: 'header', values: [1] } }, ['other']);
    const second = await post(server, { tool: 'list_push', params: { key: 'header', values: [2] } }, [
      'other',
    ]);
    assert.deepEqual([second.status, second.result['code']], [409, 'CONFLICT']);
  });

  it('has its note in the published schemas, and MCP has none', async () => {
    assert.ok(server);
    const rest = (await (await fetch(`${server.url}/mcp/tools`)).json()) as { tools: Schemas };
    const mcp = JSON.parse((await runMain(['tools', '--format', 'mcp'])).stdout) as { tools: Schemas };
    for (const { name, outputSchema } of rest.tools) {
      if (outputSchema) assert.ok('gantz' in outputSchema.properties, name);
    }
    for (const { name, outputSchema } of mcp.tools)
      assert.ok(outputSchema && !('gantz' in outputSchema.properties), name);
  });
});

type Schemas = { name: string; outputSchema?: { properties: object } }[];

describe('the options of the command line', () => {
  const run = async (...argv: string[]): Promise<Envelope> => envelopeOf(await runMain(argv, { env: env() }));

  it('--idempotency-key works with --raw', async () => {
    const argv = ['--raw', '--idempotency-key', 'raw', 'list', 'push', '--key', 'raw', '--values', 'a'];
    assert.equal((await runMain(argv, { env: env() })).stdout, '1\n');
    assert.equal((await runMain(argv, { env: env() })).stdout, '1\n');
  });

  it('are refused with a command that has their value', async () => {
    const { hint } = await run('--idempotency-key', 'k', 'ping');
    assert.match(String(hint), /gantz --idempotency-key <key> cache increment --key a/);
  });

  it('are refused where they have no effect', async () => {
    for (const argv of [
      ['--idempotency-key', 'k', 'tools'],
      ['tools', '--idempotency-key', 'k'],
      ['--idempotency-wait', '1s', 'ping'],
      ['--idempotency-wait', '1s', 'cache', 'get', '--key', 'a'],
      ['--idempotency-wait', 'soon', '--idempotency-key', 'k', 'cache', 'get', '--key', 'a'],
      ['--idempotency-key', '', 'cache', 'get', '--key', 'a'],
    ]) {
      const { code, outcome } = await run(...argv);
      assert.deepEqual([code, outcome], ['USAGE', 'none'], argv.join(' '));
    }
  });
});
