import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { nextEvent } from './wait.ts';

/** What a relay does with the bytes that the server sends. */
export type ReplyFault =
  /** Passes them on. */
  | 'none'
  /** Keeps them, as a server that has stopped replying. */
  | 'silence'
  /** Passes on the first half of a reply, then nothing. */
  | 'half'
  /** Passes on the first half of a reply, then resets the connection. */
  | 'reset'
  /** Drops the reply and closes the connection. */
  | 'close'
  /** Replaces the reply by bytes that no Redis sends. */
  | 'garbage'
  /** Passes on one byte after the other. */
  | 'drip';

/** A TCP relay on 127.0.0.1 in front of a server. It damages replies on demand. */
export type Relay = {
  readonly port: number;
  /** Applies to all replies from now on. A function chooses for each piece of a reply. */
  fault: ReplyFault | ((reply: Buffer) => ReplyFault);
  /** Sends new connections to another server. */
  onward: () => Socket;
  /** Closes all connections that clients have now. */
  cut(): void;
  stop(): Promise<void>;
};

/** Starts a relay to the server that `onward` connects to. */
export async function startRelay(onward: () => Socket): Promise<Relay> {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = relay.onward();
    clients.add(client);
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    client.on('close', () => clients.delete(client));
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(upstream);
    upstream.on('data', (reply: Buffer) => {
      const { fault } = relay;
      deliver(typeof fault === 'string' ? fault : fault(reply), client, reply);
    });
  });
  server.listen(0, '127.0.0.1');
  await nextEvent(server, 'listening', { what: 'a listening relay' });
  const relay: Relay = {
    port: (server.address() as AddressInfo).port,
    fault: 'none',
    onward,
    cut() {
      for (const client of clients) client.resetAndDestroy();
    },
    async stop() {
      // After a reset of a socket that is ending, Node 20 never exits.
      for (const client of clients) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return relay;
}

/** Returns a function that connects to a port of 127.0.0.1, or to a Unix socket. */
export function connectTo(where: number | string): () => Socket {
  return () => (typeof where === 'number' ? createConnection(where, '127.0.0.1') : createConnection(where));
}

/**
 * Returns a fault for all replies but that to the handshake of a one-shot call of the executable. It is a map of RESP3, which
 * node-redis does not request.
 */
export function afterHandshake(fault: ReplyFault): (reply: Buffer) => ReplyFault {
  return (reply) => (reply[0] === '%'.charCodeAt(0) ? 'none' : fault);
}

function deliver(fault: ReplyFault, client: Socket, reply: Buffer): void {
  const half = reply.subarray(0, Math.floor(reply.length / 2));
  switch (fault) {
    case 'none':
      client.write(reply);
      break;
    case 'silence':
      break;
    case 'half':
      client.write(half);
      break;
    case 'reset':
      client.write(half, () => client.resetAndDestroy());
      break;
    case 'close':
      client.destroy();
      break;
    case 'garbage':
      client.write('\u0000\u0001 this is not the protocol of Redis\r\n');
      break;
    case 'drip':
      for (const byte of reply) client.write(Buffer.of(byte));
      break;
  }
}
