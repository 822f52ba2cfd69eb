import { Console } from 'node:console';

/**
 * Sends whatever this process prints on stdout from now on to stderr, so that code that runs inside it (a handler, a
 * library) cannot break the protocol there. What it gives still writes to stdout.
 */
export function redirectStdout(): (text: string, written?: () => void) => void {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // A runtime whose console has a way of its own to the terminal does not pass through stdout.write.
  globalThis.console = new Console(stderr, stderr);
  return (text, written) => void write(text, written);
}
