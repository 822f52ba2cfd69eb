import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createClient } from '@redis/client';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import type { BundledTools } from '../../lib/generated/tools.ts';
import { slotOf } from '../../lib/redis/slot.ts';
import { openGantz, type Notes } from '../../lib/library/library.ts';
import { useCluster } from '../helpers/redis-cluster.ts';
import { useRedis, type PlainClient } from '../helpers/redis-server.ts';
import { startSentinels, type SentinelGroup } from '../helpers/redis-sentinel.ts';
import { startServer } from '../http/server.ts';
import { openRows, type Rows } from '../helpers/rows.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { waitFor } from '../helpers/wait.ts';
import { prepareCall, WRITING_TOOLS, type CallTool } from '../helpers/writing-calls.ts';
import { exportFrom, fill, importInto } from '../helpers/transfer.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAMESPACE = 'test-acl';

/** The lines of docs/redis.md: the arguments of ACL SETUSER by the name of the user, for the namespace of this test. */
const LINES = new Map(
  [
    ...readFileSync(join(ROOT, 'docs/redis.md'), 'utf8').matchAll(
      /^ACL SETUSER (gantz(?:-(\w+))?) (on .*)$/gm,
    ),
  ].map(([, , group = 'all', words = '']) => [group, words.replaceAll('mcp:', `${NAMESPACE}:`).split(' ')]),
);

type Call = { [N in keyof BundledTools]: [name: N, input: BundledTools[N]['input']] }[keyof BundledTools];

