import type { Manifest } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';
import { manifestEnvironment } from '../manifest/environment.ts';
import { openRedis, type RedisHandle } from '../redis/open.ts';
import type { RedisOptions } from '../redis/options.ts';

/**
 * Opens the Redis of a manifest: at the REDIS_URL of the manifest, else at that of the caller's environment, else the embedded
 * server. The other variables that connect to Redis come from the manifest in the same way. It does not connect yet.
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
    env: { ...env, ...connecting(environment) },
    mode,
    notice,
  });
}

/** Returns the variables that name the credentials of Sentinels and the files for TLS. */
function connecting(environment: Environment): Environment {
  const names = Object.keys(environment).filter((name) => /^REDIS_(?:TLS|SENTINEL)_/.test(name));
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}
