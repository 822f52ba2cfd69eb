import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import type { MetricsAnswer } from '../../lib/http/console/metrics-answer.ts';
import { keepHistory, SLOT_MS } from '../../lib/http/console/metrics-history.ts';
import { openMetricsPage } from '../../lib/http/console/metrics-page.ts';
import { holdRunners } from '../../lib/serving/runners.ts';
import { runnerOf } from '../helpers/fake-runner.ts';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import { stopTimers } from '../helpers/stop-timers.ts';
import { waitFor } from '../helpers/wait.ts';
import { startServer, type TestServer } from './server.ts';

const read = async (
  server: TestServer,
  query = '',
  headers: Record<string, string> = {},
): Promise<MetricsAnswer> => {
  const response = await fetch(`${server.url}/console/metrics${query}`, { headers });
  assert.equal(response.status, 200);
  return (await response.json()) as MetricsAnswer;
};

// Both programs at a time, because the tests wait for slots of ten seconds.
describe('GET /console/metrics', { concurrency: PROGRAMS.length }, () => {
  for (const program of PROGRAMS) {
    describe(`of ${program.name}`, { concurrency: 1 }, () => {
      let redis: RedisServer;
      let server: TestServer;
      const start = (words: readonly string[] = [], env: Record<string, string> = {}): Promise<TestServer> =>
        startServer(words, { program: program.path, env: { REDIS_URL: redis.url, ...env } });
      before(async () => {
        redis = await startRedis();
        server = await start();
      });
      after(async () => {
        await server.stop();
        await redis.stop();
      });

      it('counts the calls of REST and MCP once, as /metrics does, without the reads of the console', async () => {
        const empty = await read(server);
        assert.deepEqual([empty.range.calls, empty.called, empty.tools.tool], [0, [], []]);
        await server.call('cache_set', { key: 'a', value: 1 });
        await server.call('cache_get', {});
        await server.call('nothing');
        const client = new Client({ name: 'test', version: '1' });
        await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
        await client.callTool({ name: 'cache_get', arguments: { key: 'a' } });
        await client.close();
        const view = { 'gantz-console': 'view' };
        const body = JSON.stringify({ tool: 'state_list', params: { kind: 'cache' } });
        await fetch(`${server.url}/mcp/tools/call`, { method: 'POST', headers: view, body });
        const { range, tools, server: state } = await read(server, '?range=60');
        assert.deepEqual([range.calls, range.failed], [4, 2]);
        assert.deepEqual(range.codes, { UNKNOWN_TOOL: 1, INVALID_PARAMETERS: 1 });
        const rows = tools.tool.map((tool, index) => [tool, tools.calls[index], tools.failed[index]]);
        assert.deepEqual(rows.sort(), [
          ['(others)', 1, 1],
          ['cache_get', 2, 1],
          ['cache_set', 1, 0],
        ]);
        assert.ok(Number(range.p50) > 0 && Number(range.p50) <= Number(range.p99));
        assert.ok(state.memory > 1e7);
        const text = await (await fetch(`${server.url}/metrics`)).text();
        const counts = [...text.matchAll(/^gantz_calls_total\{tool="(.*)"\} (\d+)/gm)].map(
          ([, tool, count]) => [tool, Number(count)],
        );
        assert.deepEqual(counts.sort(), [
          ['(unknown)', 1],
          ['cache_get', 2],
          ['cache_set', 1],
          ['state_list', 1],
        ]);
      });

      it('has complete slots, of all tools or of one, and after one', async () => {
        const whole = await waitFor(
          async () => {
            const answer = await read(server);
            return answer.points.calls.some((calls) => calls === 4) ? answer : undefined;
          },
          { what: 'a complete slot with the calls', everyMs: 200 },
        );
        assert.ok(whole);
        const slot = whole.points.calls.indexOf(4);
        assert.deepEqual([whole.points.failed[slot], whole.points.codes['UNKNOWN_TOOL']?.[slot]], [2, 1]);
        assert.ok(Number(whole.points.memory[slot]) > 1e7 && Number(whole.points.in_flight[slot]) >= 1);
        assert.ok(
          whole.points.at.every(
            (at, index) => index === 0 || Number(at) > Number(whole.points.at[index - 1]),
          ),
        );
        const one = await read(server, '?tool=cache_set');
        assert.equal(one.points.calls[slot], 1);
        const later = await read(server, `?since=${whole.last}`);
        assert.ok(
          later.points.at.length <= 1 &&
            later.points.at.every((at) => Number(at) > Number(whole.points.at.at(-1))),
        );
        assert.equal(later.range.calls, 4);
      });

      it('refuses a wrong query', async () => {
        for (const query of ['?since=x', '?since=-2', '?range=0', '?range=3601', '?range=']) {
          const response = await fetch(`${server.url}/console/metrics${query}`);
          assert.equal(response.status, 400, query);
          await response.arrayBuffer();
        }
        const response = await fetch(`${server.url}/console/metrics`, { method: 'POST' });
        assert.equal(response.status, 405);
      });

      it('measures Redis while it is read, and says when Redis does not answer', async () => {
        const redisOf = async (): Promise<MetricsAnswer['server']> => (await read(server)).server;
        const up = await waitFor(
          async () => {
            const state = await redisOf();
            return state.redis === 'up' ? state : undefined;
          },
          { what: 'the round trip of Redis', everyMs: 200 },
        );
        assert.ok(up);
        assert.ok(Number(up.redis_ms) > 0 && Number(up.redis_used) > 100_000);
        assert.equal(up.redis_limit, null);
        redis.pause();
        await waitFor(async () => (await redisOf()).redis === 'down', {
          what: 'a failed look at Redis',
          everyMs: 200,
        });
        redis.resume();
        const client = await redis.client();
        await client.sendCommand(['CONFIG', 'SET', 'maxmemory', '50000000']);
        await waitFor(async () => (await redisOf()).redis_limit === 50_000_000, {
          what: 'the limit of Redis',
          everyMs: 200,
        });
      });

      it('needs the token, names only the tools that the options allow, and is absent with --no-console', async () => {
        const limited = await start([], { GANTZ_AUTH_TOKEN: 't', GANTZ_TOOLS: 'cache_get' });
        const plain = await start(['--no-console']);
        try {
          const refused = await fetch(`${limited.url}/console/metrics`);
          assert.equal(refused.status, 401);
          const headers = { authorization: 'Bearer t', 'content-type': 'application/json' };
          for (const tool of ['cache_get', 'cache_set']) {
            const body = JSON.stringify({ tool, params: { key: 'a' } });
            await fetch(`${limited.url}/mcp/tools/call`, { method: 'POST', headers, body });
          }
          const { called, tools, range } = await read(limited, '', headers);
          assert.deepEqual(
            [called, tools.tool.sort(), range.calls],
            [['(others)', 'cache_get'], ['(others)', 'cache_get'], 2],
          );
          assert.equal((await fetch(`${plain.url}/console/metrics`)).status, 404);
        } finally {
          await limited.stop();
          await plain.stop();
        }
      });

      it('counts a subscription, and leaves its life out of the percentiles', async () => {
        const quiet = await start();
        try {
          const abort = new AbortController();
          const response = await fetch(`${quiet.url}/mcp/tools/call`, {
            method: 'POST',
            headers: { accept: 'text/event-stream', 'gantz-follow': 'yes' },
            body: JSON.stringify({ tool: 'pubsub_subscribe', params: { channel: 'news' } }),
            signal: abort.signal,
          });
          await response.body?.getReader().read();
          abort.abort();
          await waitFor(async () => (await read(quiet)).server.in_flight === 0, {
            what: 'the end of the subscription',
          });
          const { range } = await read(quiet);
          assert.deepEqual([range.calls, range.p50, range.p99], [1, null, null]);
        } finally {
          await quiet.stop();
        }
      });

      it('counts the calls that the server refuses because too many wait', async () => {
        const full = await start(['--max-calls', '1']);
        try {
          const abort = new AbortController();
          const wait = (): Promise<unknown> =>
            fetch(`${full.url}/mcp/tools/call`, {
              method: 'POST',
              body: JSON.stringify({ tool: 'list_pop', params: { key: 'nothing', wait: 60 } }),
              signal: abort.signal,
            }).catch(() => undefined);
          const waiting = Array.from({ length: 5 }, wait);
          await waitFor(async () => (await read(full)).server.waiting === 4, {
            what: 'four calls that wait',
          });
          assert.equal((await full.call('cache_get', { key: 'a' })).result['code'], 'OVERLOADED');
          const { range, server: state } = await read(full);
          assert.deepEqual([range.overloaded, range.codes, state.in_flight], [1, { OVERLOADED: 1 }, 5]);
          // A look at Redis takes no place.
          await waitFor(async () => (await read(full)).server.redis === 'up', {
            what: 'the round trip of Redis',
          });
          abort.abort();
          await Promise.all(waiting);
        } finally {
          await full.stop();
        }
      });
    });
  }
});

