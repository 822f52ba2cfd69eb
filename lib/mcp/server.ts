import { McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Origin } from '../contract/call.ts';
import { failure } from '../contract/envelope.ts';
import { GantzError, toGantzError } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Runner } from '../run/runner.ts';
import { answerCall, introduce, listTools, STDIO } from './answers.ts';
import { confirmationOf } from './confirmation.ts';
import type { Inputs } from './message.ts';
import { trackProgress } from './progress.ts';
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

/**
 * Creates an MCP server for the tools of the current runner. It serves one connection or, over HTTP, one request: the
 * factories of `serveStdio` and `createMcpHandler` return it. It serves both protocol eras.
 */
export function createServer(
  runners: Runners,
  { inputs, listChanged = true, origin = STDIO }: ServerOptions = {},
): McpServer {
  const { serverInfo, ...introduction } = introduce(runners, listChanged);
  const mcp = new McpServer(serverInfo, {
    ...introduction,
    // The default creates an ajv instance for elicitation, which no tool uses.
    jsonSchemaValidator: { getValidator: unusedValidator },
  });
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
    return listTools(runners);
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
        origin: { ...origin, requestId: mcpReq.id, carriers: [mcpReq._meta, ...(origin.carriers ?? [])] },
      });
    });
    const question = confirmation.question();
    if (!question) return answer;
    kept.set(mcpReq.signal, input);
    return question;
  });
  return mcp;
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
