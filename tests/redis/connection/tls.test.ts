import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { freePort } from '../../helpers/free-port.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { runProgram } from '../../helpers/run-program.ts';

/** A self-signed certificate for `localhost` and 127.0.0.1, and its key. */
const FILES = join(import.meta.dirname, '../../fixtures/tls');
const CERTIFICATE = join(FILES, 'certificate.pem');

describe('rediss://', () => {
  let port = 0;
  const server = useRedis({
    async options() {
      port = await freePort();
      const files = ['--tls-cert-file', CERTIFICATE, '--tls-key-file', join(FILES, 'key.pem')];
      return {
        args: ['--tls-port', String(port), '--tls-auth-clients', 'no', '--bind', '127.0.0.1', ...files],
      };
    },
  });

  const get = (host: string, env: Record<string, string>) =>
    runProgram(['cache', 'get', '{"key":"a"}'], { env: { REDIS_URL: `rediss://${host}:${port}`, ...env } });

  for (const host of ['localhost', '127.0.0.1']) {
    it(`connects with TLS to ${host}, whose certificate authority is given`, async () => {
      const run = await get(host, { NODE_EXTRA_CA_CERTS: CERTIFICATE });
      assert.equal(run.stdout, '{"success":true,"value":null,"found":false}\n');
    });
  }

  it('sends nothing to a server whose certificate is not trusted, and the hint names the variable to set', async () => {
    const commands = async () => /cmdstat_get:calls=\d+/.exec(await server.plain.info('commandstats'))?.[0];
    const before = await commands();
    const run = await get('localhost', {});
    const { code, retryable, outcome, hint } = envelopeOf(run);
    assert.deepEqual([code, retryable, outcome], ['REDIS_UNAVAILABLE', false, 'none']);
    assert.match(String(hint), /NODE_EXTRA_CA_CERTS/);
    assert.equal(run.exitCode, 4);
    assert.equal(await commands(), before);
  });
});
