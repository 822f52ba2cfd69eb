/** One comparison: what is measured, beside what, and how far apart they may be. */
export type Row = {
  what: string;
  /** The yardstick. */
  against: string;
  unit: 'ms' | 'MiB' | 'calls/s';
  /** The bound on ours ÷ theirs; a row without one explains another. */
  target?: Target;
  /** Measures both sides in turn. Throws `Unavailable` where a part is missing. */
  measure: (bench: Bench) => Promise<Pair[]>;
};

export type Target = { atMost: number } | { atLeast: number };

/** Two measurements that were made one after the other. */
export type Pair = { ours: number; theirs: number };

/** What the measurements have in common. */
export type Bench = {
  readonly quick: boolean;
  /** A folder of this run's own. */
  readonly folder: string;
  /** A Redis on 127.0.0.1, which holds `a` and a million keys more once someone asks. */
  readonly redisPort: number;
  /** The environment of every process: no home but the run's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly programs: Programs;
};

/** The programs under comparison; those that are not to be had are absent. */
export type Programs = {
  shim: string;
  native?: string;
  package: string;
  node20: string;
  node24?: string;
  /** The compiler's own runtime, which runs a script as the executable would. */
  bun?: string;
  /** A Python that has the redis package. */
  python?: string;
  /** The MCP server of the protocol's first days. */
  serverRedis?: string;
};

/** Why a row has no numbers. */
export class Unavailable extends Error {}

/** The value, or `Unavailable` with what is missing. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Unavailable(what);
  return value;
}