/** Calls of every tool, which succeed one after the other. */
const CALLS: Readonly<Record<string, readonly Call[]>> = {
  cache: [
    ['cache_set', { key: 'a', value: 1, ttl: 60 }],
    ['cache_set', { key: 'a', value: 1, expected: 1 }],
    ['cache_get', { key: 'a' }],
    ['cache_get_many', { keys: ['a', 'b'] }],
    ['cache_exists', { key: 'a' }],
    ['cache_ttl', { key: 'a' }],
    ['cache_touch', { key: 'a', ttl: 60 }],
    ['cache_touch', { key: 'a', ttl: null }],
    ['cache_increment', { key: 'a' }],
    ['cache_increment', { key: 'a', ttl: 60 }],
    ['cache_increment', { key: 'a', ttl: null }],
    ['cache_increment', { key: 'a', ceiling: 0 }],
    ['cache_keys', {}],
    ['cache_set_many', { entries: { b: 1, c: 2 } }],
    ['cache_delete', { key: 'a' }],
    ['cache_lease', { key: 'a' }],
    ['cache_lease', { key: 'a', wait: 2 }],
    ['cache_lease', { key: 'a', allow_stale: true }],
    ['cache_fulfill', { key: 'a', token: 'none', value: 1 }],
    ['cache_release', { key: 'a', token: 'none' }],
    ['cache_delete', { key: 'a' }],
  ],
  list: [
    ['list_push', { key: 'a', values: [1, 2, 3] }],
    ['list_push', { key: 'a', values: [4], left: true, ttl: 60 }],
    ['list_push', { key: 'a', values: [5], left: false, ttl: null }],
    ['list_push', { key: 'a', values: [6], max_length: 4 }],
    ['list_pop', { key: 'a', left: false }],
    ['list_pop', { key: 'a', left: true }],
    ['list_range', { key: 'a' }],
    ['list_length', { key: 'a' }],
    ['list_delete', { key: 'a' }],
    // Long enough for a subscription.
    ['list_pop', { key: 'a', wait: 1 }],
  ],
  hash: [
    ['hash_set', { key: 'a', mapping: { b: 1, c: 2 } }],
    ['hash_set', { key: 'a', mapping: { b: 1 }, ttl: 60 }],
    ['hash_set', { key: 'a', mapping: { b: 1 }, ttl: null }],
    ['hash_get', { key: 'a' }],
    ['hash_get', { key: 'a', field: 'b' }],
    ['hash_increment', { key: 'a', field: 'b' }],
    ['hash_delete', { key: 'a', fields: ['b'] }],
    ['hash_delete', { key: 'a' }],
  ],
  set: [
    ['set_add', { key: 'a', members: ['b', 'c'] }],
    ['set_add', { key: 'a', members: ['b'], ttl: 60 }],
    ['set_add', { key: 'a', members: ['b'], ttl: null }],
    ['set_members', { key: 'a' }],
    ['set_is_member', { key: 'a', member: 'b' }],
    ['set_remove', { key: 'a', members: ['b'] }],
    ['set_delete', { key: 'a' }],
  ],
  sorted_set: [
    ['sorted_set_add', { key: 'a', members: [{ member: 'b', score: 1 }] }],
    ['sorted_set_add', { key: 'a', members: [{ member: 'b', score: 2 }], only_if: 'greater', ttl: 60 }],
    ['sorted_set_add', { key: 'a', members: [{ member: 'c', score: 2 }], ttl: null }],
    ['sorted_set_range', { key: 'a' }],
    ['sorted_set_range', { key: 'a', by: 'score', reverse: true }],
    ['sorted_set_rank', { key: 'a', member: 'b' }],
    ['sorted_set_rank', { key: 'a', member: 'b', reverse: true }],
    ['sorted_set_increment', { key: 'a', member: 'b' }],
    ['sorted_set_remove', { key: 'a', members: ['b'] }],
    ['sorted_set_delete', { key: 'a' }],
  ],
  stream: [
    ['stream_append', { stream: 'a', event: 1 }],
    ['stream_append', { stream: 'a', event: 2, max_length: 5, ttl: 60 }],
    ['stream_append', { stream: 'a', event: 3, ttl: null }],
    ['stream_read', { stream: 'a' }],
    ['stream_read', { stream: 'a', after: '$' }],
    ['stream_take', { stream: 'a', group: 'g' }],
    ['stream_take', { stream: 'a', group: 'g', min_idle: 0 }],
    ['stream_ack', { stream: 'a', group: 'g', ids: ['1-1'] }],
    ['stream_info', { stream: 'a' }],
    ['stream_trim', { stream: 'a', max_length: 1 }],
    ['stream_trim', { stream: 'a', min_id: '1-1' }],
    ['stream_delete', { stream: 'a' }],
    // Long enough for a subscription.
    ['stream_read', { stream: 'a', wait: 1 }],
  ],
  state: (
    [
      'cache',
      'list',
      'hash',
      'set',
      'sorted_set',
      'session',
      'lock',
      'queue',
      'stream',
      'rate_limit',
    ] as const
  ).map((kind): Call => ['state_list', { kind }]),
  rate_limit: [
    ['rate_limit_check', { identifier: 'a', limit: 5, window_seconds: 3600 }],
    ['rate_limit_check', { identifier: 'a', limit: 5, window_seconds: 3600 }],
    ['rate_limit_sliding_window', { identifier: 'a', limit: 5, window_seconds: 3600 }],
    ['rate_limit_sliding_window', { identifier: 'a', limit: 5, window_seconds: 3600 }],
    ['rate_limit_combined', { identifier: 'a', limits: [{ limit: 5, window_seconds: 3600 }] }],
    ['rate_limit_token_bucket', { identifier: 'a', capacity: 1, refill_per_second: 1 }],
    // Long enough for a subscription.
    ['rate_limit_token_bucket', { identifier: 'a', capacity: 1, refill_per_second: 1, wait: 5 }],
    ['rate_limit_reset', { identifier: 'a' }],
  ],
};

