import { connect } from 'node:net';

/**
 * Sends one command to the server on a Unix socket and resolves to its reply: the text of a string, or the line of an
 * error with its "-". Rejects with the error of the system when no server listens, with ETIMEDOUT when there is no
 * reply within `timeoutMs` milliseconds, and with ECONNRESET when the connection closes first or `signal` aborts.
 */
export function sendCommand(
  socketPath: string,
  command: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath });
    let received = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(Object.assign(new Error(`${socketPath} sent no reply`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    const abort = (): void => void socket.destroy();
    signal?.addEventListener('abort', abort);
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const reply = replyIn(received);
      if (reply === undefined) return;
      resolve(reply);
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      reject(Object.assign(new Error(`${socketPath} closed the connection`), { code: 'ECONNRESET' }));
    });
  });
}

/** Returns the reply in the text received so far; undefined while it is incomplete. */
function replyIn(received: string): string | undefined {
  const end = received.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = received.slice(0, end);
  if (line.startsWith('+')) return line.slice(1);
  if (!line.startsWith('$')) return line;
  const body = Buffer.from(received.slice(end + 2));
  const length = Number(line.slice(1));
  return body.length >= length + 2 ? body.subarray(0, length).toString() : undefined;
}
