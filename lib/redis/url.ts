import { GantzError } from '../errors.ts';

/** Where Redis is, as plain data. `display` names it without user and password. */
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

/**
 * Parses a REDIS_URL: `redis://`, `rediss://`, `unix://` or `embedded:`. What is not one is NOT_RUNNABLE, in words that
 * never repeat the URL, since it may hold a password.
 */
export function parseRedisUrl(url: string): Target {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0].toLowerCase();
  switch (scheme) {
    case 'embedded':
      if (url.length > 'embedded:'.length) throw wrong('embedded: takes nothing after the colon');
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
      throw wrong(scheme === undefined ? 'it has no scheme' : `${scheme}: is not a known scheme`);
  }
}

const FORMS =
  'Write redis://user:password@host:6379/0, rediss:// for TLS, unix:///path/to/redis.sock, or embedded: for a server of its own.';

function parseTcp(url: string, scheme: 'redis' | 'rediss'): Target {
  const parts = tryUrl(url);
  if (parts.search !== '' && !/^\?db=[^&]*$/.test(parts.search))
    throw wrong('only ?db=<number> may follow the "?"');
  if (parts.hash !== '') throw wrong('a "#" has no meaning in it; write %23 in a password');
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
    // The error of URL repeats what it was given.
    throw wrong(
      'host, port or a character in it is not valid; write special characters of a password as %XX',
    );
  }
}

/** `unix://[user[:password]@]/path[?db=N]`, which URL cannot parse: a user needs a host there. */
function parseUnix(url: string): Target {
  const match = /^unix:(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?)?(\/(?!\/)[^?#]+)(?:\?db=([^&#]*))?$/i.exec(
    url,
  );
  if (!match)
    throw wrong('a unix:// URL is unix:///absolute/path/to/redis.sock, with ?db=<number> if need be');
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
    throw wrong(
      `a "%" in its ${part} is not followed by two hexadecimal digits; write %25 for a percent sign`,
    );
  }
}

function parseDatabase(inPath: string | undefined, inQuery: string | undefined): number {
  if (inPath !== undefined && inQuery !== undefined) throw wrong('it names a database twice');
  const text = inPath ?? inQuery ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw wrong('its database is not a number');
  return Number(text);
}

function wrong(problem: string): GantzError {
  return new GantzError('NOT_RUNNABLE', `REDIS_URL is not a URL of Redis: ${problem}`, { hint: FORMS });
}
