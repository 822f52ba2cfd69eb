import { createServer, request as forward, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A request that a proxy received: `GET http://host/path` or `CONNECT host:port`. */
type Proxied = { line: string; headers: IncomingHttpHeaders };

export type ProxyServer = {
  /** `http://127.0.0.1:port` */
  origin: string;
  /** Every request so far. */
  received: Proxied[];
  close(): Promise<void>;
};

/**
 * Starts an HTTP proxy on a free loopback port. It connects every host to `port` of the loopback address, whatever its
 * name. With `refuse`, it answers every CONNECT with that status.
 */
export async function startProxy(port: number, { refuse }: { refuse?: number } = {}): Promise<ProxyServer> {
  const received: Proxied[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    received.push({ line: `${method} ${url}`, headers });
    const { pathname, search } = new URL(url);
    const options = { host: '127.0.0.1', port, method, path: `${pathname}${search}`, headers, agent: false };
    const onward = forward(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    received.push({ line: `CONNECT ${url}`, headers });
    if (refuse !== undefined) {
      client.end(`HTTP/1.1 ${refuse} Refused\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    for (const socket of [client, target]) socket.on('error', () => socket.destroy());
    sockets.add(target);
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${address.port}`,
    received,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
