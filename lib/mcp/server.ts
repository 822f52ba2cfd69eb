import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type ListToolsResult,
} from '@modelcontextprotocol/server';
import { failure, success } from '../contract/envelope.ts';
import { GantzError, toGantzError } from '../contract/errors.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Tool } from '../contract/manifest.ts';
import { needsRedis } from '../run/kinds.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { VERSION } from '../generated/version.ts';
import { mediaOf } from './media.ts';
import type { Inputs } from './message.ts';
import { trackProgress } from './progress.ts';
import type { AnswerPlainCall } from './plain-calls.ts';
import type { Runners } from '../serving/runners.ts';

export type ServerOptions = {
  /**
   * Parameters of calls by the id of their request, as `readMessage` put them there; those of a request that is not in it
   * are taken as the SDK read them.
   */
  inputs?: Inputs;
  /** Whether clients are told of a new manifest (the transport calls `sendToolListChanged`); true when absent. */
  listChanged?: boolean;
};

/**
 * An MCP server of the current runner's tools, for one connection or, over HTTP, one request: what `serveStdio` and
 * `createMcpHandler` want of their factory. Both protocol eras are served alike.
 */
export function createServer(
  runners: Runners,
  { inputs, listChanged = true }: ServerOptions = {},
): McpServer {
  const { name, description, version } = runners.current.manifest;
  const mcp = new McpServer(
    { name, version: version ?? VERSION },
    {
      capabilities: { tools: { listChanged } },
      ...(description !== undefined && { instructions: description }),
      // The default would build an ajv of its own for elicitation, which no tool uses.
      jsonSchemaValidator: { getValidator: unusedValidator },
    },
  );
  // McpServer's own registry wants schemas of validation libraries; a manifest has JSON Schema.
  const { server } = mcp;
  server.setRequestHandler('tools/list', () => ({
    // The SDK's types want JSON values where a manifest says unknown; the manifest was JSON or YAML.
    tools: runners.current.tools.map(definitionOf) as ListToolsResult['tools'],
  }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const startedAt = performance.now();
    const input = inputs?.get(mcpReq.id) ?? (() => params.arguments ?? {});
    inputs?.delete(mcpReq.id);
    const token = mcpReq._meta?.progressToken;
    const emit =
      token === undefined
        ? undefined
        : trackProgress((progress) => {
            const sent = mcpReq.notify({
              method: 'notifications/progress',
              params: { progressToken: token, ...progress },
            });
            // Whoever has gone needs no progress.
            sent.catch(() => undefined);
          });
    return await runners.use((runner) => {
      const tool = findOrRefuse(runner, params.name);
      // Calls of Redis take any reason; a controller of its own for each would cost a tenth of it.
      const signal = needsRedis(tool) ? mcpReq.signal : cancelledBy(mcpReq.signal);
      const deadline = runner.deadline(tool, startedAt);
      return answerCall(runner, tool, input, { signal, deadline, ...(emit && { emit }) });
    });
  });
  return mcp;
}

/**
 * Answers the calls that `PlainCalls` takes as the server does, but for tools that are not there or not allowed: how
 * their calls are refused is the server's to say.
 */
export function plainAnswers(runners: Runners, inputs: Inputs): AnswerPlainCall {
  return ({ id, name, signal }) => {
    const tool = findIn(runners.current, name);
    if (!tool) return undefined;
    const startedAt = performance.now();
    const input = inputs.get(id) ?? (() => ({}));
    inputs.delete(id);
    return runners.use((runner) => {
      const deadline = runner.deadline(tool, startedAt);
      return answerCall(runner, tool, input, { signal, deadline });
    });
  };
}

function findIn(runner: Runner, name: string): Tool | undefined {
  try {
    return runner.find(name);
  } catch {
    return undefined;
  }
}

/**
 * Runs a call. A failure has its envelope in `content` alone: clients before 2026 hold structuredContent against the
 * outputSchema even then, and their callers would never see the error. Without an outputSchema structuredContent may be
 * any object in every version that knows it, so a success always has it.
 */
async function answerCall(
  runner: Runner,
  tool: Tool,
  input: () => unknown,
  settings: CallSettings,
): Promise<CallToolResult> {
  try {
    const envelope = success(await runner.call(tool, input(), settings));
    const media = mediaOf(envelope);
    if (media) {
      const structuredContent = tool.outputSchema ? envelope : media.rest;
      return {
        content: [{ type: 'text', text: JSON.stringify(media.rest) }, media.content],
        structuredContent,
      };
    }
    // What JSON cannot say shall fail here, as the failure of the call.
    return { content: [{ type: 'text', text: JSON.stringify(envelope) }], structuredContent: envelope };
  } catch (error) {
    return { content: [{ type: 'text', text: JSON.stringify(failure(error)) }], isError: true };
  }
}

/** The tool of a name; a protocol error, with the envelope as its data, when there is none or the policy hides it. */
function findOrRefuse(runner: Runner, name: string): Tool {
  try {
    return runner.find(name);
  } catch (thrown) {
    const { message, hint } = toGantzError(thrown);
    const text = hint === undefined ? message : `${message}. ${hint}`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, text, failure(thrown));
  }
}

/** The SDK's signal with the reason that a call's signal has. */
function cancelledBy(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(new GantzError('CANCELLED', 'The client cancelled the call or went away'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
}

function unusedValidator(): never {
  throw new GantzError('INTERNAL', 'No tool asks the client for input');
}
