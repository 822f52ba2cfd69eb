import { connect } from 'node:net';
import { settled } from '../helpers/wait.ts';

/** Sends bytes on a new connection, and returns all that the server sends until it closes the connection. */
export async function sendRaw(port: number, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  const closed = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.on('close', () => resolve());
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve()));
  });
  for (const part of parts) socket.write(part);
  try {
    await settled(closed, { what: () => `the end of a connection that received: ${answer.slice(0, 300)}` });
  } finally {
    socket.destroy();
  }
  return answer;
}

/** Returns the bytes of a request with `connection: close`, its content-length and the given headers. */
export function request(
  line: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Uint8Array {
  const head = Object.entries({ 'content-length': String(Buffer.byteLength(body)), ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([
    Buffer.from(`${line} HTTP/1.1\r\nconnection: close\r\n${head}\r\n`),
    Buffer.from(body),
  ]);
}