/** Calls that need the results of calls before them. */
const FLOWS: Readonly<Record<string, (rows: Rows) => Promise<void>>> = {
  async cache(rows) {
    const leaseOf = async (): Promise<string> => {
      const { token } = await rows.call('cache_lease', { key: 'd' });
      assert.ok(token !== null);
      return token;
    };
    await rows.call('cache_release', { key: 'd', token: await leaseOf() });
    await rows.call('cache_fulfill', { key: 'd', token: await leaseOf(), value: 1, ttl: 1, stale_for: 60 });
    await waitFor(async () => !(await rows.call('cache_exists', { key: 'd' })).exists, {
      what: 'the end of a value',
    });
    await rows.call('cache_release', { key: 'd', token: await leaseOf() });
    await leaseOf();
    assert.equal((await rows.call('cache_lease', { key: 'd', allow_stale: true })).stale, true);
    await rows.call('cache_delete', { key: 'd' });
    await rows.call('cache_fulfill', { key: 'd', token: await leaseOf(), value: 1, ttl: null });
  },
  async session(rows) {
    const { session_id: id } = await rows.call('session_create', { data: { a: 1 }, ttl: 60, owner: 'ada' });
    await rows.call('session_list', { owner: 'ada' });
    await rows.call('session_patch', { session_id: id, patch: { a: { b: null } } });
    await rows.call('session_update', { session_id: id, unset: ['a'], fence: 5 });
    await rows.call('session_get', { session_id: id });
    await rows.call('session_update', { session_id: id, data: { b: 1 } });
    await rows.call('session_update', { session_id: id, data: { c: 1 }, merge: false });
    await rows.call('session_extend', { session_id: id, ttl: 60 });
    await rows.call('session_extend', { session_id: id, ttl: null });
    await rows.call('session_delete', { session_id: id });
  },
  async lock(rows) {
    const { token } = await rows.call('lock_acquire', { name: 'a' });
    assert.ok(token);
    await rows.call('lock_status', { name: 'a' });
    await rows.call('lock_extend', { name: 'a', token, ttl: 60 });
    await rows.call('lock_extend', { name: 'a', token, ttl: 50 });
    // Long enough for a subscription.
    await rows.call('lock_acquire', { name: 'a', wait: 1 });
    await rows.call('lock_release', { name: 'a', token });
  },
  async queue(rows) {
    const queue = 'a';
    const take = async (): Promise<string[]> =>
      (await rows.call('queue_take', { queue })).jobs.map(({ receipt }) => receipt);
    const bounded = { queue, max_length: 9, max_attempts: 1 };
    await rows.call('queue_add_many', { ...bounded, payloads: [1, 2, 3], dedup_ids: ['a', '', ''] });
    await rows.call('queue_add', { ...bounded, payload: 1, dedup_id: 'a' });
    const { id } = await rows.call('queue_add', { queue, payload: 4, delay: 9 });
    await rows.call('queue_stats', { queue });
    await rows.call('queue_peek', { queue });
    await rows.call('queue_get', { queue, id });
    await rows.call('queue_cancel', { queue, id });
    const receipts = await take();
    await rows.call('queue_extend', { queue, receipts });
    await rows.call('queue_ack', { queue, receipts });
    await rows.call('queue_nack', { queue, receipts: await take() });
    await rows.call('queue_requeue', { queue });
    await rows.call('queue_purge', { queue, state: 'ready' });
    await rows.call('queue_purge', { queue });
    await rows.call('queue_take', { queue, wait: 1 });
  },
  async pubsub(rows) {
    for (const source of [{ channel: 'news.a' }, { pattern: 'news.*' }]) {
      let ended: Promise<{ reason: string }> | undefined;
      await new Promise<void>((resolve, reject) => {
        ended = rows.call('pubsub_subscribe', { ...source, timeout: 30 }, { notice: () => resolve() });
        ended.catch(reject);
      });
      await rows.call('pubsub_publish', { channel: 'news.a', message: 1 });
      await rows.call('pubsub_unsubscribe', source);
      await ended;
    }
  },
};

/** Makes one structure of each kind that `state_list` lists. */
async function fillKinds(plain: PlainClient): Promise<void> {
  for (const [command, name, ...values] of [
    ['SET', 'cache:a', '1'],
    ['RPUSH', 'list:a', '1'],
    ['HSET', 'hash:a', 'b', '1'],
    ['SADD', 'set:a', '1'],
    ['ZADD', 'sorted_set:a', '1', 'b'],
    ['HSET', 'session:a', 'revision', '1'],
    ['HSET', 'lock:a', 'until_ms', '1'],
    ['HSET', 'queue:{q:a}:jobs', 'sequence', '1'],
    ['XADD', 'stream:a', '1-1', 'event', '1'],
    ['ZADD', 'rate:{r:a}', '1', 'fixed:60'],
  ] as const)
    await plain.sendCommand([command, `${NAMESPACE}:${name}`, ...values]);
}

const GROUPS = [...new Set([...Object.keys(CALLS), ...Object.keys(FLOWS)])];

async function runGroup(group: string, rows: Rows): Promise<void> {
  for (const [name, input] of CALLS[group] ?? []) await rows.call(name, input);
  await FLOWS[group]?.(rows);
}

/** Sets the user of a line, who may also subscribe to the pattern of these tests. */
async function setUser(plain: Pick<PlainClient, 'sendCommand'>, group: string): Promise<void> {
  const words = LINES.get(group);
  assert.ok(words, `docs/redis.md has a line for ${group}`);
  await plain.sendCommand(['ACL', 'SETUSER', 'gantz', 'reset', ...words]);
  if (words.some((word) => word.startsWith('&')))
    await plain.sendCommand(['ACL', 'SETUSER', 'gantz', `&${NAMESPACE}:channel:news.*`]);
}

