import { AsyncLocalStorage } from 'node:async_hooks';
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { importModule } from './import-module.ts';

/** Where the output of a handler goes. */
type Sink = {
  /** Receives stdout and stderr. Without it, both go to stderr. */
  readonly print: ((text: string) => void) | undefined;
};

const inside = new AsyncLocalStorage<Sink>();
const importing: Sink[] = [];
let installed = false;

/**
 * Runs the code of a handler. What it prints on stdout goes to `print`, or to stderr without `print`, also from its timers
 * and promises: only the envelope may be on stdout. With `print`, what it prints on stderr goes there, too. `process.exit`
 * throws inside the code. The output of all other code does not change.
 */
export function quiet<T>(code: () => T, print?: Sink['print']): T {
  install();
  return inside.run({ print }, code);
}

/** Loads a module of a handler as `quiet` runs code. */
export async function quietImport(url: string, print?: Sink['print']): Promise<Record<string, unknown>> {
  const sink = { print };
  importing.push(sink);
  try {
    return await quiet(() => importModule(url), print);
  } finally {
    importing.splice(importing.indexOf(sink), 1);
  }
}

function install(): void {
  if (installed) return;
  installed = true;
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  const redirect = stderr.write.bind(stderr);
  // Both have the overloads of a stream's write; the arguments pass through as they came.
  stdout.write = ((...given: Parameters<typeof write>) => {
    const sink = inside.getStore();
    if (!sink) return write(...given);
    return sink.print ? printInto(sink.print, given) : redirect(...given);
  }) as typeof stdout.write;
  stderr.write = ((...given: Parameters<typeof redirect>) => {
    const print = inside.getStore()?.print;
    return print ? printInto(print, given) : redirect(...given);
  }) as typeof stderr.write;
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (!current()) return exit(code);
    throw new Error(`process.exit(${code ?? ''}) was called. A handler must return or throw.`);
  };
  if ('bun' in process.versions) installConsole(redirect);
}

/** Some runtimes do not evaluate a module in the context of its import. */
function current(): Sink | undefined {
  return inside.getStore() ?? importing.at(-1);
}

/** Passes the arguments of a stream's write to `print`. */
function printInto(print: (text: string) => void, given: readonly unknown[]): true {
  const [chunk] = given;
  print(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk));
  const written = given.at(-1);
  if (typeof written === 'function') process.nextTick(() => void Reflect.apply(written, undefined, []));
  return true;
}

/** Bun's console does not write through process.stdout and process.stderr. */
function installConsole(redirect: (text: string) => unknown): void {
  const output = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      const { print = redirect } = current() ?? {};
      print(text);
      done();
    },
  });
  const elsewhere = new Console(output);
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
    'error',
    'warn',
    'trace',
    'assert',
  ] as const) {
    const original = console[method].bind(console) as (...values: unknown[]) => void;
    const redirected = elsewhere[method].bind(elsewhere) as (...values: unknown[]) => void;
    console[method] = (...values: unknown[]) => (current() ? redirected(...values) : original(...values));
  }
}
