import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { importModule } from './import-module.ts';

const inside = new AsyncLocalStorage<true>();
let importing = 0;
let installed = false;

/**
 * Runs a handler's code with its standard output redirected to stderr, because stdout carries the envelope. This includes what
 * its timers and promises print later. In this code `process.exit` throws. Other code is not affected.
 */
export function quiet<T>(code: () => T): T {
  install();
  return inside.run(true, code);
}

/** Loads a module of a handler in the same way. */
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
  // `write` has several overloads. The arguments are passed on unchanged.
  stdout.write = ((...given: Parameters<typeof write>) =>
    inside.getStore() ? redirect(...given) : write(...given)) as typeof stdout.write;
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (!isInside()) return exit(code);
    throw new Error(`process.exit(${code ?? ''}) was called. A handler must return or throw.`);
  };
  if ('bun' in process.versions) installConsole(new Console(stderr));
}

/** Returns true for code of a handler. Some runtimes do not load a module in the async context of its import. */
function isInside(): boolean {
  return inside.getStore() ?? importing > 0;
}

/** Redirects the methods of `console`, which do not write through process.stdout in Bun. */
function installConsole(errors: Console): void {
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
    const redirect = errors[method].bind(errors) as (...values: unknown[]) => void;
    console[method] = (...values: unknown[]) => (isInside() ? redirect(...values) : original(...values));
  }
}