const withoutSubcommand = (name: string): string => name.replace(/\|.*/, '');

const withUser = (url: string): string => url.replace('://', '://gantz:secret@');

describe('the ACL lines of docs/redis.md', () => {
  const server = useRedis();
  const rowsAs = (url: string): Rows => openRows({ url: withUser(url) }, NAMESPACE);

  it('are one for each group and one for all', () => {
    assert.deepEqual([...LINES.keys()].sort(), ['all', 'export', 'import', ...GROUPS].sort());
    const called: string[] = Object.values(CALLS).flatMap((calls) => calls.map(([name]) => name));
    const missing = BUNDLED_MANIFEST.tools
      .map(({ name }) => name)
      .filter(
        (name) =>
          !called.includes(name) &&
          !Object.keys(FLOWS).some((group) => !(group in CALLS) && name.startsWith(`${group}_`)),
      );
    assert.deepEqual(missing, []);
  });

  for (const group of GROUPS) {
    it(`allow the tools of ${group} what they send, and no other command`, async () => {
      if (group === 'state') await fillKinds(server.plain);
      await setUser(server.plain, group);
      await server.plain.sendCommand(['SCRIPT', 'FLUSH']);
      await server.plain.sendCommand(['CONFIG', 'RESETSTAT']);
      const rows = rowsAs(server.url);
      try {
        await runGroup(group, rows);
      } finally {
        await rows.close();
      }
      const ran = commandsOf(await server.plain.info('commandstats'));
      const wanted = new Set([...ran, ...commandsOfScripts(group), 'ping', 'info']);
      if (wanted.has('evalsha')) wanted.add('eval');
      // Calls that wait leave their channel later.
      if (wanted.has('subscribe') && group !== 'pubsub') wanted.add('unsubscribe');
      for (const name of ['config|resetstat', 'auth']) wanted.delete(name);
      // A script names only the command, and its line allows all its subcommands.
      for (const name of wanted)
        if (wanted.has(withoutSubcommand(name)) && name.includes('|')) wanted.delete(name);
      assert.deepEqual([...allowed(group)].sort(), [...wanted].sort());
    });
  }

  it('allow export and import what they send, and no other command', async () => {
    await fill(server.plain, NAMESPACE);
    const key = (space: string): string => `${NAMESPACE}:${space}:copied`;
    const items = Array.from({ length: 400 }, (_, at) => `item ${at} ${'x'.repeat(3000)}`);
    await server.plain.rPush(key('list'), items);
    await server.plain.set(key('cache'), items.join(''), { EX: 1000 });
    const stream = key('hash');
    await server.plain.sendCommand(['XADD', stream, '1-1', 'a', 'b']);
    await server.plain.sendCommand(['XGROUP', 'CREATE', stream, 'group', '0']);
    await server.plain.sendCommand(['XREADGROUP', 'GROUP', 'group', 'one', 'STREAMS', stream, '>']);
    const place = { REDIS_URL: withUser(server.url), GANTZ_NAMESPACE: NAMESPACE };
    let exported = '';
    for (const [line, run] of [
      ['export', async () => (exported = await exportFrom(place))],
      [
        'import',
        async () => [await importInto(place, exported, '--overwrite'), await importInto(place, exported)],
      ],
    ] as const) {
      await setUser(server.plain, line);
      await server.plain.sendCommand(['SCRIPT', 'FLUSH']);
      await server.plain.sendCommand(['CONFIG', 'RESETSTAT']);
      await run();
      const ran = new Set([...commandsOf(await server.plain.info('commandstats'))].map(withoutSubcommand));
      for (const name of ['ping', 'info']) ran.add(name);
      if (line === 'import') ran.add('eval');
      for (const name of ['config', 'auth']) ran.delete(name);
      assert.deepEqual([...new Set([...allowed(line)].map(withoutSubcommand))].sort(), [...ran].sort());
    }
  });

  it('add up to the line for all tools', () => {
    const all = new Set(GROUPS.flatMap((group) => [...allowed(group)]));
    for (const name of [
      'cluster|slots',
      'cluster|nodes',
      'asking',
      'pubsub|numsub',
      'role',
      'select',
      'lindex',
    ])
      all.add(name);
    assert.deepEqual([...allowed('all')].sort(), [...all].sort());
  });

  it('allow calls with an idempotency key, with what the page adds for them', async () => {
    const page = readFileSync(join(ROOT, 'docs/redis.md'), 'utf8');
    const [, added = ''] = /add `(~mcp:idempotency:[^`]*)` to the line of a group/.exec(page) ?? [];
    const more = [...added.replace('mcp:', `${NAMESPACE}:`).split(' '), '+lindex'];
    for (const group of GROUPS) {
      await setUser(server.plain, group);
      await server.plain.sendCommand(['ACL', 'SETUSER', 'gantz', ...more]);
      let notices = 0;
      await using gantz = await openGantz({
        redisUrl: withUser(server.url),
        namespace: NAMESPACE,
        env: {},
        onNotice: () => notices++,
      });
      const call = (async (name: string, input: Record<string, unknown>) =>
        await gantz.call(name, input)) as CallTool;
      for (const name of WRITING_TOOLS.filter((tool) => tool.startsWith(`${group}_`))) {
        await server.plain.flushDb();
        const input = await prepareCall(name, call, async (subscription) => {
          void gantz.call('pubsub_subscribe', subscription).catch(() => undefined);
          await waitFor(() => notices > 0, { what: 'the subscription' });
        });
        const keyed = async (): Promise<Notes> => await gantz.call(name, input, { idempotencyKey: name });
        await keyed();
        assert.deepEqual((await keyed()).gantz, { replayed: true }, name);
      }
    }
  });

  it('allow one-shot calls too, which send EVAL for a script that the server does not have', async () => {
    await setUser(server.plain, 'all');
    await server.plain.sendCommand(['SCRIPT', 'FLUSH']);
    const env = { REDIS_URL: `${withUser(server.url)}?db=1`, GANTZ_NAMESPACE: NAMESPACE };
    for (const argv of [['cache', 'increment', '--key', 'a'], ['ping']]) {
      const run = await runMain(argv, { env });
      assert.equal(run.exitCode, 0, run.stdout);
    }
  });

  it('deny keys and channels of other namespaces', async () => {
    await setUser(server.plain, 'all');
    const rows = openRows({ url: withUser(server.url) }, 'other');
    for (const [name, input] of [
      ['cache_get', { key: 'a' }],
      ['cache_set', { key: 'a', value: 1 }],
      ['cache_increment', { key: 'a' }],
      ['pubsub_publish', { channel: 'a', message: 1 }],
    ] satisfies Call[]) {
      assert.equal((await rows.failure(name, input, 'REDIS_AUTH')).outcome, 'none');
    }
    await rows.close();
  });

  it('deny a pattern that the line does not have, and the hint is how to allow it', async () => {
    await setUser(server.plain, 'all');
    const rows = rowsAs(server.url);
    const { hint } = await rows.failure('pubsub_subscribe', { pattern: 'other.*' }, 'REDIS_AUTH');
    assert.match(String(hint), /&<namespace>:channel:<pattern>/);
    await rows.close();
  });

  describe('on a cluster', () => {
    const cluster = useCluster();

    it('allow every tool, also while a slot moves', async () => {
      for (const { plain } of cluster.masters) await setUser(plain, 'all');
      const rows = rowsAs(cluster.url);
      try {
        for (const group of GROUPS) await runGroup(group, rows);
        const slot = slotOf(`${NAMESPACE}:hash:moving`);
        await cluster.beginMove(slot);
        assert.equal((await rows.call('hash_increment', { key: 'moving', field: 'a' })).value, 1);
      } finally {
        await rows.close();
      }
    });
  });

  describe('behind a Sentinel', () => {
    let group: SentinelGroup | undefined;
    before(async () => void (group = await startSentinels({ replicas: 0, sentinels: 1 })));
    after(async () => await group?.stop());

    it('allow every tool, and the line for Sentinels what gantz sends them', async () => {
      assert.ok(group);
      const { url } = group;
      const [, words = ''] =
        /`ACL SETUSER (gantz on >secret -@all[^`]*)`/.exec(
          readFileSync(join(ROOT, 'docs/redis.md'), 'utf8'),
        ) ?? [];
      const sentinel = createClient({ url: url.replace('+sentinel', '').replace('/mymaster', '') });
      sentinel.on('error', () => undefined);
      await sentinel.connect();
      await sentinel.sendCommand(['ACL', 'SETUSER', ...words.split(/\s+/)]);
      sentinel.destroy();
      await setUser((await group.master()).plain, 'all');
      const env = {
        REDIS_URL: withUser(url),
        GANTZ_NAMESPACE: NAMESPACE,
        REDIS_SENTINEL_USERNAME: 'gantz',
        REDIS_SENTINEL_PASSWORD: 'secret',
      };
      const run = await runMain(['cache', 'increment', '--key', 'a'], { env });
      assert.equal(run.exitCode, 0, run.stdout);
      const rows = rowsAs(`${url}?sentinel_username=gantz&sentinel_password=secret`);
      await rows.call('cache_keys', {});
      await rows.close();
    });
  });
});

