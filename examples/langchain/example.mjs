// Uses the tools of gantz in LangChain: lists the tools, calls twelve of them, and reads an error.
//   npm install @langchain/mcp-adapters @langchain/core @langchain/langgraph
//   node example.mjs
import { MultiServerMCPClient } from '@langchain/mcp-adapters';

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

const client = new MultiServerMCPClient({
  mcpServers: {
    gantz: {
      transport: 'stdio',
      command: process.env.GANTZ ?? 'gantz',
      args: ['--config', 'builtin:redis', 'mcp'],
      env: { ...process.env },
    },
  },
});
try {
  // Pass the tools to an agent: createAgent({ model, tools }).
  const tools = await client.getTools();
  console.log(tools.length, 'tools');
  const invoke = (name, input) => tools.find((tool) => tool.name === name).invoke(input);

  for (const [name, input] of CALLS) {
    const { structuredContent } = await invoke(name, input);
    console.log(name, JSON.stringify(structuredContent));
  }
  // A failed call throws an error. The envelope in its message is what the model reads.
  await invoke(...WRONG_CALL).catch(({ message }) =>
    console.log('error', message.slice(message.indexOf('{'))),
  );
} finally {
  await client.close();
}
