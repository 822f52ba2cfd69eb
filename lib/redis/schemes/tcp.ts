import { fixedLocator } from '../connection/locator.ts';
import type { TcpTarget } from '../target.ts';
import type { Scheme } from './scheme.ts';
import { serveOne } from './serve-one.ts';
import {
  invalidUrl,
  parseAddress,
  parseDatabase,
  parseTls,
  showAddress,
  splitUrl,
  TLS_QUERY,
  usesTls,
} from './url-parts.ts';

/** One server at a host and port, with or without TLS. */
export const tcp: Scheme<TcpTarget> = {
  kind: 'tcp',
  names: ['redis', 'rediss', 'valkey', 'valkeys'],
  form: 'redis://user:password@host:6379/0, or rediss:// for TLS',
  parse(url, name, env) {
    const tls = usesTls(name);
    const { credentials, hosts, path, query } = splitUrl(url, tls ? ['db', ...TLS_QUERY] : ['db']);
    if (path.length > 1) throw invalidUrl('only a database number may follow the host');
    if (hosts.includes(','))
      throw invalidUrl(
        'it has several hosts; write redis+cluster:// or redis+sentinel:// for several servers',
      );
    const address = parseAddress(hosts, { host: '127.0.0.1', port: 6379 });
    const database = parseDatabase(path[0] || undefined, query.get('db'));
    return {
      kind: 'tcp',
      ...address,
      ...(tls && { tls: parseTls(query, env) }),
      ...credentials,
      database,
      display: `${name}://${showAddress(address)}${database === 0 ? '' : `/${database}`}`,
    };
  },
  connect: (target, options) => serveOne(target, options, () => Promise.resolve(fixedLocator(target))),
};