describe('a user or a server that refuses commands which gantz can do without', () => {
  const RENAMED = ['EVALSHA', 'SCRIPT', 'INFO'];
  const denying = useRedis();
  const renaming = useRedis({
    options: () => ({ args: RENAMED.flatMap((name) => ['--rename-command', name, '']) }),
  });
  before(async () => {
    await setUser(denying.plain, 'all');
    const denied = ['-evalsha', '-script|load', '-info'];
    await denying.plain.sendCommand(['ACL', 'SETUSER', 'gantz', ...denied]);
  });

  for (const [what, url] of [
    ['denied by ACL', () => withUser(denying.url)],
    ['removed by rename-command', () => renaming.url],
  ] as const) {
    it(`still runs scripts, listings, ping and the health of gantz serve: ${what}`, async () => {
      const env = { REDIS_URL: url(), GANTZ_NAMESPACE: NAMESPACE };
      const one = await runMain(['cache', 'increment', '--key', 'a'], { env });
      assert.equal(one.exitCode, 0, one.stdout);
      const ping = envelopeOf(await runMain(['ping'], { env }));
      assert.deepEqual([ping.success, ping['server'], ping['version']], [true, 'unknown', 'unknown']);
      const rows = openRows({ url: url() }, NAMESPACE);
      assert.equal((await rows.call('cache_increment', { key: 'a' })).value, 2);
      assert.deepEqual((await rows.call('cache_keys', {})).keys, ['a']);
      await rows.close();
      const web = await startServer([], { env });
      assert.equal((await fetch(`${web.url}/healthz`)).status, 200);
      await web.stop();
    });
  }
});

