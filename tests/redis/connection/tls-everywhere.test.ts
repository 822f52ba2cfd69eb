import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { folderWith } from '../../helpers/folder.ts';
import { freePort } from '../../helpers/free-port.ts';
import { useCluster } from '../../helpers/redis-cluster.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { startSentinels, type SentinelGroup } from '../../helpers/redis-sentinel.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { TLS_ARGS, TLS_ENV } from '../../helpers/tls-files.ts';

describe('TLS with a client certificate', () => {
  let port = 0;
  let sentinels: SentinelGroup | undefined;
  useRedis({
    async options() {
      port = await freePort();
      return { args: ['--tls-port', String(port), '--bind', '127.0.0.1', ...TLS_ARGS] };
    },
  });
  const cluster = useCluster({ tls: true });
  before(async () => void (sentinels = await startSentinels({ tls: true, sentinels: 1, replicas: 0 })));
  after(async () => await sentinels?.stop());

  const folder = folderWith({
    'gantz.yaml': [
      'include: [builtin:redis]',
      'env:',
      '  REDIS_URL: ${TEST_URL}',
      ...Object.entries(TLS_ENV).map(([name, path]) => `  ${name}: ${path}`),
    ].join('\n'),
  });

  const urls = {
    'one server': () => `rediss://localhost:${port}`,
    'a cluster': () => cluster.url,
    Sentinels: () => sentinels?.url ?? '',
  };
  const inQuery = Object.entries({
    tls_ca: TLS_ENV.REDIS_TLS_CA,
    tls_cert: TLS_ENV.REDIS_TLS_CERT,
    tls_key: TLS_ENV.REDIS_TLS_KEY,
  })
    .map(([name, path]) => `${name}=${encodeURIComponent(path)}`)
    .join('&');

  for (const { name, path: program } of PROGRAMS) {
    for (const [what, url] of Object.entries(urls)) {
      for (const [how, options] of [
        ['variables', () => ({ env: { REDIS_URL: url(), ...TLS_ENV } })],
        ['options of the URL', () => ({ env: { REDIS_URL: `${url()}?${inQuery}` } })],
        ['env of the manifest', () => ({ env: { TEST_URL: url() }, cwd: folder })],
      ] as const) {
        it(`connects ${name} to ${what} by ${how}`, async () => {
          const set = await runProgram(['cache', 'set', '--key', 'a', '--value', 'b'], {
            ...options(),
            program,
          });
          assert.equal(set.exitCode, 0, set.stdout);
          const get = await runProgram(['--raw', 'cache', 'get', '--key', 'a'], { ...options(), program });
          assert.equal(get.stdout, 'b', get.stderr);
        });
      }
    }
  }
});
