import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import { openRedis } from '../../../lib/redis/open.ts';
import { folderWith } from '../../helpers/folder.ts';
import { freePort } from '../../helpers/free-port.ts';
import { startRedis, type RedisServer } from '../../helpers/redis-server.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { TLS_ARGS, TLS_ENV, TLS_FILES } from '../../helpers/tls-files.ts';

/** A server with a port for TLS and one without. */
type Listening = { redis: RedisServer; tls: number; plain: number };

const NO_CLIENT = ['--tls-auth-clients', 'no'];
const { authority, client, clientKey, stranger, strangerKey, serverKey } = TLS_FILES;
const TRUST = { REDIS_TLS_CA: authority };

describe('a failed TLS handshake', () => {
  const folder = folderWith({
    'text.pem': 'no PEM',
    'encrypted.pem': createPrivateKey(readFileSync(clientKey)).export({
      ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a' },
    }) as string,
    'broken.pem': readFileSync(authority, 'utf8').replace(/\n[A-Za-z0-9+/]{20}/, '\n'),
  });
  const servers = new Map<string, Listening>();

  before(async () => {
    const kinds = {
      strict: [],
      strict12: ['--tls-protocols', 'TLSv1.2'],
      open: NO_CLIENT,
      expired: ['--tls-cert-file', TLS_FILES.expired, ...NO_CLIENT],
      elsewhere: ['--tls-cert-file', TLS_FILES.elsewhere, ...NO_CLIENT],
    };
    for (const [name, args] of Object.entries(kinds)) servers.set(name, await start(args));
  });
  after(async () => {
    for (const { redis } of servers.values()) await redis.stop();
  });

  const port = (name: string, kind: 'tls' | 'plain'): number => servers.get(name)?.[kind] ?? 0;

  const FAILURES: readonly {
    what: string;
    server: string;
    scheme?: string;
    env: Record<string, string>;
    error: RegExp;
    hint: RegExp;
  }[] = [
    {
      what: 'a server that demands a client certificate',
      server: 'strict',
      env: TRUST,
      error: /demands a client certificate/,
      hint: /REDIS_TLS_CERT/,
    },
    {
      what: 'a server with TLS 1.2 that demands a client certificate',
      server: 'strict12',
      env: TRUST,
      error: /refused the TLS handshake/,
      hint: /REDIS_TLS_CERT/,
    },
    {
      what: 'a client certificate that the server does not trust',
      server: 'strict',
      env: { ...TRUST, REDIS_TLS_CERT: stranger, REDIS_TLS_KEY: strangerKey },
      error: /does not accept the client certificate/,
      hint: /authority of the server/,
    },
    {
      what: 'a client certificate that a server with TLS 1.2 does not trust',
      server: 'strict12',
      env: { ...TRUST, REDIS_TLS_CERT: stranger, REDIS_TLS_KEY: strangerKey },
      error: /does not accept the client certificate/,
      hint: /authority of the server/,
    },
    {
      what: 'an expired client certificate',
      server: 'strict',
      env: { ...TRUST, REDIS_TLS_CERT: TLS_FILES.expired, REDIS_TLS_KEY: serverKey },
      error: /does not accept the client certificate/,
      hint: /valid now/,
    },
    {
      what: 'a certificate of an unknown authority',
      server: 'open',
      env: {},
      error: /has a certificate that is not trusted/,
      hint: /REDIS_TLS_CA/,
    },
    {
      what: 'a certificate of another authority than the given one',
      server: 'open',
      env: { REDIS_TLS_CA: stranger },
      error: /has a certificate that is not trusted/,
      hint: /REDIS_TLS_CA/,
    },
    {
      what: 'a certificate for another host',
      server: 'elsewhere',
      env: TRUST,
      error: /has a certificate for another name: DNS:redis\.test/,
      hint: /REDIS_TLS_SERVERNAME/,
    },
    {
      what: 'an expired certificate',
      server: 'expired',
      env: TRUST,
      error: /has a certificate that has expired/,
      hint: /Renew/,
    },
    {
      what: 'TLS to a port without TLS',
      server: 'plain',
      env: TRUST,
      error: /does not use TLS on this port/,
      hint: /redis in place of rediss/,
    },
    {
      what: 'no TLS to a port with TLS',
      server: 'open',
      scheme: 'redis',
      env: {},
      error: /uses TLS on this port/,
      hint: /rediss in place of redis/,
    },
    {
      what: 'no TLS to a port that demands a client certificate',
      server: 'strict',
      scheme: 'redis',
      env: {},
      error: /uses TLS on this port/,
      hint: /rediss in place of redis/,
    },
  ];

  for (const { what, server, scheme = 'rediss', env, error } of FAILURES) {
    it(`ends all calls of a long-lived process: ${what}`, async () => {
      const at = server === 'plain' ? port('strict', 'plain') : port(server, 'tls');
      const redis = openRedis({
        url: `${scheme}://localhost:${at}`,
        env,
        mode: 'long-lived',
        notice: () => undefined,
      });
      const deadline = new Deadline({ budgetMs: 30_000 });
      try {
        const calls = Array.from({ length: 3 }, () =>
          redis.use({ deadline }, ({ write }) => write(['SET', 'a', 'b'])),
        );
        for (const call of await Promise.allSettled(calls)) {
          assert.equal(call.status, 'rejected');
          const failure: unknown = call.reason;
          assert.ok(failure instanceof GantzError, String(failure));
          assert.match(failure.message, error);
          assert.deepEqual(
            [failure.code, failure.outcome, failure.retryable],
            ['REDIS_UNAVAILABLE', 'none', false],
          );
        }
      } finally {
        await redis.close();
      }
    });
  }

  for (const { name, path: program } of PROGRAMS) {
    for (const { what, server, scheme = 'rediss', env, error, hint } of FAILURES) {
      for (const [suffix, path] of [
        ['', ''],
        ['', '/1'],
        ['+cluster', ''],
        ['+sentinel', '/mymaster'],
      ] as const) {
        it(`is reported by ${name} as what it is: ${what}, ${scheme}${suffix}://…${path}`, async () => {
          const at = server === 'plain' ? port('strict', 'plain') : port(server, 'tls');
          const url = `${scheme}${suffix}://localhost:${at}${path}`;
          const run = await runProgram(['cache', 'set', '--key', 'a', '--value', 'b'], {
            env: { REDIS_URL: url, ...env },
            program,
          });
          const envelope = envelopeOf(run);
          assert.match(String(envelope['error']), error);
          assert.match(String(envelope['hint']), hint);
          const { code, outcome, retryable } = envelope;
          assert.deepEqual([code, outcome, retryable, run.exitCode], ['REDIS_UNAVAILABLE', 'none', false, 4]);
        });
      }
    }

    for (const [what, files, error] of [
      ['a key of another certificate', { REDIS_TLS_KEY: serverKey }, /is not the key of the certificate/],
      ['a key of another type', { REDIS_TLS_KEY: strangerKey }, /is not the key of the certificate/],
      ['a certificate in place of a key', { REDIS_TLS_KEY: client }, /holds no private key/],
      ['a key in place of a certificate', { REDIS_TLS_CERT: clientKey }, /holds no certificate/],
      ['a key in place of an authority', { REDIS_TLS_CA: clientKey }, /holds no certificate/],
      ['a damaged authority', { REDIS_TLS_CA: 'broken.pem' }, /holds no certificate/],
      ['a key with a passphrase', { REDIS_TLS_KEY: 'encrypted.pem' }, /is encrypted with a passphrase/],
      ['a file that is not PEM', { REDIS_TLS_CERT: 'text.pem' }, /is not a PEM file/],
      ['an absent file', { REDIS_TLS_CA: 'absent.pem' }, /cannot read .*ENOENT/],
    ] as const) {
      it(`is reported by ${name} before it connects: ${what}`, async () => {
        const run = await runProgram(['cache', 'get', '--key', 'a'], {
          env: { REDIS_URL: 'rediss://localhost:1', ...TLS_ENV, ...files },
          program,
          cwd: folder,
        });
        const { code, error: message, outcome, retryable } = envelopeOf(run);
        assert.match(String(message), error);
        assert.deepEqual([code, outcome, retryable, run.exitCode], ['NOT_RUNNABLE', 'none', false, 3]);
      });
    }

    it(`does not occur with ${name} when REDIS_TLS_SERVERNAME is the name in the certificate`, async () => {
      const run = await runProgram(['cache', 'get', '--key', 'a'], {
        env: {
          REDIS_URL: `rediss://127.0.0.1:${port('elsewhere', 'tls')}`,
          ...TRUST,
          REDIS_TLS_SERVERNAME: 'redis.test',
        },
        program,
      });
      assert.equal(run.exitCode, 0, run.stdout);
    });
  }
});

async function start(args: readonly string[]): Promise<Listening> {
  const [tls, plain] = [await freePort(), await freePort()];
  const redis = await startRedis({ port: plain, args: ['--tls-port', String(tls), ...TLS_ARGS, ...args] });
  return { redis, tls, plain };
}
