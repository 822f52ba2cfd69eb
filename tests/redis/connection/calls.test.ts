import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CODES } from '../../../lib/contract/errors.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';

describe('a call without a server', () => {
  /** No server listens on port 1. */
  const env = { REDIS_URL: 'redis://127.0.0.1:1', GANTZ_CONFIG: 'builtin:redis' };

  for (const [tool, params] of [
    ['rate_limit_check', { identifier: 'a', limit: 1, window_seconds: 1, cost: 2 }],
    ['rate_limit_sliding_window', { identifier: 'a', limit: 1, window_seconds: 1, cost: 2 }],
    ['pubsub_subscribe', {}],
    ['pubsub_subscribe', { channel: 'a', pattern: 'b' }],
    ['pubsub_subscribe', { channel: '\ud800' }],
    ['pubsub_subscribe', { pattern: '\ud800' }],
    ['pubsub_subscribe', { channel: 'a', subscription_id: '\ud800' }],
    ['pubsub_unsubscribe', {}],
    ['cache_keys', { cursor: '99999999999999999999' }],
    ['cache_keys', { pattern: '\ud800' }],
    ['set_members', { key: 'a', cursor: '99999999999999999999' }],
    ['cache_get', { key: '\ud800' }],
    ['cache_increment', { key: '\ud800' }],
    ['list_range', { key: '\ud800' }],
    ['hash_get', { key: 'a', field: '\ud800' }],
    ['hash_set', { key: 'a', mapping: { '\ud800': 1 } }],
    ['hash_delete', { key: 'a', fields: ['\ud800'] }],
    ['sorted_set_range', { key: 'a', from: 0.5 }],
    ['sorted_set_range', { key: 'a', to: 1e300 }],
    ['sorted_set_add', { key: '\ud800', members: [{ member: 1, score: 1 }] }],
    ['session_get', { session_id: '\ud800' }],
  ] as const) {
    it(`is refused for its parameters before it connects: ${tool} ${JSON.stringify(params)}`, async () => {
      const run = await runMain(['call', tool, JSON.stringify(params)], { env });
      const { code, outcome } = envelopeOf(run);
      assert.deepEqual([code, outcome], ['INVALID_PARAMETERS', 'none'], run.stdout);
      assert.equal(run.exitCode, CODES.INVALID_PARAMETERS.exit);
    });
  }

  it('fails with REDIS_UNAVAILABLE when its parameters are right', async () => {
    for (const tool of ['cache_get', 'cache_increment']) {
      const run = await runMain(['call', tool, '{"key":"a"}'], { env });
      assert.equal(envelopeOf(run).code, 'REDIS_UNAVAILABLE', run.stdout);
    }
    const run = await runMain(['call', 'pubsub_subscribe', '{"channel":"a"}'], { env });
    assert.equal(envelopeOf(run).code, 'REDIS_UNAVAILABLE', run.stdout);
  });
});
