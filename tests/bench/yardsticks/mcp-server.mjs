// The yardstick for MCP: a server of the SDK with one tool, which does one GET.
import { createClient } from '@redis/client';
import { McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const client = createClient({ url: process.env.REDIS_URL, RESP: 2 });
await client.connect();
const server = new McpServer({ name: 'bare', version: '1.0.0' });
const { z } = await import('zod');
server.registerTool(
  'cache_get',
  { description: 'Read a value', inputSchema: z.object({ key: z.string() }) },
  async ({ key }) => ({ content: [{ type: 'text', text: String(await client.get(`mcp:cache:${key}`)) }] }),
);
await server.connect(new StdioServerTransport());
