import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeGlob } from '../../lib/redis/pattern.ts';
import { useRedis } from '../helpers/redis-server.ts';

describe('escapeGlob', () => {
  const redis = useRedis();

  it('matches the text itself and nothing else', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '^', '-', '\\', 'é'),
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (name, other) => {
        await redis.plain.flushDb();
        await redis.plain.mSet({ [`k:${name}`]: '1', [`k:${other}`]: '1' });
        const { keys } = await redis.plain.scan('0', { MATCH: escapeGlob(`k:${name}`), COUNT: 100 });
        assert.deepEqual(keys, [`k:${name}`]);
      }),
    );
  });
});
