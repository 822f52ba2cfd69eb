import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeGlob } from '../../lib/redis/pattern.ts';
import { startRedis, type PlainClient, type RedisServer } from '../helpers/redis-server.ts';

describe('escapeGlob', () => {
  let server: RedisServer;
  let client: PlainClient;
  before(async () => {
    server = await startRedis();
    client = await server.client();
  });
  after(() => server.stop());

  it('matches the text itself and nothing else', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\', 'é'),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (name, other) => {
        await client.flushDb();
        await client.mSet({ [`k:${name}`]: '1', [`k:${other}`]: '1' });
        const { keys } = await client.scan('0', { MATCH: escapeGlob(`k:${name}`), COUNT: 100 });
        assert.deepEqual(keys, [`k:${name}`]);
      }),
    );
  });
});
