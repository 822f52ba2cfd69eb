import type { SentinelTarget } from '../target.ts';
import type { Scheme } from './scheme.ts';
import { serveOne } from './serve-one.ts';
import {
  invalidUrl,
  parseAddresses,
  parseDatabase,
  parseTls,
  showAddress,
  splitUrl,
  TLS_QUERY,
  usesTls,
} from './url-parts.ts';

/** The server that Sentinels name as the master. */
export const sentinel: Scheme<SentinelTarget> = {
  kind: 'sentinel',
  names: ['redis+sentinel', 'rediss+sentinel', 'valkey+sentinel', 'valkeys+sentinel'],
  form: 'redis+sentinel://user:password@host1:26379,host2:26379/master-name/0',
  parse(url, name, env) {
    const tls = usesTls(name);
    const options = ['db', 'sentinel_username', 'sentinel_password'];
    const { credentials, hosts, path, query } = splitUrl(url, tls ? [...options, ...TLS_QUERY] : options);
    const sentinels = parseAddresses(hosts, 26_379);
    const [master = '', databaseText, ...rest] = path;
    if (master === '' || rest.length > 0)
      throw invalidUrl(
        'a redis+sentinel:// URL ends with /<name of the master> or /<name of the master>/<database>',
      );
    const database = parseDatabase(databaseText || undefined, query.get('db'));
    const username = query.get('sentinel_username') ?? env['REDIS_SENTINEL_USERNAME'];
    const password = query.get('sentinel_password') ?? env['REDIS_SENTINEL_PASSWORD'];
    return {
      kind: 'sentinel',
      sentinels,
      master,
      database,
      ...(tls && { tls: parseTls(query, env) }),
      ...credentials,
      sentinelAccess: { ...(username && { username }), ...(password && { password }) },
      display: `${name}://${sentinels.map(showAddress).join(',')}/${master}${database === 0 ? '' : `/${database}`}`,
    };
  },
  connect: (target, options) =>
    serveOne(target, options, async () => {
      const { sentinelLocator } = await import('../connection/sentinel.ts');
      return sentinelLocator(target);
    }),
};
