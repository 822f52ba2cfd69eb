// Five worker processes do the jobs of a queue, and one of them is killed every second. Each job has its effect once.
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
if (process.argv[2] === 'worker') await work();
else await main(Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1000));
await gantz.close();

async function main(total, killEveryMs) {
  const numbers = Array.from({ length: total }, (_, at) => at);
  for (let at = 0; at < total; at += 1000)
    await gantz.call('queue_add_many', { queue, payloads: numbers.slice(at, at + 1000), max_attempts: 1000 });

  const workers = Array.from({ length: WORKERS }, startWorker);
  let killed = 0;
  while (await isWorkLeft()) {
    await sleep(killEveryMs);
    const victim = killed % WORKERS;
    if (workers[victim].kill('SIGKILL')) killed++;
    workers[victim] = startWorker();
  }
  for (const worker of workers) worker.kill();

  const { values } = await gantz.call('list_range', { key: 'sent', start: 0, end: -1 });
  const distinct = new Set(values).size;
  console.log(JSON.stringify({ jobs: total, results: values.length, distinct, killed }));
}

function startWorker() {
  const file = fileURLToPath(import.meta.url);
  return spawn(process.execPath, [file, 'worker'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function isWorkLeft() {
  const { ready, delayed, taken } = await gantz.call('queue_stats', { queue });
  return ready + delayed + taken > 0;
}

async function work() {
  for (;;) {
    // Another worker gets the jobs of a worker that dies when their visibility ends.
    const { jobs } = await gantz.call('queue_take', { queue, count: 2, visibility: 2, wait: 30 });
    for (const { payload: job, receipt } of jobs) {
      // A job can be given away after its effect and before queue_ack. The key makes the effect take place once.
      await gantz.call(
        'list_push',
        { key: 'sent', values: [job], left: false },
        { idempotencyKey: `send ${job}` },
      );
      await gantz.call('queue_ack', { queue, receipts: [receipt] });
    }
  }
}
