// Five worker processes do the jobs of a queue, and one of them is killed every second. Each job has its effect once, and
// its result is written under a lock.
//   npm install gantz
//   node example.mjs [jobs] [milliseconds between two kills]
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const { openGantz } = createRequire(import.meta.url)(process.env.GANTZ_LIBRARY ?? 'gantz');
const WORKERS = 5;
const queue = 'mails';

const gantz = await openGantz({ manifest: 'builtin:redis' });
if (process.argv[2] === 'worker') await work(process.argv[3]);
else await main(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1000));
await gantz.close();

async function main(total, killEveryMs) {
  const { session_id } = await gantz.call('session_create', { ttl: 86_400 });
  const numbers = Array.from({ length: total }, (_, at) => at);
  for (let at = 0; at < total; at += 1000)
    await gantz.call('queue_add_many', { queue, payloads: numbers.slice(at, at + 1000), max_attempts: 1000 });

  const workers = Array.from({ length: WORKERS }, () => startWorker(session_id));
  let killed = 0;
  while (await isWorkLeft()) {
    await sleep(killEveryMs);
    const victim = killed % WORKERS;
    if (workers[victim].kill('SIGKILL')) killed++;
    workers[victim] = startWorker(session_id);
  }
  for (const worker of workers) worker.kill();

  const { values: sent } = await gantz.call('list_range', { key: 'sent', start: 0, end: -1 });
  const { session } = await gantz.call('session_get', { session_id });
  const results = Object.keys(session.data).length;
  console.log(
    JSON.stringify({ jobs: total, results, sent: sent.length, distinct: new Set(sent).size, killed }),
  );
}

function startWorker(session_id) {
  const file = fileURLToPath(import.meta.url);
  return spawn(process.execPath, [file, 'worker', session_id], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function isWorkLeft() {
  const { ready, delayed, taken } = await gantz.call('queue_stats', { queue });
  return ready + delayed + taken > 0;
}

async function work(session_id) {
  for (;;) {
    // When a worker dies, another one gets its job at the end of the visibility.
    const { jobs } = await gantz.call('queue_take', { queue, visibility: 5, wait: 30 });
    for (const { payload: job, receipt } of jobs) {
      // A job can be given away after its effect and before queue_ack. The key makes the effect take place once.
      const options = { idempotencyKey: `send ${job}` };
      await gantz.call('list_push', { key: 'sent', values: [job], left: false }, options);
      const isWritten = await writeResult(session_id, job);
      if (isWritten) await gantz.call('queue_ack', { queue, receipts: [receipt] });
      else await gantz.call('queue_nack', { queue, receipts: [receipt], delay: 0 });
    }
  }
}

/** Returns false when the lock was not free in time, or was lost before the result was written. */
async function writeResult(session_id, job) {
  const { acquired, token, fence } = await gantz.call('lock_acquire', { name: 'results', ttl: 2, wait: 30 });
  if (!acquired) return false;
  try {
    // A worker that was stopped for longer than the lock lives has an older fence than the next holder.
    await gantz.call('session_update', { session_id, data: { [job]: `sent by ${process.pid}` }, fence });
    return true;
  } catch (error) {
    if (error.code !== 'CONFLICT') throw error;
    return false;
  } finally {
    await gantz.call('lock_release', { name: 'results', token });
  }
}
