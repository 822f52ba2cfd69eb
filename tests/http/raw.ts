import { connect } from 'node:net';
import { settled } from '../helpers/wait.ts';

/** Sends bytes over a connection of their own, and gives all that comes back until the server closes it. */
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

/** A request by hand, with the headers given and no others but its length. */
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
