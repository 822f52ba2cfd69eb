import type {
  CallToolResult,
  Implementation,
  InitializeResult,
  ServerCapabilities,
} from '@modelcontextprotocol/server';
import type { Origin } from '../contract/call.ts';
import { failure, success } from '../contract/envelope.ts';
import type { Icon, Manifest, Tool } from '../contract/manifest.ts';
import { ICON_SVG } from '../generated/icon.ts';
import { VERSION } from '../generated/version.ts';
import { mayAsk } from '../run/kinds.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import type { Runners } from '../serving/runners.ts';
import { LISTS } from './lists.ts';
import { mediaOf } from './media.ts';
import type { Inputs } from './message.ts';
import type { PlainAnswers } from './plain-requests.ts';

/** Calls over stdin and stdout. */
export const STDIO: Origin = { interface: 'mcp' };

/** What a server says of itself. */
type Introduction = {
  serverInfo: Implementation;
  capabilities: ServerCapabilities;
  instructions?: string;
};

/** The icon of a manifest that has none. */
const ICON: Icon = {
  src: `data:image/svg+xml,${encodeURIComponent(ICON_SVG)}`,
  mimeType: 'image/svg+xml',
  sizes: ['any'],
};

/** How to use any tools of gantz, for the model of the client. */
const USE =
  'A failed call returns JSON: correct the call by its `hint`, and repeat it only when `retryable` is true; `outcome` "none" means that it changed nothing. The resource gantz://docs/<tool> describes a tool, with an example.';

/** Returns what a server says of itself in the answer to initialize. `listChanged`: its clients are notified of a new manifest. */
export function introduce({ current: { manifest } }: Runners, listChanged = true): Introduction {
  const { name, title, description, version, icons = [ICON] } = manifest;
  return {
    serverInfo: {
      name,
      ...(title !== undefined && { title }),
      version: version ?? VERSION,
      ...(description !== undefined && { description }),
      icons,
    },
    capabilities: {
      tools: { listChanged },
      prompts: { listChanged },
      resources: { listChanged },
      completions: {},
    },
    instructions: instructionsOf(manifest),
  };
}

/** Returns the instructions of a manifest, else its description and how to use its tools. */
export function instructionsOf({ instructions, description }: Manifest): string {
  return instructions ?? (description === undefined ? USE : `${description}\n\n${USE}`);
}

/** The versions of the protocol that have initialize. The client's version is answered with itself. */
export const PLAIN_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05', '2024-10-07'];

/**
 * Returns the functions that answer plain requests over stdin and stdout, as the server of the SDK does. They return undefined for what
 * that server must answer: other versions, and calls of tools that are not listed under that name or ask for confirmation.
 */
export function plainAnswers(runners: Runners, inputs: Inputs): PlainAnswers {
  return {
    initialize(protocolVersion) {
      if (!PLAIN_VERSIONS.includes(protocolVersion)) return undefined;
      const { capabilities, serverInfo, ...others } = introduce(runners);
      return { protocolVersion, capabilities, serverInfo, ...others } satisfies InitializeResult;
    },
    list: (method) => (isList(method) ? LISTS[method](runners.current) : undefined),
    call({ id, name, signal, trace }) {
      const tool = listedTool(runners.current, name);
      if (!tool || mayAsk(tool)) return undefined;
      const startedAt = performance.now();
      const input = inputs.get(id) ?? (() => ({}));
      inputs.delete(id);
      return runners.use((runner) => {
        const deadline = runner.deadline(tool, startedAt);
        const origin = { ...STDIO, method: 'tools/call', requestId: id, carriers: [trace] };
        return answerCall(runner, tool, input, { signal, deadline, origin });
      });
    },
  };
}

function isList(method: string): method is keyof typeof LISTS {
  return Object.hasOwn(LISTS, method);
}

/** The tools of each list, by their names. */
const byName = new WeakMap<readonly Tool[], ReadonlyMap<string, Tool>>();

/** Returns the listed tool of a name. `find` would count a name that it refuses as a failed call, and the SDK's server calls it again. */
function listedTool({ tools }: Runner, name: string): Tool | undefined {
  const known = byName.get(tools) ?? new Map(tools.map((tool) => [tool.name, tool]));
  byName.set(tools, known);
  return known.get(name);
}

/**
 * Runs a call. A failure has its envelope only in `content`: clients before version 2026 validate structuredContent
 * against the outputSchema also for failures, and would report their own error instead. A success always has
 * structuredContent: without an outputSchema it may be any object, in every version that has structuredContent.
 */
export async function answerCall(
  runner: Runner,
  tool: Tool,
  input: () => unknown,
  settings: CallSettings,
): Promise<CallToolResult> {
  try {
    const { gantz, ...result } = await runner.call(tool, input(), settings);
    const envelope = success(result);
    const notes = notesOf(gantz);
    const media = mediaOf(envelope);
    if (media) {
      const structuredContent = tool.outputSchema ? envelope : media.rest;
      return {
        content: [{ type: 'text', text: JSON.stringify(media.rest) }, media.content],
        structuredContent,
        ...notes,
      };
    }
    // A result that JSON cannot represent throws here, so that it is a failure of the call.
    return {
      content: [{ type: 'text', text: JSON.stringify(envelope) }],
      structuredContent: envelope,
      ...notes,
    };
  } catch (error) {
    const { gantz, ...envelope } = failure(error);
    return { content: [{ type: 'text', text: JSON.stringify(envelope) }], isError: true, ...notesOf(gantz) };
  }
}

/** Returns what gantz did besides running the tool as `_meta`, because the field is in no outputSchema. */
function notesOf(gantz: unknown): Pick<CallToolResult, '_meta'> {
  return gantz === undefined ? {} : { _meta: { gantz } };
}
