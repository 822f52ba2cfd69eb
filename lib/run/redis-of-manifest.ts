import type { Manifest } from '../manifest/manifest.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { openRedis, type RedisConnection } from '../redis/connection.ts';
import type { RedisOptions } from '../redis/redis-options.ts';

export type RedisOfManifest = RedisConnection;

/** Opens the Redis that a manifest's REDIS_URL names, the embedded one when it names none. */
export function openRedisOf({
  manifest,
  env,
  mode,
  notice,
}: Pick<RedisOptions, 'env' | 'mode' | 'notice'> & { manifest: Manifest }): RedisOfManifest {
  const environment = manifestEnvironment(manifest, env);
  return openRedis({
    url: environment['REDIS_URL'] || env['REDIS_URL'] || 'embedded:',
    namespace: environment['GANTZ_NAMESPACE'] ?? env['GANTZ_NAMESPACE'],
    env,
    mode,
    notice,
  });
}
