import assert from 'node:assert/strict';
import { it } from 'node:test';
import { GantzError } from '../../lib/errors.ts';
import { BUNDLED_MANIFEST } from '../../lib/generated/manifest.ts';
import { compileCatalogue } from '../../lib/run/catalogue.ts';
import { openRunner } from '../../lib/run/runner.ts';
import { startRedis } from '../helpers/redis-server.ts';

it('a followed call that waits for a silent server ends at once when it is interrupted', async () => {
  const silent = await startRedis();
  silent.pause();
  for (const mode of ['one-shot', 'long-lived'] as const) {
    const env = { REDIS_URL: silent.url };
    const runner = openRunner({
      catalogue: compileCatalogue(BUNDLED_MANIFEST),
      env,
      mode,
      timeoutMs: 60_000,
      notice: () => undefined,
    });
    const abort = new AbortController();
    const tool = runner.find('cache_get');
    const call = runner.call(tool, { key: 'a' }, { follow: true, signal: abort.signal });
    setTimeout(() => abort.abort(new GantzError('CANCELLED', 'Interrupted')), 50);
    const begun = performance.now();
    await assert.rejects(call, { code: 'CANCELLED', outcome: 'none' });
    assert.ok(performance.now() - begun < 30_000);
    await runner.close();
  }
  await silent.stop();
});
