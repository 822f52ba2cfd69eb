import { Console } from 'node:console';

/**
 * Sends whatever this process prints on stdout to stderr, so that code that runs inside it (a handler, a library) cannot
 * break the protocol there. `write` still reaches stdout; `restore` ends it.
 */
export function redirectStdout(): { write: (text: string) => boolean; restore: () => void } {
  const { stdout, stderr } = process;
  const consoleBefore = globalThis.console;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  // A runtime whose console has a way of its own to the terminal does not pass through stdout.write.
  globalThis.console = new Console(stderr, stderr);
  return {
    write: (text) => write(text),
    restore: () => {
      stdout.write = write;
      globalThis.console = consoleBefore;
    },
  };
}
