import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type ListToolsResult,
} from '@modelcontextprotocol/server';
import { failure, success } from '../envelope.ts';
import { GantzError, toGantzError } from '../errors.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Tool } from '../manifest/manifest.ts';
import { isBundled, type CallSettings, type Runner } from '../run/runner.ts';
import { VERSION } from '../version.ts';
import type { Inputs } from './message.ts';
import { trackProgress } from './progress.ts';
import type { AnswerPlainCall } from './plain-calls.ts';
import type { Runners } from '../serving/runners.ts';

export type ServerOptions = {
  /**
   * Parameters of calls by the id of their request, as `readMessage` put them there. Without an entry, a request has the
   * parameters that the SDK parsed.
   */
  inputs?: Inputs;
  /** True, also when absent, when the transport announces a new manifest with `sendToolListChanged`. */
  listChanged?: boolean;
};

/**
 * An MCP server of the current runner's tools, for one connection or, over HTTP, one request: the factory that `serveStdio`
 * and `createMcpHandler` take. It serves both protocol eras.
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
      // The default would load ajv for elicitation, which no tool uses.
      jsonSchemaValidator: { getValidator: unusedValidator },
    },
  );
  // The registry of McpServer takes schemas of validation libraries; a manifest has JSON Schema.
  const { server } = mcp;
  server.setRequestHandler('tools/list', () => ({
    // The SDK's types have JSON values where a manifest has unknown; the manifest was JSON or YAML.
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
            // A client that has gone needs no progress.
            sent.catch(() => undefined);
          });
    return await runners.use((runner) => {
      const tool = findOrRefuse(runner, params.name);
      // A Redis tool accepts a signal with any reason; another controller would cost a tenth of its call.
      const signal = isBundled(tool.action) ? mcpReq.signal : cancelledBy(mcpReq.signal);
      const deadline = runner.deadline(tool, startedAt);
      return answerCall(runner, tool, input, { signal, deadline, ...(emit && { emit }) });
    });
  });
  return mcp;
}

/** Answers the calls of `PlainCalls` as the server does. Calls of unknown and forbidden tools are left to the server. */
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
    // A result that is not JSON fails here, as the failure of the call.
    return { content: [{ type: 'text', text: JSON.stringify(envelope) }], structuredContent: envelope };
  } catch (error) {
    return { content: [{ type: 'text', text: JSON.stringify(failure(error)) }], isError: true };
  }
}

/** The tool of a name. Throws a protocol error with the envelope as its data when it is unknown or not allowed. */
function findOrRefuse(runner: Runner, name: string): Tool {
  try {
    return runner.find(name);
  } catch (thrown) {
    const { message, hint } = toGantzError(thrown);
    const text = hint === undefined ? message : `${message}. ${hint}`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, text, failure(thrown));
  }
}

/** A signal that aborts with the SDK's, with a GantzError as reason. */
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
