import { GantzError } from '../contract/errors.ts';

/** The address of a Redis. `display` shows it without user and password. */
export type Target = { display: string } & (
  | {
      kind: 'tcp';
      tls: boolean;
      host: string;
      port: number;
      username?: string;
      password?: string;
      database: number;
    }
  | { kind: 'unix'; path: string; username?: string; password?: string; database: number }
  | { kind: 'embedded' }
);

/** The address of a server that a client can connect to. */
export type ServerTarget = Exclude<Target, { kind: 'embedded' }>;

/**
 * Parses a REDIS_URL: `redis://`, `rediss://`, `unix://` or `embedded:`. Blanks around it are ignored. Throws
 * NOT_RUNNABLE for any other text. The message never repeats the URL, which may contain a password.
 */
export function parseRedisUrl(text: string): Target {
  const url = text.trim();
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0].toLowerCase();
  switch (scheme) {
    case 'embedded':
      if (url.length > 'embedded:'.length) throw invalidUrl('embedded: takes nothing after the colon');
      return { kind: 'embedded', display: 'embedded:' };
    case 'redis':
    case 'rediss':
      return parseTcp(url, scheme);
    case 'unix':
      return parseUnix(url);
    case 'redis+cluster':
    case 'redis+sentinel':
      throw new GantzError('NOT_RUNNABLE', `REDIS_URL: ${scheme}:// is not supported yet`, { hint: FORMS });
    default:
      throw invalidUrl(scheme === undefined ? 'it has no scheme' : `${scheme}: is not a known scheme`);
  }
}

const FORMS =
  'Write redis://user:password@host:6379/0, rediss:// for TLS, unix:///path/to/redis.sock, or embedded: for a private server.';

function parseTcp(url: string, scheme: 'redis' | 'rediss'): Target {
  const parts = tryUrl(url);
  if (parts.search !== '' && !/^\?db=[^&]*$/.test(parts.search))
    throw invalidUrl('only ?db=<number> may follow the "?"');
  if (parts.hash !== '') throw invalidUrl('a "#" has no meaning in it; write %23 in a password');
  const host = decode(parts.hostname.replace(/^\[(.*)\]$/, '$1'), 'host') || '127.0.0.1';
  const port = parts.port === '' ? 6379 : Number(parts.port);
  const database = parseDatabase(
    parts.pathname.slice(1) || undefined,
    parts.searchParams.get('db') ?? undefined,
  );
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    kind: 'tcp',
    tls: scheme === 'rediss',
    host,
    port,
    ...credentials(parts.username, parts.password),
    database,
    display: `${scheme}://${shownHost}:${port}${database === 0 ? '' : `/${database}`}`,
  };
}

function tryUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // The error that URL throws contains the URL, so it is not passed on as the cause.
    throw invalidUrl(
      'host, port or a character in it is not valid; write special characters of a password as %XX',
    );
  }
}

/** Parses `unix://[user[:password]@]/path[?db=N]`. The class URL cannot: it accepts a user only before a host. */
function parseUnix(url: string): Target {
  const match = /^unix:(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?)?(\/(?!\/)[^?#]+)(?:\?db=([^&#]*))?$/i.exec(
    url,
  );
  if (!match)
    throw invalidUrl('a unix:// URL is unix:///absolute/path/to/redis.sock, with ?db=<number> if needed');
  const [, username = '', password = '', encodedPath = '', databaseText] = match;
  const path = decode(encodedPath, 'path');
  const database = parseDatabase(undefined, databaseText);
  return {
    kind: 'unix',
    path,
    ...credentials(username, password),
    database,
    display: `unix://${path}${database === 0 ? '' : `?db=${database}`}`,
  };
}

function credentials(username: string, password: string): { username?: string; password?: string } {
  return {
    ...(username !== '' && { username: decode(username, 'user') }),
    ...(password !== '' && { password: decode(password, 'password') }),
  };
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrl(
      `a "%" in its ${part} is not followed by two hexadecimal digits; write %25 for a percent sign`,
    );
  }
}

function parseDatabase(inPath: string | undefined, inQuery: string | undefined): number {
  if (inPath !== undefined && inQuery !== undefined) throw invalidUrl('it names a database twice');
  const text = inPath ?? inQuery ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw invalidUrl('its database is not a number');
  return Number(text);
}

function invalidUrl(reason: string): GantzError {
  return new GantzError('NOT_RUNNABLE', `REDIS_URL is not a URL of Redis: ${reason}`, { hint: FORMS });
}
