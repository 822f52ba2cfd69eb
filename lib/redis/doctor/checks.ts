import { fieldOf, mastersOf, type Facts, type Node } from './facts.ts';

/** What one check found. */
export type Finding = {
  status: 'ok' | 'warning' | 'failure' | 'skipped';
  message: string;
  hint?: string;
};

/** Returns undefined when the check has no meaning for these servers. */
type Check = (facts: Facts) => Finding | undefined;

/** All checks, by name, in the order of the report. */
export const CHECKS = {
  nodes: checkNodes,
  loading: checkLoading,
  version: checkVersion,
  tools: checkTools,
  role: checkRole,
  cluster: checkCluster,
  replicas: checkReplicas,
  persistence: checkPersistence,
  writes: checkWrites,
  disk: checkDisk,
  eviction: checkEviction,
  memory: checkMemory,
  clients: checkClients,
  clock: checkClock,
  tls: checkTls,
} as const satisfies Record<string, Check>;

/** The share of a limit from which on a value is near it. */
const NEAR = 0.9;
const CLOCK_MS = 2000;
const LAG_SECONDS = 10;
const LAG_BYTES = 1024 * 1024;
const LEAST_DISK = 64 * 1024 * 1024;

/** A server that is unknown to some functions of the tools below this version. */
const OLDEST = { redis: [6, 2], valkey: [7, 2] } as const;

const DENIED: Finding = { status: 'skipped', message: 'not checked: this user may not run INFO' };

/** Returns the finding of the nodes for which `problem` returns a text, or `ok` when there is none. */
function findingOf(
  nodes: readonly Node[],
  problem: (node: Node) => string | undefined,
  { ok, status = 'warning', hint }: { ok: string; status?: Finding['status']; hint?: string },
): Finding {
  if (nodes.length === 0) return { status: 'skipped', message: 'not checked: no master replies' };
  if (nodes.every(({ info }) => info === undefined)) return DENIED;
  const addresses = new Map<string, string[]>();
  for (const node of nodes) {
    const text = node.info && problem(node);
    if (text !== undefined) addresses.set(text, [...(addresses.get(text) ?? []), node.address]);
  }
  const problems = [...addresses].map(([text, where]) =>
    nodes.length > 1 ? `${where.join(', ')}: ${text}` : text,
  );
  if (problems.length === 0) return { status: 'ok', message: ok };
  return { status, message: problems.join('; '), ...(hint !== undefined && { hint }) };
}

function checkNodes({ mode, nodes }: Facts): Finding | undefined {
  if (mode === 'standalone') return undefined;
  const lost = nodes.filter(({ failure }) => failure !== undefined);
  const count = (role: Node['role']): number => nodes.filter((node) => node.role === role).length;
  if (lost.length === 0) {
    const sentinels = mode === 'sentinel' ? `, ${amount(count('sentinel'), 'Sentinel')}` : '';
    return {
      status: 'ok',
      message: `${amount(count('master'), 'master')}, ${amount(count('replica'), 'replica')}${sentinels}: all can be reached`,
    };
  }
  return {
    status: lost.some(({ role }) => role === 'master') ? 'failure' : 'warning',
    message: lost.map(({ role, failure }) => `${role}: ${failure?.message ?? ''}`).join('; '),
    hint:
      mode === 'cluster'
        ? 'The cluster announces these addresses (CLUSTER NODES). Start the nodes, or make the addresses reachable from here.'
        : 'The Sentinels or REDIS_URL name these addresses. Start them, or make the addresses reachable from here.',
  };
}

function checkLoading(facts: Facts): Finding | undefined {
  const loading = mastersOf(facts).filter((node) => fieldOf(node, 'loading') === '1');
  if (loading.length === 0) return undefined;
  return {
    status: 'warning',
    message: `${loading.map(({ address }) => address).join(', ')} is loading its data, and refuses calls until then`,
  };
}

