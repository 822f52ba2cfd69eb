import { createServer, type Server } from 'node:http';
import type { Context } from '../contract/context.ts';
import { GantzError } from '../contract/errors.ts';
import { narrowTo } from '../run/catalogue.ts';
import { loadCatalogue, openRunnerFor } from '../run/open.ts';
import { reloadOnChange } from '../serving/reload.ts';
import { openTelemetry } from '../telemetry/open.ts';
import { Gate } from '../serving/gate.ts';
import { concurrencyOf, limitCalls } from '../serving/limit-calls.ts';
import { holdRunners, wrapRunners, type Runners } from '../serving/runners.ts';
import { hostCheck, isLoopback, urlOf } from './address.ts';
import { openConsole, type Console } from './console/console.ts';
import { Exchanges } from './exchanges.ts';
import { redisHealth } from './health.ts';
import type { McpOverHttp } from './mcp.ts';
import { createMetrics } from './metrics.ts';
import { answerRequests } from './routes.ts';
import { bodyReader } from './request-body.ts';
import { createToken, tokenCheck } from './token.ts';

/** Options of `serveHttp`. */
export type ServeOptions = {
  /** Overrides the host of the manifest. The default is 127.0.0.1. */
  host?: string;
  /** Overrides the port of the manifest. The default is 3000; 0 selects a free port. */
  port?: number;
  /** Requires a token. A token in GANTZ_AUTH_TOKEN is always required. */
  auth?: boolean;
  /** More host names that requests may use for the server. */
  allowedHosts?: readonly string[];
  /** False to serve no page to browsers; true when absent. */
  console?: boolean;
  /** The time limit for the arrival of a request, in milliseconds; 30 s when absent. */
  requestTimeoutMs?: number;
  /** How often an MCP client that waits receives a comment, in milliseconds; 15 s when absent. */
  keepAliveMs?: number;
  /** How many bytes of bodies may be held at a time; 128 MiB when absent. */
  maxHeldBytes?: number;
};

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
/**
 * How long an idle connection stays open, in milliseconds: longer than clients and reverse proxies keep theirs. The 5 s of Node
 * are so short that a client may send a request at the moment when the server closes the connection.
 */
const IDLE_MS = 75_000;
/** Proxies end connections that are silent for a minute. */
const KEEP_ALIVE_MS = 15_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** How long the server waits for calls in flight when it stops, in milliseconds. Calls have their own time limits too. */
const STOP_MS = 10 * 60_000;
/** How long clients have to send the rest of a request, and to receive an answer, when no call is running; in ms. */
const DELIVERY_MS = 5000;
/** How long connections have to close after that, in milliseconds. */
const CLOSE_MS = 1000;

/**
 * Serves the tools over HTTP until `context.signal` aborts and calls in flight are answered. Throws USAGE when it cannot
 * listen or the token cannot be sent in a header, FORBIDDEN for a public host without a token, and the errors of loading the
 * manifest.
 */
