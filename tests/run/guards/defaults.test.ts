import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BUNDLED_MANIFEST } from '../../helpers/bundled-manifest.ts';
import type { Manifest } from '../../../lib/contract/manifest.ts';
import { loadManifest } from '../../../lib/run/manifests.ts';
import { folderWith } from '../../helpers/folder.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { connectTo, startRelay, type Relay } from '../../helpers/relay.ts';
import { envelopeOf, runMain, type Run } from '../../helpers/run-main.ts';

let relay: Relay;
const redis = useRedis({
  async started({ socketPath }) {
    relay = await startRelay(connectTo(socketPath));
  },
  stopping: () => relay.stop(),
});

/** Makes a folder with a manifest that includes the bundled tools, and returns its path. */
function folderOf(guards: string, tools = ''): string {
  return folderWith({
    'gantz.yaml': `name: defaults\ninclude: [builtin:redis]\nguards: ${guards}\n${tools && `tools:\n${tools}`}`,
  });
}

/** Returns the section `Guards` of `gantz describe`. */
async function guardsOf(cwd: string, tool: string): Promise<string[]> {
  const { stdout } = await runMain(['describe', tool], { cwd });
  return stdout.split('meets them:\n')[1]?.trimEnd().split('\n') ?? [];
}

async function call(cwd: string, ...words: string[]): Promise<Run> {
  return await runMain(words, {
    cwd,
    env: { REDIS_URL: `redis://127.0.0.1:${relay.port}`, GANTZ_NAMESPACE: redis.namespace },
  });
}

/** Closes the connection instead of delivering the next reply of a write. Returns a function that returns how many were lost. */
function loseReply(): () => number {
  let lost = 0;
  relay.fault = (reply) => {
    if (lost > 0 || !reply.includes('*2\r\n:0\r\n')) return 'none';
    lost++;
    return 'close';
  };
  return () => lost;
}

const WRITER = "  - { name: writes, description: d, script: { shell: 'date +%N' } }\n";
const READER =
  "  - { name: reads, description: d, annotations: { readOnlyHint: true }, script: { shell: 'date +%N' } }\n";

describe('guards: of a manifest', () => {
  it('reach the bundled tools, except what makes no sense for them, and describe says why', async () => {
    const cwd = folderOf(
      '{ retry: 3, cache: 10m, circuit_breaker: true, concurrency: 4, rate_limit: { limit: 9, per: 1m, by: [user] }, idempotency: { keep: 1d, key: [key] } }',
      READER.replace('d,', 'd, parameters: { user: string, key: string },'),
    );
    const every = [
      '  cache            not for this tool: it reads or changes what other calls change',
      '  retry            when a call fails with "retryable":true, runs again: 3 attempts in all, with pauses from 200ms to 10s',
      '  circuit_breaker  not for this tool: the state of a breaker is in the Redis that the tool uses',
      '  rate_limit       not for this tool: it has no parameter user',
      '  concurrency      runs at most 4 at a time, counted over all processes; a call beyond that waits up to 10s, then fails with OVERLOADED',
    ];
    assert.deepEqual(await guardsOf(cwd, 'list_push'), [
      '  idempotency      a second call with the same key within 1d gets the answer of the first, and nothing runs',
      ...every,
    ]);
    assert.deepEqual(await guardsOf(cwd, 'cache_get'), [
      '  idempotency      not for this tool: it only reads, and is always run again',
      ...every,
    ]);
    assert.equal((await runMain(['validate', '--strict'], { cwd })).exitCode, 0);
  });

  it('limit a bundled tool', async () => {
    const cwd = folderOf('{ rate_limit: 2/h }');
    const codes = [];
    for (const key of ['a', 'b', 'c'])
      codes.push(envelopeOf(await call(cwd, 'cache', 'get', '--key', key))['code']);
    assert.deepEqual(codes, [undefined, undefined, 'RATE_LIMITED']);
  });

  it('do not change the bundled tools when there are none', async () => {
    const cwd = folderWith({
      'gantz.yaml': `name: own\ninclude: [builtin:redis, beside.yaml]\ntools:\n${READER.replace(' }\n', ', cache: 1h }\n')}`,
      'beside.yaml': `guards: { concurrency: 4 }\ntools:\n${WRITER}`,
    });
    const { tools } = await load(cwd);
    assert.deepEqual(
      tools.filter(({ action }) => action?.kind === 'bundled'),
      BUNDLED_MANIFEST.tools,
    );
  });

  it('cache only tools with readOnlyHint, and no bundled one', async () => {
    const cwd = folderOf('{ cache: 10m }', READER + WRITER);
    const answer = async (...words: string[]): Promise<unknown> => {
      const { success: _, gantz: note, ...fields } = envelopeOf(await call(cwd, ...words));
      return [fields, note !== undefined];
    };
    const [first] = (await answer('call', 'reads')) as [unknown, boolean];
    assert.deepEqual(await answer('call', 'reads'), [first, true]);
    const [written] = (await answer('call', 'writes')) as [unknown, boolean];
    const [again, isCached] = (await answer('call', 'writes')) as [unknown, boolean];
    assert.notDeepEqual(again, written);
    assert.equal(isCached, false);
    await call(cwd, 'cache', 'set', '--key', 'k', '--value', 'one');
    assert.deepEqual(await answer('cache', 'get', '--key', 'k'), [{ value: 'one', found: true }, false]);
    await call(cwd, 'cache', 'set', '--key', 'k', '--value', 'two');
    assert.deepEqual(await answer('cache', 'get', '--key', 'k'), [{ value: 'two', found: true }, false]);
    assert.deepEqual(await guardsOf(cwd, 'writes'), [
      '  cache  not for this tool: it has no readOnlyHint, so it may change something',
    ]);
  });

  it('reach included files, which may replace them or switch them off, and get the name of the manifest', async () => {
    const cwd = folderWith({
      'gantz.yaml':
        'name: outer\ninclude: [plain.yaml, other.yaml]\nguards: { retry: 2, concurrency: 4, on_redis_failure: { concurrency: skip } }\n',
      'plain.yaml': `tools:\n${WRITER.replace('writes', 'plain').replace(' }\n', ', concurrency: 9 }\n')}`,
      'other.yaml': `name: other\nguards: { retry: 5, concurrency: false, on_redis_failure: {} }\ntools:\n${WRITER}`,
    });
    const { tools } = await load(cwd);
    const guards = Object.fromEntries(tools.map((tool) => [tool.name, tool.guards]));
    const retry = { backoffMs: 200, maxBackoffMs: 10_000 };
    assert.deepEqual(guards, {
      plain: {
        scope: 'outer',
        settings: { concurrency: { limit: 9, waitMs: 10_000 }, retry: { attempts: 2, ...retry } },
        optional: ['concurrency'],
      },
      writes: { scope: 'other', settings: { retry: { attempts: 5, ...retry } }, optional: [] },
    });
  });

  it('need the name of the manifest, which is reported once', async () => {
    const cwd = folderWith({ 'gantz.yaml': 'include: [builtin:redis]\nguards: { rate_limit: 60/m }\n' });
    const { stderr, exitCode } = await runMain(['validate'], { cwd });
    assert.equal(stderr.match(/error: /g)?.length, 1, stderr);
    assert.match(stderr, /`rate_limit` needs the `name` of the manifest/);
    assert.equal(exitCode, 3);
  });
});

