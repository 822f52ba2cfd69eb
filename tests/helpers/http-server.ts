import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it arrived; `url` is the raw target. */
export type Received = { method: string; url: string; headers: IncomingHttpHeaders; body: string };

export type TestServer = {
  /** `http://127.0.0.1:port` */
  origin: string;
  /** Every request so far. */
  received: Received[];
  close(): Promise<void>;
};

export type Answer = (response: ServerResponse, request: Received, raw: IncomingMessage) => void;

/** Starts a server on a free loopback port that remembers what it receives; answers `{}` unless told otherwise. */
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
