// A queue of jobs, by gantz or by BullMQ. Arguments: gantz or bullmq, the path of its module, add, many or work, jobs, jobs in
// flight. Prints the jobs per second. `many` adds several jobs at once, and `work` takes and acknowledges jobs that were added before.
import { createRequire } from 'node:module';

const [, , program, path, operation, total, inFlight] = process.argv;
const jobs = Number(total);
/** How many jobs one call adds or takes. BullMQ has no call that takes several. */
const CHUNK = 16;
const payload = { to: 'ada@example.com', text: 'x'.repeat(100) };
const url = new URL(process.env.REDIS_URL);
const require = createRequire(import.meta.url);

async function atATime(calls, inFlight, one) {
  let left = calls;
  const work = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: inFlight }, work));
}

const PROGRAMS = {
  async gantz() {
    const gantz = await require(path).openGantz();
    const queue = 'bench';
    return {
      add: () => gantz.call('queue_add', { queue, payload }),
      many: (count) => gantz.call('queue_add_many', { queue, payloads: Array(count).fill(payload) }),
      async work() {
        let left = jobs;
        const work = async () => {
          for (;;) {
            const { jobs: taken } = await gantz.call('queue_take', { queue, count: CHUNK });
            if (taken.length === 0) return;
            await gantz.call('queue_ack', { queue, receipts: taken.map(({ receipt }) => receipt) });
            left -= taken.length;
          }
        };
        await Promise.all(Array.from({ length: Number(inFlight) / CHUNK }, work));
        if (left !== 0) throw new Error(`${left} jobs are left`);
      },
      empty: () => gantz.call('queue_purge', { queue }),
      close: () => gantz.close(),
    };
  },

  async bullmq() {
    const { Queue, Worker } = require(path);
    const connection = { host: url.hostname, port: Number(url.port), maxRetriesPerRequest: null };
    const options = { removeOnComplete: true };
    const queue = new Queue('bench', { connection });
    return {
      add: () => queue.add('job', payload, options),
      many: (count) => queue.addBulk(Array(count).fill({ name: 'job', data: payload, opts: options })),
      async work() {
        const worker = new Worker('bench', async () => {}, {
          connection,
          concurrency: Number(inFlight),
          autorun: false,
        });
        let left = jobs;
        await new Promise((resolve) => {
          worker.on('completed', () => {
            if (--left === 0) resolve();
          });
          void worker.run();
        });
        await worker.close();
      },
      empty: () => queue.obliterate({ force: true }),
      close: () => queue.close(),
    };
  },
};

const queue = await PROGRAMS[program]();
await queue.empty();
if (operation === 'work') for (let at = 0; at < jobs; at += 1000) await queue.many(1000);
const begun = performance.now();
if (operation === 'work') await queue.work();
else if (operation === 'many') await atATime(jobs / CHUNK, Number(inFlight) / CHUNK, () => queue.many(CHUNK));
else await atATime(jobs, Number(inFlight), queue.add);
console.log((jobs / (performance.now() - begun)) * 1000);
await queue.empty();
await queue.close();
