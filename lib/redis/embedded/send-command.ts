import { connect } from 'node:net';

/**
 * Sends one command to the server of a socket and gives its answer: the text of a string, or the line of an error with
 * its "-". Rejects with the system's error when nothing listens, with ETIMEDOUT when there is no answer in time.
 */
export function ask(
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
      reject(Object.assign(new Error(`${socketPath} does not answer`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    const abort = (): void => void socket.destroy();
    signal?.addEventListener('abort', abort);
    socket.setEncoding('utf8');
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (chunk: string) => {
      received += chunk;
      const answer = answerOf(received);
      if (answer === undefined) return;
      resolve(answer);
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

/** The answer in what was received so far, once it is whole. */
function answerOf(received: string): string | undefined {
  const end = received.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = received.slice(0, end);
  if (line.startsWith('+')) return line.slice(1);
  if (!line.startsWith('$')) return line;
  const body = Buffer.from(received.slice(end + 2));
  const length = Number(line.slice(1));
  return body.length >= length + 2 ? body.subarray(0, length).toString() : undefined;
}
