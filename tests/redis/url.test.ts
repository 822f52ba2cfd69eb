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
        tls: false,
        host: 'localhost',
        port: 6379,
        database: 0,
        display: 'redis://localhost:6379',
      },
    ],
    ['redis://:6380', null],
    ['REDIS://h:1/2', { kind: 'tcp', tls: false, host: 'h', port: 1, database: 2, display: 'redis://h:1/2' }],
    [
      'rediss://h/?db=7',
      { kind: 'tcp', tls: true, host: 'h', port: 6379, database: 7, display: 'rediss://h:6379/7' },
    ],
    [
      'redis://[::1]:6379',
      { kind: 'tcp', tls: false, host: '::1', port: 6379, database: 0, display: 'redis://[::1]:6379' },
    ],
    [
      'redis://us%40er:p%2Fw%3A%25@h',
      {
        kind: 'tcp',
        tls: false,
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
    ['unix:/s', { kind: 'unix', path: '/s', database: 0, display: 'unix:///s' }],
  ] as const) {
    if (expected) it(`takes ${url}`, () => assert.deepEqual(parseRedisUrl(url), expected));
  }

  for (const url of [
    'redis+cluster://u:hunter2@h:1,h:2',
    'redis+sentinel://u:hunter2@h:1/m/0',
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
