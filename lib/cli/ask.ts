import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Process } from '../contract/process.ts';
import type { Ask } from '../run/guards/guard.ts';

/**
 * Returns a function that asks on stderr whether a call may run, and reads the answer from the terminal. It returns undefined without a
 * question when stdin or stderr is no terminal. It waits until a line, the end of the input or the signal comes.
 */
export function askOnTerminal({ stdin, stderr }: Process, signal: AbortSignal): Ask {
  return async ({ text }) => {
    if (!stdin.isTTY || !stderr.isTTY) return undefined;
    discardTyped();
    stderr.write(`${text}\nType yes to run it: `);
    const cancelled = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      else signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    const line = await Promise.race([readLine(stdin), cancelled]);
    // An open stdin would keep the process running.
    stdin.destroy?.();
    if (line === undefined) stderr.write('\n');
    return line !== undefined && /^(y|yes)$/i.test(line.trim());
  };
}

/** Discards the lines that were typed on the terminal before the question: they are no answer to it. */
function discardTyped(): void {
  try {
    // Opened anew, so that stdin itself stays blocking for the programs that share it.
    const terminal = openSync('/dev/tty', constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(4096);
      while (readSync(terminal, buffer) > 0);
    } finally {
      closeSync(terminal);
    }
  } catch {
    // There is no terminal, or nothing more to read (EAGAIN).
  }
}

/** Reads up to the first line end. Returns undefined when the input ends before. */
async function readLine(stdin: Process['stdin']): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return undefined;
}
