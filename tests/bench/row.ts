/** One comparison of gantz with a yardstick. */
export type Row = {
  what: string;
  /** The program that gantz is compared with. */
  against: string;
  unit: 'ms' | 'CPU ms' | 'MiB' | 'calls/s' | 'jobs/s' | 'page faults';
  /** The limit of ours ÷ theirs. A row without a target explains another row. */
  target?: Target;
  /** Measures both programs in turn. Throws `Unavailable` when a program is missing. */
  measure: (bench: Bench) => Promise<Pair[]>;
};

export type Target = { atMost: number } | { atLeast: number };

/** What a process used. */
export type Usage = { ms: number; 'CPU ms': number; 'page faults': number; MiB: number };

/** Two measurements, made one after the other. `usage`: when they are those of whole processes. */
export type Pair = { ours: number; theirs: number; usage?: { ours: Usage; theirs: Usage } };

/** The set-up that all measurements share. */
export type Bench = {
  readonly quick: boolean;
  /** A temporary folder of this run. */
  readonly folder: string;
  /** The port of a Redis on 127.0.0.1 with the key `a`. The paging rows add a million keys to it. */
  readonly redisPort: number;
  /** The environment of every process. HOME is `folder`, and NODE_EXTRA_CA_CERTS is not set. */
  readonly env: Readonly<Record<string, string>>;
  /** The caller's NODE_EXTRA_CA_CERTS. */
  readonly certificates: string | undefined;
  readonly programs: Programs;
};

/** The paths of the programs to compare. Those that are not available are absent. */
export type Programs = {
  shim: string;
  native?: string;
  package: string;
  node20: string;
  node24?: string;
  /** The runtime of the compiler, which is also the runtime of the executable. */
  bun?: string;
  /** A Python with the package redis. */
  python?: string;
  /** The folder of the package bullmq, with ioredis beside it. */
  bullmq?: string;
  /** The folder of the package redlock, with ioredis beside it. */
  redlock?: string;
  /** The archived MCP reference server for Redis. */
  serverRedis?: string;
  /** bin/gantz of another build of this program: in the folder $BENCH_BASELINE. */
  baseline?: string;
  /** The server of genai-toolbox: in the folder $BENCH_TOOLBOX. */
  toolbox?: string;
};

/** The reason why a row cannot be measured. */
export class Unavailable extends Error {}

/** Returns the value. Throws `Unavailable` with `reason` when it is undefined. */
export function need<T>(value: T | undefined, reason: string): T {
  if (value === undefined) throw new Unavailable(reason);
  return value;
}
