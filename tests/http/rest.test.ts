import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../helpers/folder.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { runMain, envelopeOf } from '../helpers/run-main.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
const redis = useRedis({
  async started({ url }) {
    server = await startServer([], { env: { REDIS_URL: url, GANTZ_NAMESPACE: 'rest' } });
  },
  stopping: () => server.stop(),
});

const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${server.url}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('it listens on the loopback address only, and prints its URL', () => {
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/);
});

test('GET /mcp/tools lists the published definitions of the tools', async () => {
  const { status, body } = await get('/mcp/tools');
  assert.equal(status, 200);
  const tools = body['tools'] as { name: string; inputSchema: { required: string[] } }[];
  const cacheGet = tools.find(({ name }) => name === 'cache_get');
  assert.deepEqual(cacheGet?.inputSchema.required, ['key']);
});

test('a call answers {"result": envelope}', async () => {
  assert.deepEqual(await server.call('cache_set', { key: 'a', value: { b: [null] } }), {
    status: 200,
    result: { success: true, key: 'a', ttl: 3600, stored: true },
  });
  assert.deepEqual(await server.call('cache_get', { key: 'a' }), {
    status: 200,
    result: { success: true, value: { b: [null] }, found: true },
  });
});

const failures: [string, unknown, number, string][] = [
  ['cache_get', {}, 400, 'INVALID_PARAMETERS'],
  ['cache_get', [], 400, 'INVALID_PARAMETERS'],
  ['cache_gte', {}, 404, 'UNKNOWN_TOOL'],
  ['session_update', { session_id: '00000000-0000-4000-8000-000000000000', data: {} }, 404, 'NOT_FOUND'],
  ['cache_increment', { key: 'text' }, 409, 'WRONG_TYPE'],
];

for (const [tool, params, status, code] of failures) {
  test(`${tool} ${JSON.stringify(params)} is ${status} ${code}, the envelope of the shell`, async () => {
    await server.call('cache_set', { key: 'text', value: 'x' });
    const answer = await server.call(tool, params);
    assert.deepEqual([answer.status, answer.result['code']], [status, code]);
    const run = await runMain(['-c', 'builtin:redis', 'call', tool, JSON.stringify(params)], {
      env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: 'rest' },
    });
    assert.deepEqual(answer.result, envelopeOf(run));
  });
}

test('/healthz reports whether Redis answers', async () => {
  assert.deepEqual(await get('/healthz'), { status: 200, body: { status: 'ok', redis: 'up' } });
  redis.pause();
  try {
    assert.deepEqual(await get('/healthz'), { status: 503, body: { status: 'unavailable', redis: 'down' } });
  } finally {
    redis.resume();
  }
  assert.equal((await get('/healthz')).status, 200);
});

test('/healthz needs no Redis if no tool needs it', async () => {
  const other = await startServer([], {
    env: { REDIS_URL: 'unix:///nonexistent', GANTZ_TOOLS: 'no_such_*' },
  });
  const response = await fetch(`${other.url}/healthz`);
  assert.deepEqual([response.status, await response.json()], [200, { status: 'ok', redis: 'unused' }]);
  await other.stop();
});

for (const { guard, status, redis: state, root = 'name: health' } of [
  { guard: 'rate_limit: 60/m', status: 503, redis: 'down' },
  { guard: 'concurrency: 4', status: 503, redis: 'down' },
  { guard: 'idempotency: 1h', status: 503, redis: 'down' },
  { guard: 'cache: 1h', status: 200, redis: 'down' },
  { guard: 'circuit_breaker: true', status: 200, redis: 'down' },
  { guard: 'concurrency: { limit: 4, per: process }', status: 200, redis: 'unused', root: '' },
  { guard: 'retry: 3', status: 200, redis: 'unused' },
  {
    guard: 'rate_limit: 60/m',
    root: 'name: health\nguards: { on_redis_failure: { rate_limit: skip } }',
    status: 200,
    redis: 'down',
  },
]) {
  test(`/healthz is ${status} without Redis for ${root.slice('name: health'.length)} ${guard}`, async () => {
    const folder = folderWith({
      'gantz.yaml': `${root}\ntools:\n  - { name: work, description: d, script: { shell: echo }, ${guard} }\n`,
    });
    const config = join(folder, 'gantz.yaml');
    const other = await startServer([], { config, env: { REDIS_URL: 'unix:///nonexistent' } });
    try {
      const response = await fetch(`${other.url}/healthz`);
      const { redis } = (await response.json()) as Record<string, unknown>;
      assert.deepEqual([response.status, redis], [status, state]);
      const metrics = await (await fetch(`${other.url}/metrics`)).text();
      assert.deepEqual(
        metrics.match(/^gantz_redis_up .*$/gm),
        state === 'unused' ? null : ['gantz_redis_up 0'],
      );
    } finally {
      await other.stop();
    }
  });
}

test('/metrics counts calls, failures by code, and times, by tool', async () => {
  const other = await startServer([], { env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: 'metrics' } });
  await other.call('cache_get', { key: 'a' });
  await other.call('cache-get', { key: 'a' });
  await other.call('cache_get', {});
  await other.call('what\n"is', {});
  const response = await fetch(`${other.url}/metrics`);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  for (const line of [
    'gantz_calls_total{tool="cache_get"} 3',
    'gantz_calls_total{tool="(unknown)"} 1',
    'gantz_call_failures_total{tool="cache_get",code="INVALID_PARAMETERS"} 1',
    'gantz_call_failures_total{tool="(unknown)",code="UNKNOWN_TOOL"} 1',
    'gantz_call_duration_seconds_count{tool="cache_get"} 3',
    'gantz_call_duration_seconds_bucket{le="+Inf",tool="cache_get"} 3',
    'gantz_calls_in_flight 0',
    'gantz_redis_up 1',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line} is in\n${text}`);
  }
  await other.stop();
});

test('the policy hides tools and refuses calls', async () => {
  const other = await startServer([], { env: { REDIS_URL: redis.url, GANTZ_READ_ONLY: '1' } });
  const { tools } = (await (await fetch(`${other.url}/mcp/tools`)).json()) as { tools: { name: string }[] };
  assert.ok(tools.some(({ name }) => name === 'cache_get'));
  assert.ok(!tools.some(({ name }) => name === 'cache_set'));
  const { status, result } = await other.call('cache_set', { key: 'a', value: 1 });
  assert.deepEqual([status, result['code']], [403, 'FORBIDDEN']);
  await other.stop();
});

test('`gantz run` without a tool starts the server', async () => {
  const other = await startServer([], { env: { REDIS_URL: redis.url }, command: 'run' });
  assert.equal((await other.call('cache_exists', { key: 'nothing' })).result['exists'], false);
  assert.equal(await other.stop(), 143);
});
