import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { searchTools } from '../../lib/mcp/search-tools.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { runMain } from '../helpers/run-main.ts';
import { waitFor } from '../helpers/wait.ts';
import { CLIENTS, connect, type Agent } from './connect.ts';
import { envelopeIn } from './result.ts';

const NAMES = ['search_tools', 'describe_tool', 'call_tool'];

describe('gantz mcp --discover', () => {
  const redis = useRedis();

  for (const client of CLIENTS) {
    describe(`with a client of ${client}`, () => {
      let agent: Agent;
      before(async () => {
        const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: `discover-${client.replace(' ', '-')}` };
        agent = await connect({ client, env, flags: ['--discover'] });
      });
      after(() => agent.close());

      it('lists three tools instead of all', async () => {
        const tools = await agent.list();
        assert.deepEqual(
          tools.map(({ name }) => name),
          NAMES,
        );
      });

      it('finds, describes and calls a tool', async () => {
        const found = envelopeIn(await agent.call('search_tools', { query: 'store a value in the cache' }));
        const [best] = found['tools'] as { name: string }[];
        assert.equal(best?.name, 'cache_set');
        const described = envelopeIn(await agent.call('describe_tool', { name: 'cache_set' }));
        const { inputSchema } = described['tool'] as { inputSchema: { required: string[] } };
        assert.deepEqual(inputSchema.required, ['key', 'value']);
        const input = { key: 'k', value: [1], ttl: 60 };
        const stored = await agent.call('call_tool', { name: 'cache_set', arguments: input });
        assert.deepEqual(stored.structuredContent, { success: true, key: 'k', ttl: 60, stored: true });
        // A client that knows the name may also call the tool itself.
        const read = await agent.call('cache_get', { key: 'k' });
        assert.deepEqual(read.structuredContent, { success: true, value: [1], found: true });
      });

      it('answers failures of the tool that it calls', async () => {
        const failures: [Record<string, unknown>, string][] = [
          [{ name: 'cache_gte' }, 'UNKNOWN_TOOL'],
          [{ name: 'cache_get', arguments: { kee: 1 } }, 'INVALID_PARAMETERS'],
          [{ name: 'cache_get', arguments: 'key' }, 'INVALID_PARAMETERS'],
          [{ arguments: {} }, 'INVALID_PARAMETERS'],
        ];
        for (const [input, code] of failures) {
          const answer = await agent.call('call_tool', input);
          assert.equal(answer.isError, true);
          assert.equal(envelopeIn(answer)['code'], code);
        }
      });
    });
  }

  it('reports the progress of the tool', async () => {
    const agent = await connect({ env: { REDIS_URL: redis.url }, flags: ['--discover'] });
    try {
      const events: unknown[] = [];
      const input = { name: 'pubsub_subscribe', arguments: { channel: 'discover', count: 2, timeout: 20 } };
      const waiting = agent.call('call_tool', input, { onprogress: (event) => void events.push(event) });
      const publish = { name: 'pubsub_publish', arguments: { channel: 'discover', message: 'hello' } };
      let subscribers: unknown = 0;
      while (subscribers === 0)
        subscribers = envelopeIn(await agent.call('call_tool', publish))['subscribers'];
      // The client drops a report that it reads together with the result.
      await waitFor(() => events.length === 1, { what: 'the report of the first message' });
      await agent.call('call_tool', publish);
      assert.equal(envelopeIn(await waiting)['reason'], 'count');
    } finally {
      await agent.close();
    }
  });

  it('lists only what the policy allows', async () => {
    const agent = await connect({
      env: { REDIS_URL: redis.url },
      args: ['--tools', 'cache_*'],
      flags: ['--discover'],
    });
    try {
      const { names } = envelopeIn(await agent.call('search_tools'));
      assert.ok((names as string[]).every((name) => name.startsWith('cache_')));
      const refused = envelopeIn(
        await agent.call('call_tool', { name: 'list_pop', arguments: { key: 'a' } }),
      );
      assert.equal(refused['code'], 'FORBIDDEN');
    } finally {
      await agent.close();
    }
  });

  it('is in the configuration that --print-config prints', async () => {
    const { stdout } = await runMain([
      '-c',
      'builtin:redis',
      'mcp',
      '--discover',
      '--print-config',
      'cursor',
    ]);
    const { mcpServers } = JSON.parse(stdout) as { mcpServers: Record<string, { args: string[] }> };
    assert.deepEqual(mcpServers['redis-tools']?.args.slice(-2), ['mcp', '--discover']);
  });
});

describe('searchTools', () => {
  const queries: [query: string, best: string][] = [
    ['count requests against a limit in a sliding window', 'rate_limit_sliding_window'],
    ['publish a message to a channel', 'pubsub_publish'],
    ['create session', 'session_create'],
    ['delete a hash field', 'hash_delete'],
    ['increment counter', 'cache_increment'],
    ['CACHE_GET', 'cache_get'],
    ['leaderboard rank of a member', 'sorted_set_rank'],
    ['leaderboard', 'sorted_set_add'],
    ['only one process at a time', 'lock_acquire'],
    ['state of a conversation', 'session_create'],
    ['jobs for workers', 'queue_add'],
    ['history of messages', 'stream_append'],
    ['compute an expensive value once', 'cache_lease'],
  ];
  for (const [query, best] of queries) {
    it(`finds ${best} for ${JSON.stringify(query)}`, () => {
      const found = searchTools(BUNDLED_MANIFEST.tools, query, 3);
      assert.ok('tools' in found);
      assert.ok(
        found.tools.some(({ name }) => name === best),
        JSON.stringify(found.tools),
      );
    });
  }

  it('lists all names for a query without words', () => {
    const all = BUNDLED_MANIFEST.tools.map(({ name }) => name);
    for (const query of ['', '  ', '?', 'the'])
      assert.deepEqual(searchTools(BUNDLED_MANIFEST.tools, query, 1), { names: all, total: all.length });
  });

  it('finds nothing for words that no tool has', () => {
    assert.deepEqual(searchTools(BUNDLED_MANIFEST.tools, 'zzz', 5), { tools: [], total: 0 });
  });

  it('returns at most the limit, and how many match', () => {
    const found = searchTools(BUNDLED_MANIFEST.tools, 'cache', 2);
    assert.ok('tools' in found);
    assert.equal(found.tools.length, 2);
    assert.ok(found.total > 5);
  });
});
