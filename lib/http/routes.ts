import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Origin, ProgressEvent } from '../contract/call.ts';
import { failure, renderEnvelope, success, type Result } from '../contract/envelope.ts';
import { isObject } from '../json/object.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Runners } from '../serving/runners.ts';
import { hasToolset } from '../run/catalogue.ts';
import { needsRedis } from '../run/kinds.ts';
import type { Quota } from '../run/guards/guard.ts';
import { parseRequest } from '../parameters/request.ts';
import {
  envelopeAnswer,
  failureAnswer,
  jsonAnswer,
  quotaFields,
  refusal,
  send,
  type Answer,
} from './answer.ts';
import type { ReadBody } from './request-body.ts';
import { clientOf } from './client.ts';
import { clientSignal } from './client-signal.ts';
import { idempotencyKeyIn } from './idempotency-key.ts';
import { checkHost, checkOrigin, checkToken, type AccessOptions } from './access.ts';
import { redisHealth } from './health.ts';
import type { Exchanges } from './exchanges.ts';
import type { McpOverHttp } from './mcp.ts';
import type { Metrics } from './metrics.ts';
import type { Path } from './path.ts';
import type { Console } from './console.ts';
import { openEventStream } from './event-stream.ts';

/** What the routes need. */
export type RouteOptions = AccessOptions & {
  runners: Runners;
  metrics: Metrics;
  exchanges: Exchanges;
  readBody: ReadBody;
  /** MCP, loaded at the first call. With the name of a toolset of the manifest, it has only the tools of that toolset. */
  mcp: (toolset?: string) => Promise<McpOverHttp>;
  /** The console; absent with --no-console. */
  console?: Console;
  keepAliveMs: number;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
};

/**
 * Returns the request listener: REST at /mcp/tools, MCP at /mcp and /mcp/<toolset>, /healthz and /metrics. It uses node:http directly, because
 * the work of a framework on each request costs more than a call of Redis.
 */
export function answerRequests(options: RouteOptions): RequestListener {
  const paths = new Map(Object.entries(pathsOf(options)));
  const refusedHost = checkHost(options);
  const refusedOrigin = checkOrigin(options);
  const refusedToken = checkToken(options);

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Answer | undefined> {
    const { method = 'GET' } = incoming;
    const { name, host } = targetOf(incoming);
    const path = paths.get(name) ?? options.console?.path(name, incoming) ?? toolsetPath(options, name);
    const isOpen = path && 'open' in path;
    const isPublic = path && 'public' in path;
    const refused =
      refusedHost(incoming.headers) ??
      (host === undefined ? undefined : refusedHost({ host })) ??
      (isPublic ? undefined : refusedOrigin(incoming.headers)) ??
      (isOpen ? undefined : refusedToken(incoming.headers));
    if (refused) return refused;
    if (!path) return nothingAt(name);
    if ('any' in path) return await path.any(incoming, outgoing);
    if ('POST' in path) return method === 'POST' ? await path.POST(incoming, outgoing) : wrongMethod('POST');
    const isGet = method === 'GET' || method === 'HEAD';
    return isGet ? await path.GET(incoming, outgoing) : wrongMethod('GET, HEAD');
  }

  return (incoming, outgoing) => {
    options.exchanges.begin(outgoing);
    answer(incoming, outgoing).then(
      (answered) => answered && send(outgoing, answered),
      (thrown: unknown) => {
        // A response that has begun cannot be replaced.
        if (outgoing.headersSent) {
          outgoing.destroy();
          return;
        }
        // The rest of the body is not read.
        if (!incoming.complete) outgoing.setHeader('connection', 'close');
        send(outgoing, failureAnswer(thrown));
      },
    );
  };
}

/** Returns the path of a request, and the host when the target is a whole URL, as proxies send it. */
function targetOf({ url = '/' }: IncomingMessage): { name: string; host?: string } {
  const [, host, target = url] = url.startsWith('/') ? [] : (/^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? []);
  const query = target.indexOf('?');
  const name = (query < 0 ? target : target.slice(0, query)) || '/';
  return host === undefined ? { name } : { name, host };
}

function pathsOf(options: RouteOptions): Record<string, Path> {
  const { runners, metrics, exchanges, readBody, mcp, keepAliveMs, stopping } = options;
  return {
    '/healthz': { open: true, GET: () => health(runners) },
    '/metrics': {
      GET: async () => {
        const body = await metrics.render();
        return { status: 200, headers: { 'content-type': metrics.contentType }, body };
      },
    },
    '/mcp/tools': {
      GET: () => Promise.resolve(jsonAnswer(200, { tools: runners.current.tools.map(definitionOf) })),
    },
    '/mcp/tools/call': {
      POST: async (incoming, outgoing) =>
        await callTool(await readBody(incoming, outgoing), {
          incoming,
          outgoing,
          runners,
          keepAliveMs,
          stopping,
        }),
    },
    '/mcp': mcpPath({ exchanges, readBody, mcp }),
  };
}

