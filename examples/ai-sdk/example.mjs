// Uses the tools of gantz in the AI SDK: lists the tools, calls twelve of them, and reads an error.
//   npm install ai@6 @ai-sdk/mcp@1
//   node example.mjs
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as StdioTransport } from '@ai-sdk/mcp/mcp-stdio';
import { generateText, stepCountIs } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

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

const client = await createMCPClient({
  transport: new StdioTransport({
    command: process.env.GANTZ ?? 'gantz',
    args: ['--config', 'builtin:redis', 'mcp'],
    env: { ...process.env },
  }),
});
try {
  const tools = await client.tools();
  console.log(Object.keys(tools).length, 'tools');
  const { steps } = await generateText({
    // Put your model here, for example anthropic('…') or openai('…'). This one makes the calls above, one after the other.
    model: scripted([...CALLS, WRONG_CALL]),
    tools,
    prompt: 'Try the tools.',
    stopWhen: stepCountIs(20),
  });
  for (const { toolName, output } of steps.flatMap((step) => step.toolResults)) {
    // A failure has `isError`. The text of its content is the envelope.
    if (output.isError) console.log('error', output.content[0].text);
    else console.log(toolName, JSON.stringify(output.structuredContent));
  }
} finally {
  await client.close();
}

function scripted(calls) {
  const script = calls.entries();
  const usage = { inputTokens: {}, outputTokens: {} };
  return new MockLanguageModelV3({
    doGenerate: async () => {
      const next = script.next();
      if (next.done)
        return {
          content: [{ type: 'text', text: 'Done.' }],
          finishReason: { unified: 'stop' },
          usage,
          warnings: [],
        };
      const [index, [toolName, input]] = next.value;
      const content = [
        { type: 'tool-call', toolCallId: `call-${index}`, toolName, input: JSON.stringify(input) },
      ];
      return { content, finishReason: { unified: 'tool-calls' }, usage, warnings: [] };
    },
  });
}
