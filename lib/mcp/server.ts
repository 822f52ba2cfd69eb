import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  SERVER_INFO_META_KEY,
  type Implementation,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Origin } from '../contract/call.ts';
import { failure } from '../contract/envelope.ts';
import { CODES, GantzError, toGantzError } from '../contract/errors.ts';
import { needsRedis } from '../run/kinds.ts';
import type { CallSettings } from '../run/runner.ts';
import { answerCall, introduce, STDIO } from './answers.ts';
import { confirmationOf } from './confirmation.ts';
import { LISTS } from './lists.ts';
import type { Inputs } from './message.ts';
import { trackProgress } from './progress.ts';
import { completePrompt, getPrompt } from './prompts.ts';
import { completeTemplate, readResource } from './resources.ts';
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
  const answering = answersOf({ name: serverInfo.name, version: serverInfo.version });
  const mcp = new McpServer(serverInfo, {
    ...introduction,
    // The default creates an ajv instance for elicitation, which no tool uses.
    jsonSchemaValidator: { getValidator: unusedValidator },
  });
  // McpServer's registry takes schemas of validation libraries; a manifest has JSON Schema.
  const { server } = mcp;
  /** The parameters of calls whose question is asked: for older clients the SDK then runs the handler again. */
  const kept = new WeakMap<AbortSignal, () => unknown>();
  const settingsOf = ({ signal, id, method, _meta }: ServerContext['mcpReq']): CallSettings => ({
    signal,
    origin: { ...origin, method, requestId: id, carriers: [_meta, ...(origin.carriers ?? [])] },
  });
  const list =
    <Method extends keyof typeof LISTS>(method: Method) =>
    ({ params }: { params?: { cursor?: string | undefined } | undefined }) =>
      LISTS[method](runners.current, params?.cursor) as ReturnType<(typeof LISTS)[Method]>;
  server.setRequestHandler('tools/list', answering(list('tools/list')));
  server.setRequestHandler('resources/list', answering(list('resources/list')));
  server.setRequestHandler('resources/templates/list', answering(list('resources/templates/list')));
  server.setRequestHandler('prompts/list', answering(list('prompts/list')));
  server.setRequestHandler(
    'resources/read',
    answering(({ params: { uri } }, { mcpReq }) =>
      runners.use((runner) => readResource(runner, uri, settingsOf(mcpReq))),
    ),
  );
  server.setRequestHandler(
    'prompts/get',
    answering(({ params }) => getPrompt(runners.current, params.name, params.arguments)),
  );
  server.setRequestHandler(
    'completion/complete',
    answering(async ({ params: { ref, argument } }, { mcpReq }) => ({
      completion:
        ref.type === 'ref/prompt'
          ? completePrompt(runners.current, ref.name, argument)
          : await runners.use((runner) => completeTemplate(runner, ref.uri, argument, settingsOf(mcpReq))),
    })),
  );
  server.setRequestHandler(
    'tools/call',
    answering(async ({ params }, { mcpReq }) => {
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
        const tool = runner.find(params.name);
        // Redis calls accept any abort reason, and a controller for each call would add a tenth to its cost.
        const signal = needsRedis(tool) ? mcpReq.signal : cancelledBy(mcpReq.signal);
        const deadline = runner.deadline(tool, startedAt);
        const idempotencyKey = mcpReq._meta?.[IDEMPOTENCY_KEY];
        return answerCall(runner, tool, input, {
          ...settingsOf(mcpReq),
          signal,
          deadline,
          ...(emit && { emit }),
          idempotencyKey,
          confirm: confirmation.ask,
        });
      });
      const question = confirmation.question();
      if (!question) return answer;
      kept.set(mcpReq.signal, input);
      return question;
    }),
  );
  return mcp;
}

type Handle<Request, Answer> = (request: Request, context: ServerContext) => Promise<Answer>;

/** Returns a function that makes handlers: their failures are errors of the protocol, and their results name the server. */
function answersOf(identity: Implementation) {
  return <Request, Answer extends Result>(
      work: (...of: Parameters<Handle<Request, Answer>>) => Answer | Promise<Answer>,
    ): Handle<Request, Answer> =>
    async (request, context) => {
      try {
        const result = await work(request, context);
        // In version 2026 the SDK adds serverInfo to each result that does not name the server. Icons can be long.
        if (!context.mcpReq.envelope) return result;
        return { ...result, _meta: { ...result._meta, [SERVER_INFO_META_KEY]: identity } };
      } catch (thrown) {
        throw toProtocolError(thrown);
      }
    };
}

/** Returns a failure as an error of the protocol, with its envelope as the data. */
function toProtocolError(thrown: unknown): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const { code, message, hint } = toGantzError(thrown);
  const text = hint === undefined ? message : `${message}. ${hint}`;
  const isCallers = CODES[code].exit === CODES.USAGE.exit;
  const { InvalidParams, InternalError } = ProtocolErrorCode;
  return new ProtocolError(isCallers ? InvalidParams : InternalError, text, failure(thrown));
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