/** Returns the path `/mcp/<toolset>` when the manifest has a toolset of that name. */
function toolsetPath(options: RouteOptions, path: string): Path | undefined {
  const toolset = /^\/mcp\/([^/]+)$/.exec(path)?.[1];
  if (toolset === undefined) return undefined;
  const name = decodeSegment(toolset);
  return name !== undefined && hasToolset(options.runners.current.manifest, name)
    ? mcpPath(options, name)
    : undefined;
}

function mcpPath(
  { exchanges, readBody, mcp }: Pick<RouteOptions, 'exchanges' | 'readBody' | 'mcp'>,
  toolset?: string,
): Path {
  return {
    any: async (incoming, outgoing) => {
      const body = incoming.method === 'POST' ? await readBody(incoming, outgoing) : undefined;
      await (await mcp(toolset)).answer(incoming, outgoing, body, () => exchanges.exclude(outgoing));
      return undefined;
    },
  };
}

/** Decodes `%xx` in a segment of a path. Returns undefined for a wrong encoding. */
function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

async function health(runners: Runners): Promise<Answer> {
  const found = await runners.use(redisHealth);
  const redis = found === undefined ? 'unused' : found.up ? 'up' : 'down';
  return found?.isNeeded && !found.up
    ? jsonAnswer(503, { status: 'unavailable', redis })
    : jsonAnswer(200, { status: 'ok', redis });
}

type CallOptions = {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  runners: Runners;
  keepAliveMs: number;
  stopping: AbortSignal;
};

/** Calls a tool. For a client that accepts an event stream, the answer is one: the events of the call and then its result. */
async function callTool(
  text: string,
  { incoming, outgoing, runners, keepAliveMs, stopping }: CallOptions,
): Promise<Answer | undefined> {
  const startedAt = performance.now();
  const signal = clientSignal(incoming);
  const idempotencyKey = idempotencyKeyIn(incoming);
  const confirm = isConfirmed(incoming);
  const view = incoming.headers['gantz-console'] === 'view';
  const origin: Origin = {
    interface: 'http',
    client: () => clientOf(incoming),
    carriers: [incoming.headers],
    ...(view && { view }),
  };
  const { tool, params } = parseRequest(text, ['tool', 'params']);
  let quota: Record<string, string> = {};
  const onQuota = (left: Quota): void => void (quota = quotaFields(left));
  const noCache = refusesCache(incoming);
  try {
    const result = await runners.use(async (runner) => {
      const found = runner.find(tool);
      const deadline = runner.deadline(found, startedAt);
      const settings = { signal, deadline, idempotencyKey, noCache, confirm, origin, onQuota };
      if (!acceptsEventStream(incoming)) return await runner.call(found, params, settings);
      const stream = openEventStream(outgoing, keepAliveMs);
      const emit = (event: ProgressEvent): void => void stream.send('progress', JSON.stringify(event));
      const follow = wantsFollow(incoming) && needsRedis(found);
      const streamed = { ...settings, emit, onSubscribed: () => void stream.send('subscribed', '{}') };
      // The server would wait for a subscription that has no end of its own.
      const followed = { ...streamed, follow, signal: AbortSignal.any([signal, stopping]) };
      const envelope = await runner.call(found, params, follow ? followed : streamed).then(success, failure);
      stream.end('result', `{"result":${renderEnvelope(envelope)}}`);
      return undefined;
    });
    return result && envelopeAnswer(200, success(result), { ...ageOf(result), ...quota });
  } catch (thrown) {
    return failureAnswer(thrown, quota);
  }
}

function acceptsEventStream({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/event-stream') ?? false;
}

/** Returns true for a subscription whose client wants its messages only as events, until it disconnects or the server stops. */
function wantsFollow({ headers }: IncomingMessage): boolean {
  return headers['gantz-follow'] === 'yes';
}

/** Returns true when the client wants no stored answer: `Cache-Control: no-cache`, or `max-age=0`. */
function refusesCache({ headers }: IncomingMessage): boolean {
  const directives = (headers['cache-control'] ?? '').toLowerCase().split(',');
  return directives.some((directive) => ['no-cache', 'max-age=0'].includes(directive.trim()));
}

/** Returns the header Age for an answer from the cache. */
function ageOf({ gantz }: Result): Record<string, string> | undefined {
  const ageMs = isObject(gantz) && gantz['cached'] === true ? gantz['age_ms'] : undefined;
  return typeof ageMs === 'number' ? { age: String(Math.floor(ageMs / 1000)) } : undefined;
}

/** Returns true when the client says that a person has agreed to the call. */
function isConfirmed({ headers }: IncomingMessage): boolean {
  return headers['gantz-confirm'] === 'yes';
}

function nothingAt(name: string): Answer {
  return refusal(404, 'USAGE', `The path ${name.slice(0, 200)} does not exist`, {
    hint: 'The paths are /mcp, /mcp/<toolset>, /mcp/tools, /mcp/tools/call, /healthz and /metrics.',
  });
}

function wrongMethod(allow: string): Answer {
  return refusal(405, 'USAGE', `This path supports only ${allow}`, { headers: { allow } });
}
