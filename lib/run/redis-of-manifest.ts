import type { Manifest } from '../contract/manifest.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { openRedis, type RedisHandle } from '../redis/open.ts';
import type { RedisOptions } from '../redis/options.ts';

export type RedisOfManifest = RedisHandle;

/** Opens the Redis that the REDIS_URL of a manifest or the caller names, else the embedded one. */
export function openRedisOf({
  manifest,
  env,
  mode,
  notice,
}: Pick<RedisOptions, 'env' | 'mode' | 'notice'> & { manifest: Manifest }): RedisOfManifest {
  const environment = manifestEnvironment(manifest, env);
  return openRedis({
    url: environment['REDIS_URL']?.trim() || env['REDIS_URL']?.trim() || 'embedded:',
    namespace: environment['GANTZ_NAMESPACE'] ?? env['GANTZ_NAMESPACE'],
    env,
    mode,
    notice,
  });
}
