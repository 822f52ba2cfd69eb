import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { useRedis, type PlainClient } from '../../helpers/redis-server.ts';
import { openRows } from '../../helpers/rows.ts';
import { dumpOf, exportFrom, fill, importInto } from '../../helpers/transfer.ts';

const BYTES = { typeMapping: { 36: Buffer } } as const;
const BINARY = Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x22, 0xc3, 0x28]);

describe('an export that is imported', () => {
  const from = useRedis();
  const to = useRedis();
  const place = (redis: typeof from, namespace: string) => ({
    REDIS_URL: redis.url,
    GANTZ_NAMESPACE: namespace,
  });

  /** Exports a namespace of one server and imports it into another server. */
  async function copy(namespace: string) {
    return await importInto(place(to, namespace), await exportFrom(place(from, namespace)));
  }

  it('has every type, name and value, and each expiry to the millisecond', async () => {
    const namespace = `test-${randomUUID()}`;
    const keys = await fill(from.plain, namespace);
    const envelope = await copy(namespace);
    assert.equal(envelope['imported'], keys);
    const expected = await dumpOf([from.plain], namespace);
    assert.equal(Object.keys(expected).length, keys);
    assert.deepEqual(await dumpOf([to.plain], namespace), expected);
  });

  it('has bytes that are not UTF-8, in values, fields, members and names', async () => {
    const namespace = `test-${randomUUID()}`;
    const name = Buffer.concat([Buffer.from(`${namespace}:cache:`), BINARY]);
    const long = Buffer.alloc(1024 * 1024, BINARY);
    const reads: [write: (string | Buffer)[], read: (string | Buffer)[]][] = [
      [
        ['SET', name, BINARY],
        ['GET', name],
      ],
      [
        ['SET', `${namespace}:cache:long`, long],
        ['GET', `${namespace}:cache:long`],
      ],
      [
        ['RPUSH', `${namespace}:list:b`, BINARY, 'text', long],
        ['LRANGE', `${namespace}:list:b`, '0', '-1'],
      ],
      [
        ['HSET', `${namespace}:hash:b`, BINARY, BINARY],
        ['HGETALL', `${namespace}:hash:b`],
      ],
      [
        ['SADD', `${namespace}:set:b`, BINARY],
        ['SMEMBERS', `${namespace}:set:b`],
      ],
      [
        ['ZADD', `${namespace}:rate:b`, '1', BINARY],
        ['ZRANGE', `${namespace}:rate:b`, '0', '-1'],
      ],
    ];
    for (const [write] of reads) await from.plain.sendCommand(write);
    await copy(namespace);
    for (const [write, read] of reads) {
      const expected = await from.plain.sendCommand(read, BYTES);
      assert.deepEqual(await to.plain.sendCommand(read, BYTES), expected, String(write[0]));
    }
  });

  it('splits a large structure into lines of bounded size, and builds it again', async () => {
    const namespace = `test-${randomUUID()}`;
    const value = 'v'.repeat(100_000);
    for (let at = 0; at < 50; at++) await from.plain.rPush(`${namespace}:list:large`, `${at} ${value}`);
    const lines = await exportFrom(place(from, namespace));
    const parts = lines.split('\n').slice(1, -2);
    assert.ok(parts.length > 3, `${parts.length} parts`);
    for (const part of parts) assert.ok(part.length < 2 * 1024 * 1024, `${part.length} characters`);
    await importInto(place(to, namespace), lines);
    assert.deepEqual(await dumpOf([to.plain], namespace), await dumpOf([from.plain], namespace));
  });

  it('has streams with their groups, consumers and pending entries', async () => {
    const namespace = `test-${randomUUID()}`;
    const key = `${namespace}:cache:stream`;
    for (let at = 1; at <= 3000; at++) await from.plain.xAdd(key, `${at}-1`, { at: String(at), text: 'ünï' });
    await from.plain.xDel(key, ['7-1', '2999-1']);
    await from.plain.xTrim(key, 'MAXLEN', 2500);
    await from.plain.sendCommand(['XSETID', key, '9000-3']);
    await from.plain.xGroupCreate(key, 'first group', '0');
    await from.plain.xGroupCreate(key, 'second', '1000-1');
    await from.plain.xGroupCreateConsumer(key, 'second', 'idle');
    for (const consumer of ['ada', 'bob'])
      await from.plain.xReadGroup('first group', consumer, { key, id: '>' }, { COUNT: 1100 });
    await from.plain.xAck(key, 'first group', '600-1');
    await from.plain.sendCommand(['XCLAIM', key, 'first group', 'bob', '0', '700-1', '701-1']);
    await from.plain.xGroupCreate(`${namespace}:cache:empty`, 'g', '5-0', { MKSTREAM: true });
    const envelope = await copy(namespace);
    assert.deepEqual(envelope['types'], { stream: 2 });
    for (const name of ['stream', 'empty']) {
      const expected = await streamOf(from.plain, `${namespace}:cache:${name}`);
      const copied = await streamOf(to.plain, `${namespace}:cache:${name}`);
      assert.deepEqual(copied.about, expected.about);
      assert.deepEqual(copied.entries, expected.entries);
      assert.deepEqual(copied.groups, expected.groups);
    }
  });

  it('has the streams of the tools: the cursors, counts and groups of their callers go on', async () => {
    const namespace = `test-${randomUUID()}`;
    const [before, after] = [openRows(from, namespace), openRows(to, namespace)];
    const ids: string[] = [];
    for (let event = 1; event <= 6; event++)
      ids.push((await before.call('stream_append', { stream: 'a', event, ttl: 1000 })).id);
    const [first = '', second = '', third = ''] = ids;
    await before.call('stream_take', { stream: 'a', group: 'g', consumer: 'c', count: 3 });
    await before.call('stream_ack', { stream: 'a', group: 'g', ids: [first] });
    await before.call('stream_trim', { stream: 'a', min_id: second });
    await before.call('stream_append', { stream: 'empty', event: 1 });
    const { last_id: end } = await before.call('stream_read', { stream: 'empty' });
    await before.call('stream_trim', { stream: 'empty', max_length: 0 });
    const envelope = await copy(namespace);
    assert.deepEqual(envelope['types'], { stream: 2 });
    for (const stream of ['a', 'empty'])
      assert.deepEqual(
        await after.call('stream_info', { stream }),
        await before.call('stream_info', { stream }),
      );
    const { events, lost } = await after.call('stream_read', { stream: 'a', after: first });
    assert.deepEqual([events.map(({ event }) => event), lost], [[2, 3, 4, 5, 6], 0]);
    const taken = await after.call('stream_take', { stream: 'a', group: 'g', count: 9, min_idle: 0 });
    assert.deepEqual(taken.events.map(({ id, event, deliveries }) => [id, event, deliveries]).slice(0, 3), [
      [second, 2, 2],
      [third, 3, 2],
      [ids[3], 4, 1],
    ]);
    assert.match((await after.call('stream_append', { stream: 'a', event: 7 })).id, /-7$/);
    const { id } = await after.call('stream_append', { stream: 'empty', event: 2 });
    assert.match(id, /-2$/);
    assert.deepEqual(await after.call('stream_read', { stream: 'empty', after: end }), {
      events: [{ id, event: 2 }],
      last_id: id,
      lost: 0,
    });
    await before.close();
    await after.close();
  });

  it('goes into the namespace of the export unless GANTZ_NAMESPACE is set', async () => {
    const namespace = `test-${randomUUID()}`;
    const other = `test-${randomUUID()}`;
    await from.plain.set(`${namespace}:cache:a`, '1');
    const lines = await exportFrom(place(from, namespace));
    const kept = await importInto({ REDIS_URL: to.url }, lines);
    const moved = await importInto(place(to, other), lines);
    assert.deepEqual(
      [kept['namespace'], moved['namespace'], moved['source_namespace']],
      [namespace, other, namespace],
    );
    assert.equal(await to.plain.get(`${namespace}:cache:a`), '1');
    assert.equal(await to.plain.get(`${other}:cache:a`), '1');
  });

  it('has no key of another namespace and of a space that is not exported', async () => {
    const namespace = `test-${randomUUID()}`;
    const kept = [
      'cache:a',
      'list:a',
      'hash:a',
      'set:a',
      'sorted_set:a',
      'session:a',
      'session_owner:a',
      'stream:a',
      'queue:a',
      'rate:a',
    ];
    const others = [
      'lease:a',
      'import:x',
      'channel:a',
      'subscription:a',
      'lock:a',
      'wake:a',
      'unknown:a',
      'a',
    ];
    for (const name of [...kept, ...others]) await from.plain.set(`${namespace}:${name}`, '1');
    await from.plain.set(`${namespace}2:cache:a`, '1');
    await from.plain.set(`${namespace.replaceAll('-', '?')}:cache:a`, '1');
    await copy(namespace);
    const found = Object.keys(await dumpOf([to.plain], namespace));
    assert.deepEqual(found.sort(), kept.sort());
    assert.equal(await to.plain.exists(`${namespace}2:cache:a`), 0);
  });

  it('keeps each expiry to the millisecond on a server without PEXPIRETIME', async () => {
    const namespace = `test-${randomUUID()}`;
    for (let at = 0; at < 50; at++)
      await from.plain.set(`${namespace}:cache:${at}`, '1', { PXAT: Date.now() + 3_600_000 + at * 37 });
    await from.plain.set(`${namespace}:cache:for ever`, '1');
    // Redis 6.2 does not have the command.
    await from.plain.sendCommand([
      'ACL',
      'SETUSER',
      'old',
      'on',
      '>secret',
      '~*',
      '&*',
      '+@all',
      '-pexpiretime',
    ]);
    const url = `unix://old:secret@${from.socketPath}`;
    const lines = await exportFrom({ REDIS_URL: url, GANTZ_NAMESPACE: namespace });
    await importInto(place(to, namespace), lines);
    assert.deepEqual(await dumpOf([to.plain], namespace), await dumpOf([from.plain], namespace));
  });
});

/** Returns everything about a stream except the times at which its consumers were seen. */
async function streamOf(client: PlainClient, key: string) {
  const info = pairs(await client.sendCommand(['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0']));
  const about = [...info].filter(
    ([name]) => !['groups', 'entries'].includes(name) && !name.startsWith('radix'),
  );
  const groups = (info.get('groups') as unknown[]).map((reply) => {
    const group = pairs(reply);
    const consumers = (group.get('consumers') as unknown[]).map((one) => {
      const consumer = pairs(one);
      return [consumer.get('name'), consumer.get('pending')];
    });
    return [...group].filter(([name]) => name !== 'consumers').concat([['consumers', consumers]]);
  });
  return { about, groups, entries: await client.sendCommand(['XRANGE', key, '-', '+']) };
}

function pairs(reply: unknown): Map<string, unknown> {
  const words = reply as unknown[];
  return new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[String(word), words[at + 1]]] : [])));
}