export async function serveHttp(context: Context, options: ServeOptions): Promise<void> {
  const { process, signal, notice } = context;
  const loadedAt = Date.now();
  const catalogue = await loadCatalogue(context);
  const { manifest } = catalogue;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS, keepAliveMs = KEEP_ALIVE_MS, maxHeldBytes } = options;
  const host = options.host ?? manifest.server?.host ?? '127.0.0.1';
  const port = options.port ?? manifest.server?.port ?? 3000;
  const given = process.env['GANTZ_AUTH_TOKEN'] || undefined;
  if (given !== undefined && !/^[\x21-\x7e]+$/.test(given)) throw unsendable();
  const token = given ?? (options.auth ? createToken() : undefined);
  if (token === undefined && !isLoopback(host)) throw unprotected(host);

  const gate = new Gate(concurrencyOf(context.options));
  const ownConsole =
    options.console === false ? undefined : openConsole(context, { gate, keepAliveMs, loadedAt });
  const surroundings = ownConsole ? { ...context, onCall: ownConsole.record } : context;
  const held = holdRunners(openRunnerFor(surroundings, catalogue, 'long-lived'));
  const metrics = createMetrics(gate, async () => (await held.use(redisHealth))?.up, ownConsole?.history);
  const telemetry = await openTelemetry(context, { inherit: false });
  const counted = metrics.count(limitCalls(held, gate));
  const runners = telemetry ? wrapRunners(counted, telemetry.observe) : counted;
  /** MCP by toolset; `undefined` for all tools. */
  const opened = new Map<string | undefined, Promise<McpOverHttp>>();
  const mcp = (toolset?: string): Promise<McpOverHttp> => {
    const known = opened.get(toolset) ?? openMcp(narrowRunners(runners, toolset), keepAliveMs);
    opened.set(toolset, known);
    return known;
  };
  const exchanges = new Exchanges();
  const listener = answerRequests({
    runners,
    metrics,
    exchanges,
    keepAliveMs,
    stopping: signal,
    ...(ownConsole && { consolePath: ownConsole.pathsFor({ runners, unlimited: held, exchanges }) }),
    readBody: bodyReader(gate, maxHeldBytes),
    mcp,
    isOwnName: hostCheck(host, options.allowedHosts ?? []),
    ...(token !== undefined && { isAuthorized: tokenCheck(token) }),
  });
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: IDLE_MS,
    connectionsCheckingInterval: Math.min(1000, requestTimeoutMs),
  };
  const server = createServer(limits, listener);
  let stopReloading: (() => void) | undefined;
  try {
    const url = urlOf(host, await listen(server, host, port));
    stopReloading = await reloadOnChange(surroundings, held, loadedAt, ownConsole?.onReload);
    if (token !== undefined && given === undefined) notice(`Token: ${token}`);
    // This line is printed last: callers wait for it.
    notice(`gantz serves ${held.current.tools.length} tools on ${url} (MCP: /mcp, REST: /mcp/tools)`);
    await aborted(signal);
    notice('Stopping: calls in flight are answered first; a second signal ends them');
    await stop({ server, runners: held, exchanges, mcp: [...opened.values()], ownConsole });
  } finally {
    stopReloading?.();
    ownConsole?.close();
    await held.close();
    await telemetry?.end();
  }
}

async function openMcp(runners: Runners, keepAliveMs: number): Promise<McpOverHttp> {
  const { createMcpOverHttp } = await import('./mcp.ts');
  return createMcpOverHttp(runners, keepAliveMs);
}

/** Returns runners that have only the tools of a toolset. */
function narrowRunners(runners: Runners, toolset: string | undefined): Runners {
  if (toolset === undefined) return runners;
  return wrapRunners(runners, (runner) => ({ ...runner, ...narrowTo(toolset, runner) }));
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

type Stopping = {
  server: Server;
  runners: Runners;
  exchanges: Exchanges;
  mcp: readonly Promise<McpOverHttp>[];
  ownConsole: Console | undefined;
};

async function stop({ server, runners, exchanges, mcp, ownConsole }: Stopping): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Each kept-alive connection gets at most one more answer.
  server.prependListener('request', (_, response) => void response.setHeader('connection', 'close'));
  const closeIdle = setInterval(() => server.closeIdleConnections(), 20);
  server.closeIdleConnections();
  await answerAll(runners, exchanges);
  // This ends exchanges, so it comes after their answers.
  for (const opened of mcp) await (await opened).close();
  ownConsole?.endStreams();
  const closeAll = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearInterval(closeIdle);
  clearTimeout(closeAll);
}

/** Waits until every request is answered. A request that arrives meanwhile may begin a call, which is awaited too. */
async function answerAll(runners: Runners, exchanges: Exchanges): Promise<void> {
  const endsAt = performance.now() + STOP_MS;
  do {
    await runners.idle(endsAt - performance.now());
    if (await exchanges.idle(DELIVERY_MS)) return;
  } while (!runners.isIdle() && performance.now() < endsAt);
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
    'GANTZ_AUTH_TOKEN contains a character that an Authorization header cannot contain',
    {
      hint: 'Use letters, digits and punctuation, without blanks or line ends.',
    },
  );
}

function unprotected(host: string): GantzError {
  return new GantzError(
    'FORBIDDEN',
    `Listening on ${host} needs a token: every client that reaches it could call every tool`,
    {
      hint: 'Add --auth (or set GANTZ_AUTH_TOKEN), or listen on 127.0.0.1.',
    },
  );
}

function cannotListen(error: Error, host: string, port: number): GantzError {
  const code = 'code' in error ? String(error.code) : error.message;
  const reason =
    {
      EADDRINUSE: 'another program listens there',
      EACCES: 'permission denied',
      EADDRNOTAVAIL: 'this machine does not have that address',
      ENOTFOUND: 'the host name cannot be resolved',
    }[code] ?? code;
  return new GantzError('USAGE', `Cannot listen on ${host} port ${port}: ${reason}`, {
    hint: 'Choose another with --port (0 selects a free one) or --host.',
    cause: error,
  });
}
