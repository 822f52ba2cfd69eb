import type { McpServer } from '@modelcontextprotocol/server';
import type { Context } from '../contract/context.ts';
import { escapeControls } from '../contract/terminal.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import { Gate } from '../serving/gate.ts';
import { concurrencyOf, limitCalls } from '../serving/limit-calls.ts';
import { holdRunners, wrapRunners, type Runners } from '../serving/runners.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { plainAnswers } from './answers.ts';
import { LineTransport } from './line-transport.ts';
import type { Inputs } from './message.ts';
import { PlainRequests } from './plain-requests.ts';
import { redirectStdout } from './stray-output.ts';

/** How long cancelled calls may take to stop their work at the end, in milliseconds. */
const STOP_MS = 5000;

/** `discover`: three tools are listed, which search, describe and call the others. */
type StdioOptions = { discover: boolean };

/**
 * Serves MCP on stdin and stdout until stdin ends or `context.signal` aborts. Then calls in flight are cancelled. Throws
 * the errors of loading the manifest.
 */
export async function serveStdio(context: Context, { discover }: StdioOptions): Promise<void> {
  const write = isReal(context) ? writeReal(context) : (text: string) => context.process.stdout.write(text);
  try {
    const loadedAt = Date.now();
    const catalogue = await loadCatalogue(context);
    const runners = holdRunners(openRunnerFor(context, catalogue, 'long-lived'));
    const telemetry = await openTelemetry(context, { inherit: true });
    const limited = limitCalls(runners, new Gate(concurrencyOf(context.options)));
    const observed = telemetry ? wrapRunners(limited, telemetry.observe) : limited;
    try {
      const listed = discover ? (await import('./discover.ts')).discoverTools(observed) : observed;
      await serve({ context, runners: listed, loadedAt, write });
    } finally {
      await runners.idle(STOP_MS);
      await runners.close();
      await telemetry?.end();
    }
  } finally {
    context.process.stdin.destroy?.();
  }
}

type Write = (text: string, written?: () => void) => unknown;

/** Returns true when stdout of the context is that of this process. */
function isReal({ process: { stdout } }: Context): boolean {
  return (stdout.stream ?? stdout) === process.stdout;
}

function writeReal({ process: { stdout } }: Context): Write {
  const write = redirectStdout();
  return stdout.isTTY ? (text, written) => write(escapeControls(text), written) : write;
}

type Serving = {
  context: Context;
  runners: Runners;
  /** When the manifest was read, as `Date.now()`. */
  loadedAt: number;
  write: Write;
};

async function serve({ context, runners, loadedAt, write }: Serving): Promise<void> {
  const { process, signal, notice } = context;
  const inputs: Inputs = new Map();
  let server: McpServer | undefined;
  const wire = new LineTransport({ input: process.stdin, write, inputs });
  const plain = new PlainRequests(wire, plainAnswers(runners, inputs), async (transport) => {
    const [{ serveStdio: serveMcp }, { createServer }] = await Promise.all([
      import('@modelcontextprotocol/server/stdio'),
      import('./server.ts'),
    ]);
    serveMcp(() => (server = createServer(runners, { inputs })), {
      transport,
      ...(process.env['GANTZ_DEBUG'] && { onerror: (error) => notice(`MCP: ${error.message}`) }),
    });
  });
  runners.onReplace(() => {
    plain.listsChanged();
    if (server?.isConnected()) sendListsChanged(server);
  });
  const stop = (): void => void wire.close();
  // The reader of stdout has closed it.
  if (isReal(context)) globalThis.process.stdout.on('error', stop);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  await wire.start();
  const { reloadOnChange } = await import('../serving/reload.ts');
  const stopReloading = await reloadOnChange(context, runners, loadedAt);
  try {
    await wire.ended;
  } finally {
    stopReloading();
  }
}

function sendListsChanged({ server }: McpServer): void {
  const sent = [
    server.sendToolListChanged(),
    server.sendPromptListChanged(),
    server.sendResourceListChanged(),
  ];
  for (const one of sent) one.catch(() => undefined);
}