describe('retry of a bundled tool that writes', () => {
  const cwd = folderOf('{ retry: { attempts: 3, backoff: 1ms } }');

  for (const [tool, words, effect] of [
    [
      'list_push',
      ['list', 'push', '--key', 'l', '--values:json', '["a","b"]'],
      () => redis.plain.lRange(`${redis.namespace}:list:l`, 0, -1),
    ],
    [
      'cache_increment',
      ['cache', 'increment', '--key', 'n'],
      () => redis.plain.get(`${redis.namespace}:cache:n`),
    ],
    [
      'queue_add',
      ['queue', 'add', '--queue', 'q', '--payload', 'p'],
      async () => {
        const stats = envelopeOf(await call(cwd, 'queue', 'stats', '--queue', 'q'));
        return stats['ready'];
      },
    ],
  ] as const) {
    it(`${tool} succeeds after a lost reply, and has its effect once`, async () => {
      const lost = loseReply();
      const { success, gantz } = envelopeOf(await call(cwd, ...words));
      assert.deepEqual([success, gantz, lost()], [true, { attempts: 2 }, 1]);
      const expected: unknown = { list_push: ['b', 'a'], cache_increment: '1', queue_add: 1 }[tool];
      assert.deepEqual(await effect(), expected);
      await call(cwd, ...words);
      assert.notDeepEqual(await effect(), expected, 'another call has an effect of its own');
    });
  }

  it('runs with the key of the caller when it gives one', async () => {
    const words = ['--idempotency-key', 'mine', 'list', 'push', '--key', 'keyed', '--values:json', '[1]'];
    loseReply();
    assert.equal(envelopeOf(await call(cwd, ...words)).success, true);
    assert.deepEqual(envelopeOf(await call(cwd, ...words))['gantz'], { replayed: true });
    assert.equal(await redis.plain.lLen(`${redis.namespace}:list:keyed`), 1);
  });

  it('gives an answer that is too large for a key', async () => {
    relay.fault = 'none';
    const value = 'x'.repeat(100_000);
    await redis.plain.rPush(`${redis.namespace}:list:large`, JSON.stringify(value));
    const { success, value: popped, gantz } = envelopeOf(await call(cwd, 'list', 'pop', '--key', 'large'));
    assert.deepEqual([success, popped, gantz], [true, value, undefined]);
  });

  it('keeps nothing of a call after its time limit', async () => {
    const space = `${redis.namespace}:idempotency:*`;
    await redis.plain.unlink((await redis.plain.keys(space)).concat('none'));
    assert.equal(
      envelopeOf(await call(cwd, 'list', 'push', '--key', 'brief', '--values:json', '[1]')).success,
      true,
    );
    const [record = '', ...others] = await redis.plain.keys(space);
    assert.deepEqual(others, []);
    const leftMs = await redis.plain.pTTL(record);
    assert.ok(leftMs > 0 && leftMs <= 11_000, String(leftMs));
  });

  it('fails with the outcome of the attempt that may have had an effect', async () => {
    const limited = folderOf('{ retry: { attempts: 3, backoff: 1ms }, rate_limit: 1/h }');
    loseReply();
    const push = ['list', 'push', '--key', 'unknown', '--values:json', '[1]'];
    const { code, outcome, gantz } = envelopeOf(await call(limited, ...push));
    assert.deepEqual([code, outcome], ['RATE_LIMITED', 'unknown']);
    assert.deepEqual(gantz, { attempts: 2, refused_by: 'rate_limit' });
    assert.equal(await redis.plain.lLen(`${redis.namespace}:list:unknown`), 1);
  });
});

async function load(cwd: string): Promise<Manifest> {
  return await loadManifest({ file: join(cwd, 'gantz.yaml') });
}
