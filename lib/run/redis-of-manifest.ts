import type { Manifest } from '../contract/manifest.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { openRedis, type RedisHandle } from '../redis/open.ts';
import type { RedisOptions } from '../redis/options.ts';

/**
 * Opens the Redis of a manifest: at the REDIS_URL of the manifest, else at that of the caller's environment, else the embedded
 * server. It does not connect yet.
 */
export function openRedisOf({
  manifest,
  env,
  mode,
  notice,
}: Pick<RedisOptions, 'env' | 'mode' | 'notice'> & { manifest: Manifest }): RedisHandle {
  const environment = manifestEnvironment(manifest, env);
  return openRedis({
    url: environment['REDIS_URL']?.trim() || env['REDIS_URL']?.trim() || 'embedded:',
    namespace: environment['GANTZ_NAMESPACE'] ?? env['GANTZ_NAMESPACE'],
    env,
    mode,
    notice,
  });
}
