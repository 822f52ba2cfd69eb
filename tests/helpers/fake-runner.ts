import { Deadline } from '../../lib/contract/deadline.ts';
import type { Result } from '../../lib/contract/envelope.ts';
import type { Manifest, Tool } from '../../lib/contract/manifest.ts';
import { compileCatalogue } from '../../lib/run/catalogue.ts';
import type { CallSettings, Runner } from '../../lib/run/runner.ts';

type Work = (input: unknown, settings: CallSettings) => Promise<Result>;

/** Returns a runner with one allowed tool, `work`, which calls the function of the test, and the forbidden tool `hidden`. */
export function runnerOf(
  work: Work,
  outputSchema?: Tool['outputSchema'],
): Runner & { readonly closed: boolean } {
  const tool: Tool = {
    name: 'work',
    description: 'Calls the function of the test',
    inputSchema: { type: 'object', properties: {}, required: [], additionalProperties: true },
    ...(outputSchema && { outputSchema }),
    annotations: {},
    environment: {},
    directory: '/',
  };
  const hidden: Tool = { ...tool, name: 'hidden' };
  const manifest: Manifest = {
    name: 'fake',
    file: '/gantz.yaml',
    directory: '/',
    env: {},
    tools: [tool, hidden],
    prompts: [{ name: 'ask', inputSchema: tool.inputSchema, messages: [{ role: 'user', text: 'Ask' }] }],
    toolsets: {},
    warnings: [],
    sources: [],
  };
  let closed = false;
  const runner = {
    ...compileCatalogue(manifest, { tools: 'work' }),
    deadline: () => new Deadline({ budgetMs: 1000, startedAt: 0 }),
    prepare: () => Promise.resolve(),
    call: (_: Tool, input: unknown, settings: CallSettings = {}) => work(input, settings),
    redis: () => {
      throw new Error('This runner has no Redis');
    },
    close: () => {
      closed = true;
      return Promise.resolve();
    },
    get closed() {
      return closed;
    },
  };
  return runner;
}
