import { createServer, type Server } from 'node:http';
import type { Context } from '../contract/context.ts';
import { GantzError } from '../errors.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import { reloadOnChange } from '../serving/reload.ts';
import { holdRunners, type Runners } from '../serving/runners.ts';
import { hostCheck, isLoopback, urlOf } from './address.ts';
import { isRedisUp } from './health.ts';
import type { McpOverHttp } from './mcp.ts';
import { createMetrics } from './metrics.ts';
import { answerRequests } from './routes.ts';
import { createToken, tokenCheck } from './token.ts';

export type ServeOptions = {
  /** Overrides the manifest; 127.0.0.1 when neither sets it. */
  host?: string;
  /** Overrides the manifest; 3000 when neither sets it, 0 for any free port. */
  port?: number;
  /** Demands a token; GANTZ_AUTH_TOKEN does so as well. */
  auth?: boolean;
  /** More names that the server may be called by. */
  allowedHosts?: readonly string[];
  /** How long a request may take to arrive, in milliseconds. */
  requestTimeoutMs?: number;
};

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** How long calls in flight may take once the server was told to stop; they have time limits of their own. */
const STOP_MS = 10 * 60_000;
/** How long answers may take to leave after that. */
const LINGER_MS = 1000;

/** Serves the tools over HTTP until the process is told to end; calls in flight are answered then. */
export async function serveHttp(context: Context, options: ServeOptions): Promise<void> {
  const { process, signal, notice } = context;
  const loadedAt = Date.now();
  const catalogue = await loadCatalogue(context);
  const { manifest } = catalogue;
  const host = options.host ?? manifest.server?.host ?? '127.0.0.1';
  const port = options.port ?? manifest.server?.port ?? 3000;
  const given = process.env['GANTZ_AUTH_TOKEN'] || undefined;
  if (given !== undefined && !/^[\x21-\x7e]+$/.test(given)) throw unsendable();
  const token = given ?? (options.auth ? createToken() : undefined);
  if (token === undefined && !isLoopback(host)) throw unprotected(host);

  const held = holdRunners(openRunnerFor(context, catalogue, 'long-lived'));
  const metrics = createMetrics(() => held.use(isRedisUp));
  const runners = metrics.count(held);
  let opened: Promise<McpOverHttp> | undefined;
  const mcp = (): Promise<McpOverHttp> =>
    (opened ??= import('./mcp.ts').then(({ createMcpOverHttp }) => createMcpOverHttp(runners)));
  const listener = answerRequests({
    runners,
    metrics,
    mcp,
    isOwnName: hostCheck(host, options.allowedHosts ?? []),
    ...(token !== undefined && { isAuthorized: tokenCheck(token) }),
  });
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  };
  const server = createServer(limits, listener);
  let stopReloading: (() => void) | undefined;
  try {
    const url = urlOf(host, await listen(server, host, port));
    stopReloading = await reloadOnChange(context, held, loadedAt);
    if (token !== undefined && given === undefined) notice(`Token: ${token}`);
    // The last line: a program that starts this server waits for it.
    notice(`gantz serves ${held.current.tools.length} tools on ${url} (MCP: /mcp, REST: /mcp/tools)`);
    await aborted(signal);
    notice('Stopping: calls in flight are answered first; a second signal ends them');
    await stop(server, held, opened);
  } finally {
    stopReloading?.();
    await held.close();
  }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

async function stop(server: Server, runners: Runners, mcp: Promise<McpOverHttp> | undefined): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections outlive their requests: each gets one more answer at most.
  server.prependListener('request', (_, response) => void response.setHeader('connection', 'close'));
  const closeIdle = setInterval(() => server.closeIdleConnections(), 20);
  server.closeIdleConnections();
  await runners.idle(STOP_MS);
  await (await mcp)?.close();
  const closeAll = setTimeout(() => server.closeAllConnections(), LINGER_MS);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(closeAll);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function unsendable(): GantzError {
  return new GantzError(
    'USAGE',
    'GANTZ_AUTH_TOKEN holds a character that no Authorization header can carry',
    {
      hint: 'Use letters, digits and punctuation, without blanks or line ends.',
    },
  );
}

function unprotected(host: string): GantzError {
  return new GantzError('FORBIDDEN', `Whoever reaches ${host} could call every tool: a token is needed`, {
    hint: 'Add --auth (or set GANTZ_AUTH_TOKEN), or listen on 127.0.0.1.',
  });
}

function cannotListen(error: Error, host: string, port: number): GantzError {
  const code = 'code' in error ? String(error.code) : error.message;
  const reason =
    {
      EADDRINUSE: 'something else listens there',
      EACCES: 'this user may not use that port',
      EADDRNOTAVAIL: 'this machine has no such address',
      ENOTFOUND: 'its name is unknown',
    }[code] ?? code;
  return new GantzError('USAGE', `Cannot listen on ${host} port ${port}: ${reason}`, {
    hint: 'Choose another with --port (0 takes any that is free) or --host.',
    cause: error,
  });
}
