import type { Process } from '../contract/process.ts';
import type { Ask } from '../run/guards/guard.ts';

/**
 * Returns a function that asks on stderr whether a call may run, and reads the answer from the terminal. It returns undefined without a
 * question when stdin or stderr is no terminal. It waits until a line, the end of the input or the signal comes.
 */
export function askOnTerminal({ stdin, stderr }: Process, signal: AbortSignal): Ask {
  return async ({ text }) => {
    if (!stdin.isTTY || !stderr.isTTY) return undefined;
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
