import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKS, type Finding } from '../../../lib/redis/doctor/checks.ts';
import type { Facts, Node } from '../../../lib/redis/doctor/facts.ts';
import { parseInfo } from '../../../lib/redis/info.ts';
import { parseRedisUrl } from '../../../lib/redis/url.ts';

/** The facts of one server with these lines of INFO, which the tests cannot produce on a real server of this machine. */
function facts(
  info: readonly string[],
  { url = 'redis://127.0.0.1', ...node }: Partial<Node> & { url?: string } = {},
): Facts {
  return {
    target: parseRedisUrl(url),
    mode: url.includes('cluster') ? 'cluster' : 'standalone',
    nodes: [{ address: '127.0.0.1:6379', role: 'master', info: parseInfo(info.join('\r\n')), ...node }],
  };
}

type Case = [
  what: string,
  check: keyof typeof CHECKS,
  facts: Facts,
  status: Finding['status'],
  message: RegExp,
];

const CASES: Case[] = [
  ['a clock that is 3 s ahead', 'clock', facts([], { clockAheadMs: 3000 }), 'warning', /3\.0 s ahead of/],
  [
    'a clock that is 1 hour behind',
    'clock',
    facts([], { clockAheadMs: -3_600_000 }),
    'warning',
    /3600\.0 s behind/,
  ],
  ['a clock that is 1 s ahead', 'clock', facts([], { clockAheadMs: 1000 }), 'ok', /the same/],
  [
    'no TLS to a remote host',
    'tls',
    facts([], { url: 'redis://db.example:6379', address: 'db.example:6379' }),
    'warning',
    /db\.example:6379 is not encrypted/,
  ],
  [
    'TLS to a remote host',
    'tls',
    facts([], { url: 'rediss://db.example', address: 'db.example:6379' }),
    'ok',
    /TLS/,
  ],
  ['no TLS to an address of this machine', 'tls', facts([], { address: '[::1]:6379' }), 'ok', /not needed/],
  ['Redis 6.0', 'version', facts(['redis_version:6.0.16']), 'warning', /Redis 6\.0\.16 is older than 6\.2/],
  ['Redis 6.2', 'version', facts(['redis_version:6.2.14']), 'ok', /6\.2\.14/],
  ['Redis 10', 'version', facts(['redis_version:10.0.0']), 'ok', /10\.0/],
  ['Valkey 9', 'version', facts(['redis_version:7.2.4', 'valkey_version:9.1.2']), 'ok', /Valkey 9\.1\.2/],
  [
    'a failed snapshot',
    'writes',
    facts(['aof_enabled:0', 'rdb_last_bgsave_status:err']),
    'warning',
    /rdb_last_bgsave_status/,
  ],
  [
    'a failed rewriting of the append-only file',
    'writes',
    facts(['aof_enabled:1', 'aof_last_write_status:ok', 'aof_last_bgrewrite_status:err']),
    'warning',
    /aof_last_bgrewrite_status/,
  ],
  [
    'a replica that is 2 MiB behind',
    'replicas',
    facts(['master_repl_offset:3000000', 'slave0:ip=10.0.0.1,port=6379,state=online,offset=902848,lag=1']),
    'warning',
    /10\.0\.0\.1:6379 is 2 MiB behind/,
  ],
  [
    'a replica that does not reply',
    'replicas',
    facts(['master_repl_offset:9', 'slave0:ip=10.0.0.1,port=6379,state=online,offset=9,lag=30']),
    'warning',
    /for 30 s/,
  ],
  ['a server that loads its data', 'loading', facts(['loading:1']), 'warning', /is loading/],
  [
    'a master of a cluster without a replica',
    'replicas',
    facts(['master_repl_offset:9'], { url: 'redis+cluster://127.0.0.1' }),
    'warning',
    /has no replica/,
  ],
];

describe('the checks of gantz doctor', () => {
  for (const [what, check, given, status, message] of CASES) {
    it(`report ${what}: ${status}`, () => {
      const finding = CHECKS[check](given);
      assert.equal(finding?.status, status);
      assert.match(finding.message, message);
    });
  }
});
