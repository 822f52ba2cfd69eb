// The yardstick for batch: node-redis alone, GET, SET or XADD of 100 bytes, or XREAD of 10 entries. Arguments: operation,
// calls, calls in flight.
import { createClient, createCluster } from '@redis/client';

const [, , operation, calls, inFlight] = process.argv;
const url = process.env.REDIS_URL;
const nodes = /^redis\+cluster:\/\/(.*)$/.exec(url)?.[1].split(',');
const client = nodes
  ? createCluster({ rootNodes: nodes.map((node) => ({ url: `redis://${node}` })), RESP: 2 })
  : createClient({ url, RESP: 2 });
await client.connect();
const value = 'x'.repeat(100);
const TRIM = { strategy: 'MAXLEN', strategyModifier: '=', threshold: 1000 };
const OPERATIONS = {
  get: (n) => client.get(`mcp:cache:k${n % 1000}`),
  set: (n) => client.set(`mcp:cache:k${n % 1000}`, value, { expiration: { type: 'EX', value: 3600 } }),
  xadd: (n) => client.xAdd(`mcp:stream:s${n % 100}`, '*', { event: value }, { TRIM }),
  xread: (n) => client.xRead({ key: `mcp:stream:s${n % 100}`, id: '0' }, { COUNT: 10 }),
};
const run = OPERATIONS[operation];
let next = 0;
async function work() {
  while (next < Number(calls)) await run(next++);
}
await Promise.all(Array.from({ length: Number(inFlight) }, work));
client.destroy();
