// The yardstick for rate limits: rate-limiter-flexible over node-redis. Arguments: calls, calls in flight.
import { createClient } from '@redis/client';
import { RateLimiterRedis } from 'rate-limiter-flexible';

const [, , calls, inFlight] = process.argv;
const client = createClient({ url: process.env.REDIS_URL, RESP: 2 });
await client.connect();
const limiter = new RateLimiterRedis({
  storeClient: client,
  useRedisPackage: true,
  points: 1_000_000_000,
  duration: 3600,
});
let next = 0;
async function work() {
  while (next < Number(calls)) await limiter.consume(`caller-${next++ % 1000}`, 1);
}
await Promise.all(Array.from({ length: Number(inFlight) }, work));
client.destroy();
