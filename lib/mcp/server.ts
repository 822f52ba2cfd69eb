import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type CallToolResult,
  type ListToolsResult,
} from '@modelcontextprotocol/server';
import type { Origin } from '../contract/call.ts';
import { failure, success } from '../contract/envelope.ts';
import { GantzError, toGantzError } from '../contract/errors.ts';
import { mcpDefinitionOf } from '../manifest/definition.ts';
import type { Tool } from '../contract/manifest.ts';
import { mayAsk, needsRedis } from '../run/kinds.ts';
import type { CallSettings, Runner } from '../run/runner.ts';
import { VERSION } from '../generated/version.ts';
import { confirmationOf } from './confirmation.ts';
import { mediaOf } from './media.ts';
import type { Inputs } from './message.ts';
import { trackProgress } from './progress.ts';
import type { AnswerPlainCall } from './plain-calls.ts';
import type { Runners } from '../serving/runners.ts';

/** The member of a request's `_meta` that has the idempotency key of the call. */
const IDEMPOTENCY_KEY = 'io.github.gantz/idempotency-key';

/** Options of one MCP server. */
export type ServerOptions = {
  /** Parameters of calls by request id, from `readMessage`. For other requests, the SDK's parsed parameters are used. */
  inputs?: Inputs;
  /** True (the default) when clients are notified of a new manifest. The transport calls `sendToolListChanged`. */
  listChanged?: boolean;
  /** Where the calls come from. */
  origin?: Origin;
};

/** Calls over stdin and stdout. */
const STDIO: Origin = { interface: 'mcp' };

/**
 * Creates an MCP server for the tools of the current runner. It serves one connection or, over HTTP, one request: the
 * factories of `serveStdio` and `createMcpHandler` return it. It serves both protocol eras.
 */
export function createServer(
  runners: Runners,
  { inputs, listChanged = true, origin = STDIO }: ServerOptions = {},
): McpServer {
  const { name, description, version } = runners.current.manifest;
  const mcp = new McpServer(
    { name, version: version ?? VERSION },
    {
      capabilities: { tools: { listChanged } },
      ...(description !== undefined && { instructions: description }),
      // The default creates an ajv instance for elicitation, which no tool uses.
      jsonSchemaValidator: { getValidator: unusedValidator },
    },
  );
  // McpServer's registry takes schemas of validation libraries; a manifest has JSON Schema.
  const { server } = mcp;
  /** The parameters of calls whose question is asked: for older clients the SDK then runs the handler again. */
  const kept = new WeakMap<AbortSignal, () => unknown>();
  server.setRequestHandler('tools/list', ({ params }) => {
    // A list is never split, so no cursor was ever issued.
    if (params?.cursor !== undefined)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        'The cursor is unknown: list without a cursor',
      );
    return {
      // The SDK's types require JSON values where a manifest has `unknown`. The manifest was parsed from JSON or YAML.
      tools: runners.current.tools.map(mcpDefinitionOf) as ListToolsResult['tools'],
    };
  });
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const startedAt = performance.now();
    const input = kept.get(mcpReq.signal) ?? inputs?.get(mcpReq.id) ?? (() => params.arguments ?? {});
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
            // A client that has disconnected needs no progress.
            sent.catch(() => undefined);
          });
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Before version 2026, only initialize has them.
    const confirmation = confirmationOf(mcpReq, () => server.getClientCapabilities());
    const answer = await runners.use((runner) => {
      const tool = findOrRefuse(runner, params.name);
      // Redis calls accept any abort reason, and a controller for each call would add a tenth to its cost.
      const signal = needsRedis(tool) ? mcpReq.signal : cancelledBy(mcpReq.signal);
      const deadline = runner.deadline(tool, startedAt);
      const idempotencyKey = mcpReq._meta?.[IDEMPOTENCY_KEY];
      return answerCall(runner, tool, input, {
        signal,
        deadline,
        ...(emit && { emit }),
        idempotencyKey,
        confirm: confirmation.ask,
        origin,
      });
    });
    const question = confirmation.question();
    if (!question) return answer;
    kept.set(mcpReq.signal, input);
    return question;
  });
  return mcp;
}

/**
 * Returns the function that answers calls for `PlainCalls`, with the same answers as the server. It returns undefined for
 * tools that do not exist, are not allowed or ask for confirmation; the server answers those.
 */
export function plainAnswers(runners: Runners, inputs: Inputs): AnswerPlainCall {
  return ({ id, name, signal }) => {
    const tool = findIn(runners.current, name);
    if (!tool || mayAsk(tool)) return undefined;
    const startedAt = performance.now();
    const input = inputs.get(id) ?? (() => ({}));
    inputs.delete(id);
    return runners.use((runner) => {
      const deadline = runner.deadline(tool, startedAt);
      return answerCall(runner, tool, input, { signal, deadline, origin: STDIO });
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
 * Runs a call. A failure has its envelope only in `content`: clients before version 2026 validate structuredContent
 * against the outputSchema also for failures, and would report their own error instead. A success always has
 * structuredContent: without an outputSchema it may be any object, in every version that has structuredContent.
 */
async function answerCall(
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

/** Returns the tool of a name. Throws a protocol error with the envelope as its data for unknown and forbidden tools. */
function findOrRefuse(runner: Runner, name: string): Tool {
  try {
    return runner.find(name);
  } catch (thrown) {
    const { message, hint } = toGantzError(thrown);
    const text = hint === undefined ? message : `${message}. ${hint}`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, text, failure(thrown));
  }
}

/** Returns a signal that aborts with the SDK's signal, and with CANCELLED as its reason. */
function cancelledBy(signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(new GantzError('CANCELLED', 'The client cancelled the call or disconnected'));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return controller.signal;
}

function unusedValidator(): never {
  throw new GantzError('INTERNAL', 'No tool requests input from the client');
}
