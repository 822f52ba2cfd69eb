import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';
import { embeddedStatus } from '../embedded/status.ts';
import type { ServerTarget, Target } from '../target.ts';
import { CHECKS, nameOf, type Finding } from './checks.ts';
import { mastersOf, type EmbeddedFacts, type Facts } from './facts.ts';
import { readCluster, readNode, readSentinels, type Reach } from './nodes.ts';

/** The result of one check. */
export type CheckResult = { name: string } & Finding;

/** What `gantz doctor` found. `server` is absent when there is no connection. */
export type Diagnosis = {
  server?: {
    server?: 'redis' | 'valkey';
    version?: string;
    mode: Facts['mode'];
    where: string;
    round_trip_ms?: number;
    nodes: { address: string; role: string; reachable: boolean; version?: string; round_trip_ms?: number }[];
    embedded?: EmbeddedFacts;
  };
  checks: CheckResult[];
};

type ExamineOptions = Reach & {
  target: Target;
  env: Environment;
  /** Starts the embedded server when it does not run. */
  start: () => Promise<unknown>;
};

/** Runs all checks of a Redis. A failure to connect is the result of a check. Rejects with the reason of an abort. */
export async function examine(options: ExamineOptions): Promise<Diagnosis> {
  const { signal } = options;
  try {
    const facts = await readFacts(options);
    signal?.throwIfAborted();
    const failure =
      mastersOf(facts).length === 0 ? facts.nodes.find((node) => node.failure)?.failure : undefined;
    if (failure && facts.mode === 'standalone') throw failure;
    const checks = Object.entries(CHECKS).flatMap(([name, check]) => {
      const finding = check(facts);
      return finding ? { name, ...finding } : [];
    });
    return { server: serverOf(facts), checks: [connected(facts), ...checks] };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof GantzError)) throw error;
    const { message, hint } = error;
    return {
      checks: [{ name: 'connection', status: 'failure', message, ...(hint !== undefined && { hint }) }],
    };
  }
}

function connected(facts: Facts): CheckResult {
  const { target, mode, embedded } = facts;
  const [first] = mastersOf(facts);
  const where = embedded ? `${embedded.socket} (log ${embedded.log})` : target.display;
  if (!first)
    return {
      name: 'connection',
      status: facts.nodes.some(({ role, failure }) => role === 'replica' && !failure) ? 'ok' : 'failure',
      message: `${mode} at ${where}: no master replies`,
    };
  const engine = first.info ? `${nameOf(first.info.engine.server)} ${first.info.engine.version}` : 'a server';
  const time = first.roundTripMs === undefined ? '' : `, round trip ${first.roundTripMs} ms`;
  return { name: 'connection', status: 'ok', message: `${engine} at ${where}, ${mode}${time}` };
}

async function readFacts({ target, env, start, ...reach }: ExamineOptions): Promise<Facts> {
  switch (target.kind) {
    case 'cluster':
      return { target, mode: 'cluster', nodes: await readCluster(target, reach) };
    case 'sentinel': {
      const { sentinelLocator } = await import('../connection/sentinel.ts');
      const signal = reach.signal ?? new AbortController().signal;
      const master = await sentinelLocator(target).locate(reach.deadline, signal);
      if (master.kind === 'unix') throw new GantzError('INTERNAL', 'A Sentinel named a socket');
      return { target, mode: 'sentinel', nodes: await readSentinels(target, master, reach) };
    }
    case 'embedded': {
      await start();
      const status = await embeddedStatus({ env, deadline: reach.deadline });
      const { socket, data_dir: folder } = status;
      const server: ServerTarget = { kind: 'unix', path: socket, database: 0, display: target.display };
      const disk = statfsSync(folder);
      const embedded = { ...status, disk_free_bytes: disk.bavail * disk.bsize, data_bytes: sizeOf(folder) };
      return { target, mode: 'standalone', nodes: [await readNode(server, 'master', reach)], embedded };
    }
    default:
      return { target, mode: 'standalone', nodes: [await readNode(target, 'master', reach)] };
  }
}

function serverOf({ target, mode, nodes, embedded }: Facts): NonNullable<Diagnosis['server']> {
  const main = nodes.find(({ role, failure }) => role === 'master' && !failure) ?? nodes[0];
  return {
    ...main?.info?.engine,
    mode,
    where: target.display,
    ...(main?.roundTripMs !== undefined && { round_trip_ms: main.roundTripMs }),
    nodes: nodes.map(({ address, role, failure, info, roundTripMs }) => ({
      address,
      role,
      reachable: failure === undefined,
      ...(info && { version: info.engine.version }),
      ...(roundTripMs !== undefined && { round_trip_ms: roundTripMs }),
    })),
    ...(embedded && { embedded }),
  };
}

/** Returns the size of the files in a folder, in bytes. The server may remove one meanwhile. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(join(folder, file), { throwIfNoEntry: false }))
    .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0);
}
