import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { openRedis } from '../../../lib/redis/open.ts';
import { nextEvent } from '../../helpers/wait.ts';

describe('a server that does not speak the Redis protocol', () => {
  for (const [name, answer] of [
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46'],
    ['SMTP', '220 mail.example.org ESMTP\r\n'],
  ] as const) {
    for (const mode of ['one-shot', 'long-lived'] as const) {
      for (const login of ['', ':secret@']) {
        it(`is reported as such: ${name}, ${mode}, ${login === '' ? 'without' : 'with'} a password`, async () => {
          const server = createServer((socket) => {
            socket.on('error', () => undefined).once('data', () => socket.write(answer, 'latin1'));
          });
          server.listen(0, '127.0.0.1');
          await nextEvent(server, 'listening', { what: 'a listening server' });
          const { port } = server.address() as AddressInfo;
          const url = `redis://${login}127.0.0.1:${port}`;
          const redis = openRedis({ url, env: {}, mode, notice: () => undefined });
          try {
            const deadline = new Deadline({ budgetMs: 30_000 });
            await assert.rejects(
              redis.use({ deadline, readOnly: true }, ({ client }) => client.get('a')),
              {
                code: 'REDIS_UNAVAILABLE',
                outcome: 'none',
                retryable: false,
                message:
                  name === 'TLS'
                    ? `Redis at 127.0.0.1:${port} uses TLS on this port`
                    : `The server at redis://127.0.0.1:${port} is not a Redis server`,
              },
            );
          } finally {
            await redis.close();
            server.close();
          }
        });
      }
    }
  }
});
