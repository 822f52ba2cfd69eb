// Uses the tools of gantz in the OpenAI Agents SDK: lists the tools, calls twelve of them, and reads an error.
//   npm install @openai/agents zod
//   node example.mjs
import { MCPServerStdio } from '@openai/agents';

// In a real program, the model chooses these calls.
const CALLS = [
  ['cache_set', { key: 'greeting', value: { text: 'hello' }, ttl: 60 }],
  ['cache_get', { key: 'greeting' }],
  ['cache_exists', { key: 'greeting' }],
  ['cache_increment', { key: 'visits' }],
  ['list_push', { key: 'jobs', values: ['a', 'b'], left: false }],
  ['list_range', { key: 'jobs' }],
  ['hash_set', { key: 'user', mapping: { name: 'Ada', age: 36 } }],
  ['hash_get', { key: 'user', field: 'name' }],
  ['set_add', { key: 'tags', members: ['x', 'y', 'x'] }],
  ['set_is_member', { key: 'tags', member: 'y' }],
  ['rate_limit_check', { identifier: 'ada', limit: 5, window_seconds: 60 }],
  ['cache_delete', { key: 'greeting' }],
];
const WRONG_CALL = ['session_extend', { session_id: '00000000-0000-4000-8000-000000000000' }];

const server = new MCPServerStdio({
  name: 'gantz',
  command: process.env.GANTZ ?? 'gantz',
  args: ['--config', 'builtin:redis', 'mcp'],
  env: { ...process.env },
});
await server.connect();
try {
  // Pass the server to an agent: new Agent({ name, model, mcpServers: [server] }).
  console.log((await server.listTools()).length, 'tools');
  for (const [name, input] of CALLS) {
    const { structuredContent } = await server.callToolResult(name, input);
    console.log(name, JSON.stringify(structuredContent));
  }
  // A failure has `isError`. The text of its content is the envelope.
  const { isError, content } = await server.callToolResult(...WRONG_CALL);
  if (isError) console.log('error', content[0].text);
} finally {
  await server.close();
}
