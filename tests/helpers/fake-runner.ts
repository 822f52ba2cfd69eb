import { Deadline } from '../../lib/deadline.ts';
import type { Result } from '../../lib/envelope.ts';
import { GantzError } from '../../lib/errors.ts';
import type { Manifest, Tool } from '../../lib/manifest/manifest.ts';
import { findTool } from '../../lib/run/catalogue.ts';
import type { CallOptions, Runner } from '../../lib/run/runner.ts';

type Work = (input: unknown, options: CallOptions) => Promise<Result>;

/** A runner whose one tool, `work`, does what the test says; `hidden` is there but forbidden. */
export function runnerOf(
  work: Work,
  outputSchema?: Tool['outputSchema'],
): Runner & { readonly closed: boolean } {
  const tool: Tool = {
    name: 'work',
    description: 'Does what the test says',
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
    toolsets: {},
    warnings: [],
    sources: [],
  };
  let closed = false;
  const runner = {
    manifest,
    tools: [tool],
    find(name: string) {
      const found = findTool(manifest, name);
      if (found === hidden) throw new GantzError('FORBIDDEN', 'Tool hidden is not allowed by --tools');
      return found;
    },
    deadline: () => new Deadline({ budgetMs: 1000, startedAt: 0 }),
    prepare: () => Promise.resolve(),
    call: (_: string, input: unknown, options: CallOptions = {}) => work(input, options),
    redis: () => {
      throw new Error('There is no Redis here');
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