describe('a command that is refused inside a script after a write', () => {
  const server = useRedis();

  it('is REDIS_AUTH with the outcome unknown, because the write took place', async () => {
    await setUser(server.plain, 'all');
    await server.plain.sendCommand(['ACL', 'SETUSER', 'gantz', '-expire']);
    const rows = openRows({ url: withUser(server.url) }, NAMESPACE);
    const failure = await rows.failure('hash_set', { key: 'a', mapping: { b: 1 }, ttl: 60 }, 'REDIS_AUTH');
    assert.equal(failure.outcome, 'unknown');
    assert.equal(await server.plain.hGet(`${NAMESPACE}:hash:a`, 'b'), '1');
    await rows.close();
  });

  it('has the outcome none when EVALSHA and EVAL themselves are denied', async () => {
    await setUser(server.plain, 'all');
    await server.plain.sendCommand(['ACL', 'SETUSER', 'gantz', '-evalsha', '-eval']);
    const rows = openRows({ url: withUser(server.url) }, NAMESPACE);
    const failure = await rows.failure('hash_set', { key: 'c', mapping: { b: 1 } }, 'REDIS_AUTH');
    assert.equal(failure.outcome, 'none');
    assert.equal(await server.plain.exists(`${NAMESPACE}:hash:c`), 0);
    await rows.close();
  });
});

/** Returns the commands that a line allows. */
function allowed(group: string): Set<string> {
  const words = LINES.get(group) ?? [];
  return new Set(words.filter((word) => word.startsWith('+')).map((word) => word.slice(1)));
}

/** Returns the commands that a server ran, from the reply of INFO commandstats. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^cmdstat_([^:]+):calls=[1-9]/gm)].map(([, name = '']) => name);
}

/** Returns the commands that the scripts of a group may send, some of them in rare states of their keys. */
function commandsOfScripts(group: string): string[] {
  const folder = join(ROOT, 'tools/lua');
  const prefix = `${group.replace('rate_limit', 'rate').replaceAll('_', '-')}-`;
  const text = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .flatMap((name) => [
      name,
      ...[...text(name).matchAll(/@include ([\w-]+)/g)].map(([, part]) => `includes/${part}.lua`),
    ])
    .flatMap((file) =>
      [...text(file).matchAll(/redis\.p?call\('(\w+)'/g)].map(([, name = '']) => name.toLowerCase()),
    );
}
