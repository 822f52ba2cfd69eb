import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request that the server received. `url` is the request target, unchanged. */
export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

/** A running HTTP server. */
export type TestServer = {
  /** `http://127.0.0.1:port` */
  origin: string;
  /** Every request that has arrived. */
  received: Received[];
  /** Closes the server and all its connections. */
  close(): Promise<void>;
};

/** Writes the response to a request. */
export type Answer = (response: ServerResponse, request: Received, raw: IncomingMessage) => void;

/** Starts a server on a free port of 127.0.0.1. It records every request, and responds with `{}` or with `answer`. */
export async function startServer(
  answer: Answer = (response) => void response.setHeader('content-type', 'application/json').end('{}'),
): Promise<TestServer> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      answer(response, one, request);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
