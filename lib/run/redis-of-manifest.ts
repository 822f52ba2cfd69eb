import type { Manifest } from '../manifest/manifest.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { openRedis, type RedisHandle } from '../redis/open.ts';
import type { RunnerOptions } from './runner.ts';

export type RedisOfManifest = RedisHandle;

/** Opens the Redis that a manifest's REDIS_URL names, the embedded one when it names none. */
export function openRedisOf({
  manifest,
  env,
  mode,
  notice,
}: Pick<RunnerOptions, 'env' | 'mode' | 'notice'> & { manifest: Manifest }): RedisOfManifest {
  const environment = manifestEnvironment(manifest, env);
  return openRedis({
    url: environment['REDIS_URL'] || env['REDIS_URL'] || 'embedded:',
    namespace: environment['GANTZ_NAMESPACE'] ?? env['GANTZ_NAMESPACE'],
    env,
    mode,
    notice,
  });
}