function checkVersion(facts: Facts): Finding {
  const nodes = mastersOf(facts);
  return findingOf(
    nodes,
    ({ info }) => {
      if (!info) return undefined;
      const { server, version } = info.engine;
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const [oldestMajor, oldestMinor] = OLDEST[server];
      const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
      return isOld ? `${nameOf(server)} ${version} is older than ${oldestMajor}.${oldestMinor}` : undefined;
    },
    {
      ok: [
        ...new Set(
          nodes.flatMap(({ info }) => (info ? `${nameOf(info.engine.server)} ${info.engine.version}` : [])),
        ),
      ].join(', '),
      hint: 'The tools are tested with Redis from 6.2 and Valkey from 7.2: upgrade the server.',
    },
  );
}

/** Returns the name of an engine for a person. */
export function nameOf(server: 'redis' | 'valkey'): string {
  return server === 'redis' ? 'Redis' : 'Valkey';
}

function checkTools(facts: Facts): Finding {
  if (mastersOf(facts).length === 0) return { status: 'skipped', message: 'not checked: no master replies' };
  const accesses = mastersOf(facts).flatMap(({ access }) => access ?? []);
  if (accesses.length === 0)
    return {
      status: 'skipped',
      message: 'not checked: this user may run neither ACL DRYRUN nor MULTI, or the server loads its data',
    };
  const all = [...new Set(accesses.flatMap((access) => [...access.keys()]))];
  const denied = all.flatMap((tool) => {
    const commands = [...new Set(accesses.flatMap((access) => access.get(tool) ?? []))];
    return commands.length === 0 ? [] : `${tool} (${commands.join(', ')})`;
  });
  if (denied.length === 0)
    return { status: 'ok', message: 'this user can run all bundled tools on this server' };
  return {
    status: denied.length === all.length ? 'failure' : 'warning',
    message: `this user or this server cannot run ${denied.length} of ${all.length}: ${denied.join(', ')}`,
    hint: 'Give the user these commands, and the keys and channels of the namespace (ACL SETUSER).',
  };
}

function checkRole({ mode, nodes }: Facts): Finding | undefined {
  const [node] = nodes;
  if (mode !== 'standalone' || !node) return undefined;
  if (node.role === 'replica')
    return {
      status: 'failure',
      message: 'the server is a replica, which refuses writes',
      hint: 'Set REDIS_URL to its master, or to the Sentinels: redis+sentinel://host:26379/<name of the master>.',
    };
  if (fieldOf(node, 'cluster_enabled') !== '1') return undefined;
  return {
    status: 'failure',
    message: 'the server is a node of a cluster, and has only a part of the keys',
    hint: 'Write redis+cluster:// in REDIS_URL (rediss+cluster:// for TLS), with one or more nodes of the cluster.',
  };
}

function checkCluster(facts: Facts): Finding | undefined {
  if (facts.mode !== 'cluster') return undefined;
  const masters = mastersOf(facts).filter(({ cluster }) => cluster !== undefined);
  if (masters.length === 0)
    return { status: 'skipped', message: 'not checked: this user may not run CLUSTER INFO' };
  const problems = masters.flatMap(({ address, cluster }) => {
    const state = cluster?.get('cluster_state');
    const covered = Number(cluster?.get('cluster_slots_ok'));
    if (state === 'ok' && covered === 16_384) return [];
    return `${address}: cluster_state is ${state}, ${covered} of 16384 slots are served`;
  });
  if (problems.length === 0) return { status: 'ok', message: 'cluster_state is ok, all slots are served' };
  return {
    status: 'failure',
    message: problems.join('; '),
    hint: 'redis-cli --cluster check HOST:PORT shows which slots have no master.',
  };
}

/** Parses the lines `slave0:ip=…,port=…,state=online,offset=…,lag=…` of INFO. */
function replicasOf(node: Node): Map<string, string>[] {
  return [...(node.info?.fields ?? [])].flatMap(([name, value]) =>
    /^slave\d+$/.test(name)
      ? new Map(value.split(',').map((pair) => pair.split('=') as [string, string]))
      : [],
  );
}

