import { Console } from 'node:console';

/**
 * Redirects stdout of this process to stderr, so that a handler or a library that prints cannot break the protocol.
 * Returns a function that still writes to stdout.
 */
export function redirectStdout(): (text: string, written?: () => void) => void {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // Bun's console does not use stdout.write.
  globalThis.console = new Console(stderr, stderr);
  return (text, written) => void write(text, written);
}
