import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { readMessage, type Inputs } from '../mcp/message.ts';
import type { Runners } from '../serving/runners.ts';
import { createServer } from '../mcp/server.ts';

/** MCP over Streamable HTTP. */
export type McpOverHttp = {
  /** Answers a request. `body` is the text of a POST, undefined for other methods. */
  answer(incoming: IncomingMessage, outgoing: ServerResponse, body: string | undefined): Promise<void>;
  /** Ends the streams that are open. */
  close(): Promise<void>;
};

/** Serves the tools of the current runner over Streamable HTTP, for both protocol eras, without sessions. */
export function createMcpOverHttp(runners: Runners): McpOverHttp {
  // The parameters of each request, parsed without loss, for its server.
  const inputsOf = new WeakMap<Request, Inputs>();
  const handler = createMcpHandler(({ era, requestInfo }) => {
    const inputs = requestInfo && inputsOf.get(requestInfo);
    // Versions before 2026 have no stream without sessions on which a notification could be sent.
    return createServer(runners, { listChanged: era === 'modern', ...(inputs && { inputs }) });
  });
  const stopNotifying = runners.onReplace(() => handler.notify.toolsChanged());

  async function respond(request: Request, body: string | undefined): Promise<Response> {
    if (body === undefined) return await handler.fetch(request);
    const inputs: Inputs = new Map();
    const reading = readMessage(body, inputs);
    if (!('message' in reading)) {
      const { code, problem: message } = reading;
      return Response.json({ jsonrpc: '2.0', id: null, error: { code, message } }, { status: 400 });
    }
    inputsOf.set(request, inputs);
    return await handler.fetch(request, { parsedBody: reading.message });
  }

  return {
    async answer(incoming, outgoing, body) {
      // The SDK takes Fetch requests. `overrideGlobalObjects: false` keeps the runtime's Request and Response, which handlers use.
      const listen = getRequestListener((request) => respond(request, body), {
        overrideGlobalObjects: false,
      });
      await listen(incoming, outgoing);
    },
    async close() {
      stopNotifying();
      await handler.close();
    },
  };
}
