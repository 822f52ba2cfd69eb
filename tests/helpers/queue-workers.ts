import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { endOf, endWithTests } from './children.ts';
import { startRedis } from './redis-server.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/queue-workers/example.mjs');
const LIBRARY = join(import.meta.dirname, '../../dist/node/library.cjs');

/** What examples/queue-workers prints at its end. */
export type QueueWorkersResult = {
  jobs: number;
  /** How many jobs have a result. */
  results: number;
  /** How many effects took place. */
  sent: number;
  /** How many jobs had an effect. */
  distinct: number;
  killed: number;
};

/** Runs examples/queue-workers on a server of its own. Fails unless it succeeds. */
export async function runQueueWorkers({
  jobs,
  killEveryMs,
}: {
  jobs: number;
  killEveryMs: number;
}): Promise<QueueWorkersResult> {
  const server = await startRedis();
  try {
    const child = endWithTests(
      spawn(process.execPath, [EXAMPLE, String(jobs), String(killEveryMs)], {
        cwd: '/',
        env: { PATH: process.env['PATH'], HOME: '/dev/null', REDIS_URL: server.url, GANTZ_LIBRARY: LIBRARY },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const status = await endOf(child, { what: () => `the end of the workers; ${err}`, limitMs: 240_000 });
    assert.equal(status, 0, err);
    return JSON.parse(out) as QueueWorkersResult;
  } finally {
    await server.stop();
  }
}
