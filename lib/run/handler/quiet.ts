import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { importModule } from './import-module.ts';

const inside = new AsyncLocalStorage<true>();
let importing = 0;
let installed = false;

/**
 * Runs other people's code so that what it prints on stdout, also later from its timers and promises, goes to stderr:
 * stdout belongs to the envelope. So does the end of the process: `process.exit` throws there. What everybody else does
 * passes as before.
 */
export function quiet<T>(code: () => T): T {
  install();
  return inside.run(true, code);
}

/** The same for loading a module. */
export async function quietImport(url: string): Promise<Record<string, unknown>> {
  importing++;
  try {
    return await quiet(() => importModule(url));
  } finally {
    importing--;
  }
}

function install(): void {
  if (installed) return;
  installed = true;
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const redirect = stderr.write.bind(stderr);
  // Both have the overloads of a stream's write; the arguments pass through as they came.
  stdout.write = ((...given: Parameters<typeof write>) =>
    inside.getStore() ? redirect(...given) : write(...given)) as typeof stdout.write;
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (!isInside()) return exit(code);
    throw new Error(`process.exit(${code ?? ''}) was called: a handler returns or throws instead`);
  };
  if ('bun' in process.versions) installConsole(new Console(stderr));
}

/** Modules are not loaded in the context of their import by every runtime. */
function isInside(): boolean {
  return inside.getStore() ?? importing > 0;
}

/** Bun's console does not write through process.stdout. */
function installConsole(elsewhere: Console): void {
  for (const method of [
    'log',
    'info',
    'debug',
    'dir',
    'table',
    'group',
    'count',
    'timeEnd',
    'timeLog',
  ] as const) {
    const original = console[method].bind(console) as (...values: unknown[]) => void;
    const redirect = elsewhere[method].bind(elsewhere) as (...values: unknown[]) => void;
    console[method] = (...values: unknown[]) => (isInside() ? redirect(...values) : original(...values));
  }
}
