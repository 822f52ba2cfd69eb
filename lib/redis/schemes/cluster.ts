import type { ClusterTarget } from '../target.ts';
import type { Scheme } from './scheme.ts';
import {
  invalidUrl,
  parseAddresses,
  parseTls,
  showAddress,
  splitUrl,
  TLS_QUERY,
  usesTls,
} from './url-parts.ts';

/** A Redis Cluster, given by some of its nodes. */
export const cluster: Scheme<ClusterTarget> = {
  kind: 'cluster',
  names: ['redis+cluster', 'rediss+cluster', 'valkey+cluster', 'valkeys+cluster'],
  form: 'redis+cluster://user:password@host1:6379,host2:6379',
  parse(url, name, env) {
    const tls = usesTls(name);
    const { credentials, hosts, path, query } = splitUrl(url, tls ? ['db', ...TLS_QUERY] : ['db']);
    const nodes = parseAddresses(hosts, 6379);
    if (path.some((part) => part !== '' && part !== '0') || !['0', undefined].includes(query.get('db')))
      throw invalidUrl('a cluster has only the database 0');
    return {
      kind: 'cluster',
      nodes,
      ...(tls && { tls: parseTls(query, env) }),
      ...credentials,
      display: `${name}://${nodes.map(showAddress).join(',')}`,
    };
  },
  async connect(target, { mode }) {
    const [{ Cluster }, { manyServers }] = await Promise.all([
      import('../connection/cluster.ts'),
      import('../connection/many-servers.ts'),
    ]);
    return (binding) => manyServers(new Cluster(target, mode), binding);
  },
};
