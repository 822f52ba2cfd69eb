/** A host and a port. */
export type Address = { host: string; port: number };

/** The files and the name for TLS: `ca`, `cert` and `key` are paths of PEM files. */
export type TlsFiles = { ca?: string; cert?: string; key?: string; servername?: string };

/** Who connects, and how. `tls` is absent for a connection without TLS. */
type Access = { username?: string; password?: string; tls?: TlsFiles };

/** One server at a host and port. */
export type TcpTarget = { kind: 'tcp'; display: string; database: number } & Address & Access;

/** One server on a Unix socket. */
export type UnixTarget = { kind: 'unix'; display: string; path: string; database: number } & Omit<
  Access,
  'tls'
>;

/** The private server that gantz starts. */
export type EmbeddedTarget = { kind: 'embedded'; display: string };

/** A Redis Cluster. `nodes` are some of its nodes; the others are found through them. */
export type ClusterTarget = { kind: 'cluster'; display: string; nodes: readonly Address[] } & Access;

/** The server that Sentinels name as the master. The credentials are those of that server. */
export type SentinelTarget = {
  kind: 'sentinel';
  display: string;
  sentinels: readonly Address[];
  master: string;
  database: number;
  /** The credentials of the Sentinels themselves. */
  sentinelAccess: Pick<Access, 'username' | 'password'>;
} & Access;

/** What a REDIS_URL names. `display` shows it without user and password. */
export type Target = TcpTarget | UnixTarget | EmbeddedTarget | ClusterTarget | SentinelTarget;

/** A server that a client can connect to. */
export type ServerTarget = TcpTarget | UnixTarget;
