// The yardstick for batch: node-redis alone, GET or SET of 100 bytes. Arguments: operation, calls, calls in flight.
import { createClient, createCluster } from '@redis/client';

const [, , operation, calls, inFlight] = process.argv;
const url = process.env.REDIS_URL;
const nodes = /^redis\+cluster:\/\/(.*)$/.exec(url)?.[1].split(',');
const client = nodes
  ? createCluster({ rootNodes: nodes.map((node) => ({ url: `redis://${node}` })), RESP: 2 })
  : createClient({ url, RESP: 2 });
await client.connect();
const value = 'x'.repeat(100);
let next = 0;
async function work() {
  while (next < Number(calls)) {
    const key = `mcp:cache:k${next++ % 1000}`;
    if (operation === 'set') await client.set(key, value, { expiration: { type: 'EX', value: 3600 } });
    else await client.get(key);
  }
}
await Promise.all(Array.from({ length: Number(inFlight) }, work));
client.destroy();
