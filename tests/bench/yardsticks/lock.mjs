// Locks that are acquired and released, by gantz or by redlock on one server. Arguments: gantz or redlock, the path of its module, how
// many times, how many in flight. Prints the pairs of acquire and release per second.
import { createRequire } from 'node:module';

const [, , program, path, total, inFlight] = process.argv;
const require = createRequire(import.meta.url);

const PROGRAMS = {
  async gantz() {
    const gantz = await require(path).openGantz();
    return {
      async once(name) {
        const { token } = await gantz.call('lock_acquire', { name });
        await gantz.call('lock_release', { name, token });
      },
      close: () => gantz.close(),
    };
  },

  async redlock() {
    const Redlock = require(path);
    const Redis = createRequire(path)('ioredis');
    const client = new Redis(process.env.REDIS_URL);
    const redlock = new Redlock([client], { retryCount: 0 });
    return {
      async once(name) {
        const lock = await redlock.lock(name, 30_000);
        await lock.unlock();
      },
      close: () => client.quit(),
    };
  },
};

const { once, close } = await PROGRAMS[program]();
// Each worker has a name of its own, so that no call waits for another one.
const workers = async (count) => {
  let left = count;
  const work = async (_, index) => {
    while (left-- > 0) await once(`bench-${index}`);
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, work));
};
await workers(2000);
const startedAt = performance.now();
await workers(Number(total));
console.log((Number(total) / (performance.now() - startedAt)) * 1000);
await close();
