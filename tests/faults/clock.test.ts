import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';

/** Debian's libfaketime, which changes the clock of one process; undefined when it is not installed. */
const LIBRARY = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
  .find((path) => existsSync(path));
const skip = LIBRARY === undefined && 'libfaketime is not installed';

describe('a caller whose clock is wrong', { skip }, () => {
  const server = useRedis();

  for (const { name, path: program } of PROGRAMS) {
    for (const offset of ['-400d', '+400d']) {
      it(`gets the times of the server with ${name}, ${offset}`, async () => {
        const env = {
          REDIS_URL: server.url,
          GANTZ_NAMESPACE: `clock${offset}-${name.length}`.replace('+', 'p'),
          LD_PRELOAD: LIBRARY,
          FAKETIME: offset,
          // The monotonic clock stays right, as on a machine whose clock was set.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        };
        const run = async (...words: string[]) => {
          const done = await runProgram(words, { env, program });
          assert.equal(done.exitCode, 0, done.stdout);
          return envelopeOf(done);
        };
        await run('cache', 'set', '{"key":"a","value":1,"ttl":1000}');
        const left = Number((await run('cache', 'ttl', '{"key":"a"}'))['ttl']);
        assert.ok(left > 900 && left <= 1000, `${left} s are left`);
        const limited = ['rate_limit', 'check', '{"identifier":"u","limit":1,"window_seconds":86400}'];
        const first = await run(...limited);
        assert.equal(first['allowed'], true);
        assert.equal((await run(...limited))['allowed'], false);
        const [seconds] = await server.plain.time();
        const now = Number(seconds);
        const end = Number(first['reset_at']);
        assert.ok(end > now && end <= now + 86_400, 'the window is that of the server');
        const { session_id: id } = await run('session', 'create', '{"data":{}}');
        const { session } = await run('session', 'get', JSON.stringify({ session_id: id }));
        const created = Date.parse((session as { created_at: string }).created_at) / 1000;
        assert.ok(Math.abs(created - now) < 600, `created at ${created}, now ${now}`);
      });
    }
  }
});
