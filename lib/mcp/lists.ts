import type {
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  ListToolsResult,
} from '@modelcontextprotocol/server';
import { GantzError } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import { mcpDefinitionOf } from '../manifest/definition.ts';
import type { Runner } from '../run/runner.ts';
import { STATE_KINDS, toolWith } from './state-kinds.ts';

/** The lists of MCP, by their methods. Only resources come in pages: not every client asks for a second page. */
export const LISTS = {
  'tools/list': listTools,
  'resources/list': listResources,
  'resources/templates/list': listTemplates,
  'prompts/list': listPrompts,
} as const satisfies Readonly<Record<string, (runner: Runner, cursor?: string) => object>>;

/** The capabilities whose lists a new manifest changes. Each has a notification `notifications/<capability>/list_changed`. */
export const CHANGING = ['tools', 'prompts', 'resources'] as const;

/** The URI template of the reference pages. */
export const DOCS = 'gantz://docs/{tool}';

/** Returns the URI template of a kind of state. */
export function stateTemplate(kind: string): string {
  return `gantz://state/${kind}/{name}`;
}

/** The most resources on one page. */
const PAGE = 200;

function listTools({ tools }: Runner, cursor?: string): ListToolsResult {
  if (cursor !== undefined) throw unknownCursor();
  const listed = tools.map((tool) => ({
    ...mcpDefinitionOf(tool),
    ...(tool.icons && { icons: tool.icons }),
  }));
  // The SDK's types require JSON values where a manifest has `unknown`. The manifest was parsed from JSON or YAML.
  return { tools: listed as ListToolsResult['tools'] };
}

/** Lists the reference pages. The cursor of a page is the name of the last tool of the page before. */
function listResources(runner: Runner, cursor?: string): ListResourcesResult {
  const tools = allowedTools(runner);
  const before = tools.findIndex(({ name }) => name === cursor);
  if (cursor !== undefined && before < 0) throw unknownCursor();
  const page = tools.slice(before + 1, before + 1 + PAGE);
  const last = page.at(-1);
  return {
    resources: page.map(({ name, title }) => ({
      uri: DOCS.replace('{tool}', name),
      name,
      ...(title !== undefined && { title }),
      mimeType: 'text/markdown',
    })),
    ...(last && last !== tools.at(-1) && { nextCursor: last.name }),
  };
}

function listTemplates(runner: Runner, cursor?: string): ListResourceTemplatesResult {
  if (cursor !== undefined) throw unknownCursor();
  const tools = allowedTools(runner);
  const kinds = Object.entries(STATE_KINDS).filter(([, { reads }]) => toolWith(reads, tools));
  return {
    resourceTemplates: [
      { uriTemplate: DOCS, name: 'docs', title: 'Reference page of a tool', mimeType: 'text/markdown' },
      ...kinds.map(([name, { title }]) => ({ uriTemplate: stateTemplate(name), name, title })),
    ],
  };
}

function listPrompts({ manifest: { prompts = [] } }: Runner, cursor?: string): ListPromptsResult {
  if (cursor !== undefined) throw unknownCursor();
  return {
    prompts: prompts.map(({ name, title, description, icons, inputSchema }) => ({
      name,
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(icons && { icons }),
      arguments: Object.entries(inputSchema.properties).map(([argument, { description: about }]) => ({
        name: argument,
        ...(typeof about === 'string' && { description: about }),
        required: inputSchema.required.includes(argument),
      })),
    })),
  };
}

/** Returns the tools that may be called. With --discover, a runner lists three others. */
export function allowedTools({ tools, undisclosed = tools }: Runner): readonly Tool[] {
  return undisclosed;
}

function unknownCursor(): GantzError {
  return new GantzError('INVALID_PARAMETERS', 'The cursor is unknown: list without a cursor');
}
