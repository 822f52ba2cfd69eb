// The yardstick for paging: node-redis alone, SCAN over all keys in steps of 100.
import { createClient } from '@redis/client';

const client = createClient({ url: process.env.REDIS_URL, RESP: 2 });
await client.connect();
let cursor = '0';
do {
  ({ cursor } = await client.scan(cursor, { MATCH: 'paged:cache:*', COUNT: 100 }));
} while (cursor !== '0');
client.destroy();
