import { GantzError } from '../contract/errors.ts';
import type { Environment } from '../contract/process.ts';
import { cluster } from './schemes/cluster.ts';
import { embedded } from './schemes/embedded.ts';
import type { Scheme } from './schemes/scheme.ts';
import { sentinel } from './schemes/sentinel.ts';
import { tcp } from './schemes/tcp.ts';
import { unix } from './schemes/unix.ts';
import { invalidUrl } from './schemes/url-parts.ts';
import type { Target } from './target.ts';

/** All kinds of REDIS_URL. */
export const SCHEMES = { tcp, unix, embedded, cluster, sentinel } as const satisfies {
  [Kind in Target['kind']]: Scheme<Extract<Target, { kind: Kind }>>;
};

/**
 * Parses a REDIS_URL of any scheme. Blanks around it are ignored. `env` holds REDIS_TLS_* and REDIS_SENTINEL_*. Throws
 * NOT_RUNNABLE for any other text. The message never repeats the URL, which may contain a password.
 */
export function parseRedisUrl(text: string, env: Environment = {}): Target {
  const url = text.trim();
  const name = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0].toLowerCase();
  try {
    const scheme = Object.values(SCHEMES).find(({ names }) => name !== undefined && names.includes(name));
    if (scheme && name !== undefined) return scheme.parse(url, name, env);
    throw invalidUrl(name === undefined ? 'it has no scheme' : `${name}: is not a known scheme`);
  } catch (error) {
    if (!(error instanceof GantzError) || error.hint !== undefined) throw error;
    throw new GantzError(error.code, error.message, { hint: forms() });
  }
}

function forms(): string {
  return `Write ${Object.values(SCHEMES)
    .map(({ form }) => form)
    .join('; ')}.`;
}
