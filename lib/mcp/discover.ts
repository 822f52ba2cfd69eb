import type { Result } from '../contract/envelope.ts';
import type { ObjectSchema, Tool } from '../contract/manifest.ts';
import { mcpDefinitionOf } from '../manifest/definition.ts';
import { checkParameters } from '../parameters/check.ts';
import { compileValidator } from '../parameters/validator.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { wrapRunners, type Runners } from '../serving/runners.ts';
import { instructionsOf } from './answers.ts';
import { searchTools } from './search-tools.ts';

/** The answer of one of the three tools. `params` is checked. */
type Answer = (
  runner: Runner,
  params: Record<string, unknown>,
  settings: CallSettings,
) => Result | Promise<Result>;

type DiscoveryTool = { readonly tool: Tool; readonly answer: Answer };

/** Added to the instructions for the agent. */
const USE =
  'Find a tool with search_tools, read its parameters with describe_tool, and run it with call_tool.';

const NAME = { type: 'string', description: 'the name of the tool, as search_tools returns it' };

/** The tools that `gantz mcp --discover` lists instead of all tools. */
const DISCOVERY: readonly DiscoveryTool[] = [
  {
    tool: toolOf({
      name: 'search_tools',
      title: 'Search tools',
      description:
        'Find tools by words of their task, best matches first; without a query, list the names of all tools',
      properties: {
        query: {
          type: 'string',
          description: 'words such as "count requests per minute" or the name of a group',
        },
        limit: { type: 'integer', minimum: 1, maximum: 100, default: 8, description: 'the most matches' },
      },
      annotations: { readOnlyHint: true },
    }),
    answer: ({ tools }, { query = '', limit }) => searchTools(tools, query as string, limit as number),
  },
  {
    tool: toolOf({
      name: 'describe_tool',
      title: 'Describe a tool',
      description:
        'Read the parameters and the result of a tool as JSON Schema, before it is called for the first time',
      properties: { name: NAME },
      required: ['name'],
      annotations: { readOnlyHint: true },
    }),
    answer: (runner, { name }) => ({ tool: mcpDefinitionOf(runner.find(name as string)) }),
  },
  {
    tool: toolOf({
      name: 'call_tool',
      title: 'Call a tool',
      description: 'Call a tool by its name, with the arguments that describe_tool shows',
      properties: {
        name: NAME,
        arguments: { type: 'object', default: {}, description: 'the parameters of the tool' },
      },
      required: ['name'],
      annotations: { destructiveHint: true },
      // The tool that it calls may have `confirm`.
      guards: { scope: '', settings: { confirm: true }, optional: [] },
    }),
    answer: async (runner, { name, arguments: input }, { deadline, ...settings }) => {
      const tool = runner.find(name as string);
      // The time limit is that of the tool, counted from the same moment.
      const startedAt = deadline && deadline.endsAt - deadline.budgetMs;
      return await runner.call(tool, input, { ...settings, deadline: runner.deadline(tool, startedAt) });
    },
  },
];

/**
 * Returns runners whose list has three tools, which search, describe and call the others. For a client that adds the whole
 * list to each prompt, three tools cost less than all. `find` returns the other tools as well, except one that has the name of
 * one of the three: call_tool calls it.
 */
export function discoverTools(runners: Runners): Runners {
  return wrapRunners(runners, (runner) => ({
    ...runner,
    manifest: { ...runner.manifest, instructions: `${instructionsOf(runner.manifest)}\n\n${USE}` },
    tools: DISCOVERY.map(({ tool }) => tool),
    undisclosed: runner.tools.filter((tool) => !discoveryOf(tool)),
    find: (name) => discoveryOf({ name })?.tool ?? runner.find(name),
    async call(tool, input, settings = {}) {
      const discovery = discoveryOf(tool);
      if (!discovery) return await runner.call(tool, input, settings);
      const validate = await compileValidator(tool.inputSchema);
      const { params } = await checkParameters(tool, input, validate);
      return await discovery.answer(runner, params, settings);
    },
  }));
}

function discoveryOf({ name }: Pick<Tool, 'name'>): DiscoveryTool | undefined {
  return DISCOVERY.find(({ tool }) => tool.name === name);
}

function toolOf({
  properties,
  required = [],
  ...definition
}: Pick<Tool, 'name' | 'title' | 'description' | 'annotations' | 'guards'> & {
  properties: ObjectSchema['properties'];
  required?: string[];
}): Tool {
  const inputSchema: ObjectSchema = { type: 'object', properties, required, additionalProperties: false };
  return { ...definition, inputSchema, environment: {}, directory: '' };
}
