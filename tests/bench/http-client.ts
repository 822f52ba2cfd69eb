import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Command } from './process.ts';

type Options = { env: Readonly<Record<string, string>>; cwd: string };

/** Starts a server and waits until it prints its URL on stderr. */
export async function startHttp(
  [file, ...words]: Command,
  { env, cwd }: Options,
): Promise<{ url: string; stop: () => void }> {
  const child = spawn(file, words, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/[\w.:[\]]+/.exec(text)?.[0];
      if (found) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`it did not start: ${text}`)));
  });
  return { url, stop: () => void child.kill() };
}

/**
 * POSTs the same parameters 6,000 times over 32 connections that stay open. Returns the requests per second. It writes the
 * requests itself and reads only the status and the length of the answers, because a client of node:http takes longer for a
 * call than either server.
 */
export async function requestsPerSecond(url: string, path: string, params: object): Promise<number> {
  const { hostname, port, host } = new URL(url);
  const body = JSON.stringify(params);
  const request = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const sockets = await Promise.all(Array.from({ length: 32 }, () => open(hostname, Number(port))));
  const calls = 6000;
  let left = calls;
  const begun = performance.now();
  await Promise.all(
    sockets.map(async (socket) => {
      while (left-- > 0) await post(socket, request);
    }),
  );
  const took = performance.now() - begun;
  for (const socket of sockets) socket.destroy();
  return (calls / took) * 1000;
}

async function open(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return socket.setEncoding('latin1');
}

function post(socket: Socket, request: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const read = (text: string): void => {
      answer += text;
      const head = answer.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      if (head < 0 || answer.length < head + 4 + Number(length)) return;
      settle(answer.startsWith('HTTP/1.1 200 ') && length !== undefined ? undefined : new Error(answer));
    };
    const closed = (): void => settle(new Error('the server closed the connection'));
    const settle = (error?: Error): void => {
      socket.off('data', read).off('close', closed).off('error', settle);
      if (error) reject(error);
      else resolve();
    };
    socket.on('data', read).on('close', closed).on('error', settle);
    socket.write(request);
  });
}
