import { fixedLocator } from '../connection/locator.ts';
import type { UnixTarget } from '../target.ts';
import type { Scheme } from './scheme.ts';
import { serveOne } from './serve-one.ts';
import { decode, invalidUrl, parseCredentials, parseDatabase, parseQuery } from './url-parts.ts';

const SOCKET_URL = /^[a-z+]+:(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?)?(\/(?!\/)[^?#]+)(?:\?([^#]*))?$/i;

/** One server on a Unix socket. */
export const unix: Scheme<UnixTarget> = {
  kind: 'unix',
  names: ['unix', 'redis+unix', 'valkey+unix'],
  form: 'unix:///path/to/redis.sock',
  parse(url) {
    const match = SOCKET_URL.exec(url);
    if (!match)
      throw invalidUrl('a unix:// URL is unix:///absolute/path/to/redis.sock, with ?db=<number> if needed');
    const [, username = '', password = '', encodedPath = '', query = ''] = match;
    const path = decode(encodedPath, 'path');
    const database = parseDatabase(undefined, parseQuery(query, ['db']).get('db'));
    return {
      kind: 'unix',
      path,
      ...parseCredentials(username, password),
      database,
      display: `unix://${path}${database === 0 ? '' : `?db=${database}`}`,
    };
  },
  connect: (target, options) => serveOne(target, options, () => Promise.resolve(fixedLocator(target))),
};