function checkReplicas(facts: Facts): Finding | undefined {
  const masters = mastersOf(facts);
  const many = facts.mode !== 'standalone';
  const total = masters.reduce((sum, node) => sum + replicasOf(node).length, 0);
  const replicas = facts.nodes.filter(({ role, failure }) => role === 'replica' && failure === undefined);
  if (!many && total === 0 && replicas.length === 0) return undefined;
  const behind = findingOf(
    masters,
    (node) => {
      const offset = Number(fieldOf(node, 'master_repl_offset'));
      const problems = replicasOf(node).flatMap((replica) => {
        const name = `replica ${replica.get('ip')}:${replica.get('port')}`;
        const bytes = offset - Number(replica.get('offset'));
        const lag = Number(replica.get('lag'));
        if (replica.get('state') !== 'online') return `${name} is not in step (${replica.get('state')})`;
        if (lag > LAG_SECONDS) return `${name} did not reply for ${lag} s`;
        return bytes > LAG_BYTES ? `${name} is ${sizeOf(bytes)} behind` : [];
      });
      if (many && replicasOf(node).length === 0) return 'has no replica';
      return problems.length > 0 ? problems.join(', ') : undefined;
    },
    { ok: `${total} connected, none behind`, hint: 'A failover loses what a replica has not received.' },
  );
  const cut = replicas.filter((node) => fieldOf(node, 'master_link_status') === 'down');
  if (cut.length === 0) return behind;
  const message = cut.map(({ address }) => `${address} is not connected to its master`).join('; ');
  return {
    status: 'warning',
    message: behind.status === 'warning' ? `${behind.message}; ${message}` : message,
    hint: 'A failover loses what a replica has not received.',
  };
}

function checkPersistence(facts: Facts): Finding {
  const masters = mastersOf(facts);
  if (masters.some((node) => fieldOf(node, 'aof_enabled') === '0' && node.save === undefined))
    return {
      status: 'skipped',
      message: 'there is no append-only file; snapshots were not checked: this user may not run CONFIG GET',
    };
  const withAof = masters.every((node) => fieldOf(node, 'aof_enabled') === '1');
  return findingOf(
    masters,
    (node) =>
      fieldOf(node, 'aof_enabled') === '0' && node.save === ''
        ? 'there is no append-only file and no snapshot: a restart loses all data'
        : undefined,
    {
      ok: withAof
        ? 'append-only file'
        : 'snapshots: a crash loses the writes since the last one (appendonly yes keeps them)',
      hint: 'Set appendonly yes.',
    },
  );
}

function checkWrites(facts: Facts): Finding {
  const masters = mastersOf(facts);
  const failed = findingOf(
    masters,
    (node) =>
      fieldOf(node, 'aof_enabled') === '1' && fieldOf(node, 'aof_last_write_status') === 'err'
        ? 'the server cannot write its append-only file: it refuses writes, and the last acknowledged ones are only in memory'
        : undefined,
    {
      ok: 'the files of the server are written without errors',
      status: 'failure',
      hint: 'The disk may be full: free some space. The log of the server has the reason.',
    },
  );
  if (failed.status !== 'ok') return failed;
  return findingOf(
    masters,
    (node) => {
      const rewrite =
        fieldOf(node, 'aof_enabled') === '1' && fieldOf(node, 'aof_last_bgrewrite_status') === 'err';
      if (rewrite) return 'the last rewriting of the append-only file failed (aof_last_bgrewrite_status)';
      return fieldOf(node, 'rdb_last_bgsave_status') === 'err'
        ? 'the last snapshot failed (rdb_last_bgsave_status)'
        : undefined;
    },
    { ok: failed.message, hint: 'See the log of the server: the disk may be full, or fork may fail.' },
  );
}

function checkDisk({ embedded }: Facts): Finding | undefined {
  if (!embedded) return undefined;
  const { disk_free_bytes: free, data_bytes: used, data_dir: folder } = embedded;
  // Rewriting the append-only file writes it a second time.
  if (free >= Math.max(LEAST_DISK, 2 * used))
    return { status: 'ok', message: `${sizeOf(free)} free for ${folder} (${sizeOf(used)} used)` };
  return {
    status: 'warning',
    message: `only ${sizeOf(free)} free for ${folder} (${sizeOf(used)} used)`,
    hint: 'When the disk is full, the server refuses writes. Rewriting the append-only file needs its size once more.',
  };
}

