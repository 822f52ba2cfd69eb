import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import type { Address, TlsFiles } from '../target.ts';

/** The parts of a URL `scheme://[user[:password]@]hosts[/path][?query]`, decoded. */
export type UrlParts = {
  credentials: { username?: string; password?: string };
  /** The text between the credentials and the path. */
  hosts: string;
  /** The parts of the path, without the slashes. */
  path: readonly string[];
  query: ReadonlyMap<string, string>;
};

// A user or password may contain "@": the last one ends the credentials, as in the URL class.
const URL_PARTS = /^[a-z][a-z0-9+.-]*:\/\/(?:([^/?#]*)@)?([^@/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(#)?/i;

/** Splits a URL. `options` are the names that may stand in its query. Throws NOT_RUNNABLE. */
export function splitUrl(url: string, options: readonly string[]): UrlParts {
  const match = URL_PARTS.exec(url);
  if (!match) throw invalidUrl('"//" and a host must follow its scheme');
  const [, userInfo = '', hosts = '', path = '', query = '', hash] = match;
  if (hash) throw invalidUrl('a "#" has no meaning in it; write %23 in a password');
  const colon = userInfo.indexOf(':');
  const username = colon === -1 ? userInfo : userInfo.slice(0, colon);
  const password = colon === -1 ? '' : userInfo.slice(colon + 1);
  return {
    credentials: parseCredentials(username, password),
    hosts,
    path: path === '' ? [] : path.split('/').map((part) => decode(part, 'path')),
    query: parseQuery(query, options),
  };
}

/** Decodes a user and a password. An empty one is left out. */
export function parseCredentials(
  username: string,
  password: string,
): { username?: string; password?: string } {
  return {
    ...(username !== '' && { username: decode(username, 'user') }),
    ...(password !== '' && { password: decode(password, 'password') }),
  };
}

/** Parses a query. Throws NOT_RUNNABLE for an option that is not in `options`, or is given twice. */
export function parseQuery(query: string, options: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', ...rest] = pair.split('=');
    if (!options.includes(name) || found.has(name))
      throw invalidUrl(
        `only ${options.map((option) => `${option}=`).join(', ')} may follow the "?", each once`,
      );
    found.set(name, decode(rest.join('='), 'query'));
  }
  return found;
}

/** Parses `host[:port]`. An IPv6 address stands in brackets. */
export function parseAddress(text: string, defaults: Address): Address {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([^\s:[\]\\^|<>"`{}]*))(?::(\d{1,5}))?$/i.exec(text);
  const port = match?.[3] === undefined ? defaults.port : Number(match[3]);
  if (!match || port < 1 || port > 65_535)
    throw invalidUrl(
      'host, port or a character in it is not valid; write special characters of a password as %XX',
    );
  return { host: decode(match[1] ?? match[2] ?? '', 'host') || defaults.host, port };
}

/** Parses a list of addresses that are separated by commas. */
export function parseAddresses(text: string, port: number): Address[] {
  return text.split(',').map((part) => {
    if (part === '') throw invalidUrl('a host is missing in it; separate hosts with one comma');
    return parseAddress(part, { host: '127.0.0.1', port });
  });
}

/** Parses the number of a database. An absent one is 0. Throws NOT_RUNNABLE when it is given twice. */
export function parseDatabase(inPath: string | undefined, inQuery: string | undefined): number {
  if (inPath !== undefined && inQuery !== undefined) throw invalidUrl('it names a database twice');
  const text = inPath ?? inQuery ?? '0';
  if (!/^\d{1,9}$/.test(text)) throw invalidUrl('its database is not a number');
  return Number(text);
}

/** The options of a query that set TLS, and the variable of the same meaning. */
const TLS_OPTIONS = {
  ca: ['tls_ca', 'REDIS_TLS_CA'],
  cert: ['tls_cert', 'REDIS_TLS_CERT'],
  key: ['tls_key', 'REDIS_TLS_KEY'],
  servername: ['tls_servername', 'REDIS_TLS_SERVERNAME'],
} as const satisfies Record<keyof TlsFiles, readonly [string, string]>;

/** Returns true when the name of a scheme, such as `rediss+cluster`, means TLS. */
export function usesTls(name: string): boolean {
  return /^(?:rediss|valkeys)(?:\+|$)/.test(name);
}

/** The options of a query for URLs with TLS. */
export const TLS_QUERY: readonly string[] = Object.values(TLS_OPTIONS).map(([option]) => option);

/** Reads the files and the name for TLS: an option of the query, else its variable. */
export function parseTls(query: ReadonlyMap<string, string>, env: Environment): TlsFiles {
  const files: TlsFiles = {};
  for (const name of Object.keys(TLS_OPTIONS) as (keyof TlsFiles)[]) {
    const [option, variable] = TLS_OPTIONS[name];
    const value = query.get(option) ?? env[variable];
    if (value) files[name] = value;
  }
  if ((files.cert === undefined) !== (files.key === undefined))
    throw new GantzError(
      'NOT_RUNNABLE',
      'A client certificate of Redis needs its key, and a key its certificate',
      {
        hint: 'Set both REDIS_TLS_CERT and REDIS_TLS_KEY, or both tls_cert and tls_key in REDIS_URL.',
      },
    );
  return files;
}

/** Returns `host:port`, with an IPv6 address in brackets. */
export function showAddress({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Decodes `%XX`. `part` says in the message where the text stands. */
export function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrl(
      `a "%" in its ${part} is not followed by two hexadecimal digits; write %25 for a percent sign`,
    );
  }
}

/** Returns the failure of a REDIS_URL that cannot be parsed. `parseRedisUrl` adds the hint. */
export function invalidUrl(reason: string): GantzError {
  return new GantzError('NOT_RUNNABLE', `REDIS_URL is not a URL of Redis: ${reason}`);
}
