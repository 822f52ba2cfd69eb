// The yardstick of one call: one GET with the client of the runtime (Bun), compiled to an executable.
const client = new Bun.RedisClient(process.env.REDIS_URL, { autoReconnect: false });
console.log(await client.get('mcp:cache:a'));
client.close();