function checkEviction(facts: Facts): Finding {
  return findingOf(
    mastersOf(facts),
    (node) => {
      const policy = fieldOf(node, 'maxmemory_policy') ?? 'noeviction';
      if (fieldOf(node, 'maxmemory') === '0' || policy === 'noeviction') return undefined;
      const keys = policy.startsWith('allkeys')
        ? 'any key: sessions, lists, counters'
        : 'any key with a time to live: sessions, rate limits, most cached values';
      return `maxmemory-policy is ${policy}: when the memory is full, the server deletes ${keys}`;
    },
    {
      ok: 'no key is deleted for lack of memory',
      hint: 'Set maxmemory-policy noeviction, or keep caches on another server.',
    },
  );
}

function checkMemory(facts: Facts): Finding {
  const masters = mastersOf(facts);
  const usage = (node: Node): [used: number, limit: number] => [
    Number(fieldOf(node, 'used_memory')),
    Number(fieldOf(node, 'maxmemory')),
  ];
  const [first] = masters.filter(({ info }) => info !== undefined);
  const [used, limit] = first ? usage(first) : [0, 0];
  return findingOf(
    masters,
    (node) => {
      const [has, most] = usage(node);
      return most > 0 && has > NEAR * most
        ? `${sizeOf(has)} of ${sizeOf(most)} (maxmemory) are used`
        : undefined;
    },
    {
      ok: `${sizeOf(used)} used, ${limit > 0 ? `limit ${sizeOf(limit)}` : 'no limit'}${masters.length > 1 ? ` (${first?.address ?? ''})` : ''}`,
      hint: 'Raise maxmemory, or delete data.',
    },
  );
}

function checkClients(facts: Facts): Finding {
  const masters = mastersOf(facts);
  const [first] = masters;
  return findingOf(
    masters,
    (node) => {
      const clients = Number(fieldOf(node, 'connected_clients'));
      const limit = Number(fieldOf(node, 'maxclients'));
      return limit > 0 && clients > NEAR * limit
        ? `${clients} of ${limit} (maxclients) are connected`
        : undefined;
    },
    {
      ok: `${(first && fieldOf(first, 'connected_clients')) ?? 'an unknown number'} connected, limit ${(first && fieldOf(first, 'maxclients')) ?? 'unknown'}`,
      hint: 'Raise maxclients, or close connections.',
    },
  );
}

function checkClock({ nodes }: Facts): Finding {
  const known = nodes.filter(({ clockAheadMs }) => clockAheadMs !== undefined);
  if (known.length === 0) return { status: 'skipped', message: 'not checked: this user may not run TIME' };
  const off = known.flatMap(({ address, clockAheadMs = 0 }) => {
    if (Math.abs(clockAheadMs) <= CLOCK_MS) return [];
    const seconds = (Math.abs(clockAheadMs) / 1000).toFixed(1);
    return `the clock of ${address} is ${seconds} s ${clockAheadMs > 0 ? 'ahead of' : 'behind'} the local one`;
  });
  if (off.length === 0) return { status: 'ok', message: 'the same as the local one within 2 s' };
  return {
    status: 'warning',
    message: off.join('; '),
    hint: 'Times to live and rate limits use the clock of the server. Set both clocks by NTP.',
  };
}

function checkTls({ target, nodes }: Facts): Finding {
  if (target.kind === 'embedded' || target.kind === 'unix')
    return { status: 'ok', message: 'not needed: the connection does not leave this machine' };
  if (target.tls) return { status: 'ok', message: 'all connections use TLS' };
  const remote = nodes.map(({ address }) => address).filter((address) => !isLocal(address));
  if (remote.length === 0)
    return { status: 'ok', message: 'not needed: the connection does not leave this machine' };
  return {
    status: 'warning',
    message: `the connection to ${remote.join(', ')} is not encrypted, and neither is its password`,
    hint: 'Write rediss in place of redis in REDIS_URL, when the server supports TLS.',
  };
}

function isLocal(address: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\]):\d+$/.test(address);
}

/** Returns a number with its noun: `1 replica`, `2 replicas`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function sizeOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power] ?? ''}`;
}