describe('openMetricsPage', () => {
  it('looks at Redis every 10 s as long as a page has read within a minute', async (t) => {
    stopTimers(t);
    let time = 0;
    let looks = 0;
    const sources = { queued: () => 0, refused: () => 0, memory: () => 0 };
    const now = (): number => time;
    const history = keepHistory({ now, wallNow: now, ...sources });
    const runner = { ...runnerOf(() => Promise.resolve({})), tools: BUNDLED_MANIFEST.tools };
    const page = openMetricsPage({
      history,
      runners: holdRunners(runner),
      now,
      signal: new AbortController().signal,
      sample: () => {
        looks++;
        return Promise.resolve({ ms: 1 });
      },
    });
    const settle = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    const pass = async (slots: number): Promise<void> => {
      for (let slot = 0; slot < slots; slot++) {
        time += SLOT_MS;
        t.mock.timers.tick(SLOT_MS);
        await settle();
      }
    };
    await pass(30);
    assert.equal(looks, 0);
    page.answer('/console/metrics');
    page.answer('/console/metrics');
    assert.equal(looks, 1);
    await settle();
    await pass(3);
    page.answer('/console/metrics');
    assert.equal(looks, 4);
    await pass(60);
    assert.equal(looks, 9);
    page.close();
  });
});
