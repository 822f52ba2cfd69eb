import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { readMessage, type Inputs } from '../mcp/message.ts';
import type { Runners } from '../serving/runners.ts';
import { createServer } from '../mcp/server.ts';
import { clientOf } from './client.ts';
import { acceptsEvents, keepAlive } from './keepalive.ts';

/** MCP over Streamable HTTP. */
export type McpOverHttp = {
  /**
   * Answers a request. `body` is the text of a POST, undefined for other methods. Calls `onSubscription` for a
   * subscriptions/listen, whose stream ends only when its client or `close` ends it.
   */
  answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    body: string | undefined,
    onSubscription: () => void,
  ): Promise<void>;
  /** Ends the streams that are open. */
  close(): Promise<void>;
};

/**
 * Serves the tools of the current runner over Streamable HTTP, for both protocol eras, without sessions. A client that waits
 * for an answer and accepts an event stream receives a comment every `keepAliveMs` milliseconds.
 */
export function createMcpOverHttp(runners: Runners, keepAliveMs: number): McpOverHttp {
  // The parameters of each request, parsed without loss, for its server.
  const inputsOf = new WeakMap<Request, Inputs>();
  const incomingOf = new WeakMap<Request, IncomingMessage>();
  const handler = createMcpHandler(
    ({ era, requestInfo }) => {
      const inputs = requestInfo && inputsOf.get(requestInfo);
      // Versions before 2026 have no stream without sessions on which a notification could be sent.
      const incoming = requestInfo && incomingOf.get(requestInfo);
      return createServer(runners, {
        listChanged: era === 'modern',
        ...(inputs && { inputs }),
        ...(incoming && {
          origin: { interface: 'mcp', client: () => clientOf(incoming), carriers: [incoming.headers] },
        }),
      });
    },
    { keepAliveMs },
  );
  const stopNotifying = runners.onReplace(() => {
    handler.notify.toolsChanged();
    handler.notify.promptsChanged();
    handler.notify.resourcesChanged();
  });

  async function respond(
    request: Request,
    body: string | undefined,
    onSubscription: () => void,
  ): Promise<Response> {
    if (body === undefined) return await handler.fetch(request);
    const inputs: Inputs = new Map();
    const reading = await readMessage(body, inputs);
    if (!('message' in reading)) {
      const { code, problem } = reading;
      return Response.json({ jsonrpc: '2.0', id: null, error: { code, message: problem } }, { status: 400 });
    }
    const { message } = reading;
    if ('method' in message && message.method === 'subscriptions/listen') onSubscription();
    inputsOf.set(request, inputs);
    const response = handler.fetch(request, { parsedBody: message });
    // The SDK answers a call of version 2026 without progress as JSON, which sends nothing before the call ends.
    return acceptsEvents(request) ? await keepAlive(response, keepAliveMs) : await response;
  }

  return {
    async answer(incoming, outgoing, body, onSubscription) {
      // The SDK takes Fetch requests. `overrideGlobalObjects: false` keeps the runtime's Request and Response, which handlers use.
      const listen = getRequestListener(
        async (request) => {
          incomingOf.set(request, incoming);
          const response = await respond(request, body, onSubscription);
          // The SDK keeps the connection of an event stream open, also when the client wants it closed.
          response.headers.delete('connection');
          return response;
        },
        { overrideGlobalObjects: false },
      );
      await listen(incoming, outgoing);
    },
    async close() {
      stopNotifying();
      await handler.close();
    },
  };
}
