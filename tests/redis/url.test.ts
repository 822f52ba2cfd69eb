import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { parseRedisUrl } from '../../lib/redis/url.ts';

describe('parseRedisUrl', () => {
  for (const [url, expected] of [
    ['embedded:', { kind: 'embedded', display: 'embedded:' }],
    [
      'redis://localhost',
      {
        kind: 'tcp',
        host: 'localhost',
        port: 6379,
        database: 0,
        display: 'redis://localhost:6379',
      },
    ],
    ['redis://:6380', null],
    ['REDIS://h:1/2', { kind: 'tcp', host: 'h', port: 1, database: 2, display: 'redis://h:1/2' }],
    [
      'rediss://h/?db=7',
      { kind: 'tcp', tls: {}, host: 'h', port: 6379, database: 7, display: 'rediss://h:6379/7' },
    ],
    [
      'redis://[::1]:6379',
      { kind: 'tcp', host: '::1', port: 6379, database: 0, display: 'redis://[::1]:6379' },
    ],
    [
      'redis://us%40er:p%2Fw%3A%25@h',
      {
        kind: 'tcp',
        host: 'h',
        port: 6379,
        username: 'us@er',
        password: 'p/w:%',
        database: 0,
        display: 'redis://h:6379',
      },
    ],
    [
      'unix:///run/my%20redis.sock?db=2',
      { kind: 'unix', path: '/run/my redis.sock', database: 2, display: 'unix:///run/my redis.sock?db=2' },
    ],
    [
      'unix://u:p%40@/s',
      { kind: 'unix', path: '/s', username: 'u', password: 'p@', database: 0, display: 'unix:///s' },
    ],
    [
      'valkeys://h',
      { kind: 'tcp', tls: {}, host: 'h', port: 6379, database: 0, display: 'valkeys://h:6379' },
    ],
    ['redis+unix:///s', { kind: 'unix', path: '/s', database: 0, display: 'unix:///s' }],
    [
      'rediss://h?tls_ca=/a%20b.pem&tls_servername=name',
      {
        kind: 'tcp',
        tls: { ca: '/a b.pem', servername: 'name' },
        host: 'h',
        port: 6379,
        database: 0,
        display: 'rediss://h:6379',
      },
    ],
    [
      'redis+cluster://u:p%40,@h1,[::1]:7001,h3:7002/0',
      {
        kind: 'cluster',
        nodes: [
          { host: 'h1', port: 6379 },
          { host: '::1', port: 7001 },
          { host: 'h3', port: 7002 },
        ],
        username: 'u',
        password: 'p@,',
        display: 'redis+cluster://h1:6379,[::1]:7001,h3:7002',
      },
    ],
    [
      'rediss+sentinel://:p@h1,h2:1/my%20master/3?sentinel_password=s',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 1 },
        ],
        master: 'my master',
        tls: {},
        password: 'p',
        database: 3,
        sentinelAccess: { password: 's' },
        display: 'rediss+sentinel://h1:26379,h2:1/my master/3',
      },
    ],
    ['unix:/s', { kind: 'unix', path: '/s', database: 0, display: 'unix:///s' }],
  ] as const) {
    if (expected) it(`takes ${url}`, () => assert.deepEqual(parseRedisUrl(url), expected));
  }

  it('reads the variables for TLS and for Sentinels, which options of the URL override', () => {
    const env = {
      REDIS_TLS_CA: '/ca',
      REDIS_TLS_CERT: '/cert',
      REDIS_TLS_KEY: '/key',
      REDIS_TLS_SERVERNAME: 'name',
      REDIS_SENTINEL_USERNAME: 'su',
      REDIS_SENTINEL_PASSWORD: 'sp',
    };
    const target = parseRedisUrl('rediss+sentinel://h/m?tls_ca=/other&sentinel_username=other', env);
    assert.ok(target.kind === 'sentinel');
    assert.deepEqual(target.tls, { ca: '/other', cert: '/cert', key: '/key', servername: 'name' });
    assert.deepEqual(target.sentinelAccess, { username: 'other', password: 'sp' });
    const plain = parseRedisUrl('redis://h', env);
    assert.ok(plain.kind === 'tcp');
    assert.equal(plain.tls, undefined);
  });

  for (const url of [
    'redis+cluster://u:hunter2@h:1,,h:2',
    'redis+cluster://u:hunter2@h:1/1',
    'redis+cluster://u:hunter2@h:1?db=1',
    'redis+sentinel://u:hunter2@h:1',
    'redis+sentinel://u:hunter2@h:1/m/0/x',
    'redis+sentinel://u:hunter2@h:1/m/x',
    'redis://u:hunter2@h:1,h:2',
    'redis://u:hunter2@h?tls_ca=/ca.pem',
    'rediss://u:hunter2@h?tls_cert=/cert.pem',
    'http://u:hunter2@h',
    'redis://u:hunter2@h:port',
    'redis://u:hunter2@h:99999',
    'redis://u:hunter2%zz@h',
    'redis://u:hunter2#x@h',
    'redis://u:hunter2@h/one',
    'redis://u:hunter2@h/1?db=1',
    'redis://u:hunter2@h?timeout=1',
    'unix://u:hunter2@host/s',
    'unix://u:hunter2%@/s',
    'unix://u:hunter2@/s?db=x',
    'embedded:hunter2',
    'hunter2',
    '',
  ]) {
    it(`refuses ${JSON.stringify(url)} without showing its password`, () => {
      assert.throws(
        () => parseRedisUrl(url),
        (error) => {
          assert.ok(error instanceof GantzError);
          assert.equal(error.code, 'NOT_RUNNABLE');
          assert.doesNotMatch(
            JSON.stringify([error.message, error.hint, error.details, error.cause]),
            /hunter2/,
          );
          return true;
        },
      );
    });
  }
});
