import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { success } from '../envelope.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Runners } from '../serving/runners.ts';
import { parseRequest } from '../parameters/request.ts';
import { envelopeAnswer, failureAnswer, jsonAnswer, refusal, send, type Answer } from './answer.ts';
import { readText } from './request-body.ts';
import { goneSignal } from './gone.ts';
import { checkNames, checkToken, type AccessOptions } from './access.ts';
import { isRedisUp } from './health.ts';
import type { McpOverHttp } from './mcp.ts';
import type { Metrics } from './metrics.ts';

export type RouteOptions = AccessOptions & {
  runners: Runners;
  metrics: Metrics;
  /** Loaded when the first request asks for it. */
  mcp: () => Promise<McpOverHttp>;
};

/** Gives the answer to a request; undefined when it has written the answer itself. */
type Route = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<Answer | undefined>;

/** The routes of a path, by method; HEAD is treated as GET. */
type Path = { GET: Route; open?: true } | { POST: Route } | { any: Route };

/**
 * Answers requests: REST at /mcp/tools, MCP at /mcp, /healthz and /metrics. It uses node:http directly, because the
 * request and response objects of a framework cost more than a call on Redis.
 */
export function answerRequests(options: RouteOptions): RequestListener {
  const paths = new Map(Object.entries(pathsOf(options)));
  const refusedName = checkNames(options);
  const refusedToken = checkToken(options);

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Answer | undefined> {
    const { method = 'GET' } = incoming;
    const { name, host } = targetOf(incoming);
    const path = paths.get(name);
    const isOpen = path && 'open' in path;
    const refused =
      refusedName(incoming.headers) ??
      (host === undefined ? undefined : refusedName({ host })) ??
      (isOpen ? undefined : refusedToken(incoming.headers));
    if (refused) return refused;
    if (!path) return nothingAt(name);
    if ('any' in path) return await path.any(incoming, outgoing);
    if ('POST' in path) return method === 'POST' ? await path.POST(incoming, outgoing) : wrongMethod('POST');
    const isGet = method === 'GET' || method === 'HEAD';
    return isGet ? await path.GET(incoming, outgoing) : wrongMethod('GET, HEAD');
  }

  return (incoming, outgoing) => {
    answer(incoming, outgoing).then(
      (answered) => answered && send(outgoing, answered),
      (thrown: unknown) => {
        // An answer that has begun cannot be replaced.
        if (outgoing.headersSent) outgoing.destroy();
        else send(outgoing, failureAnswer(thrown));
      },
    );
  };
}

/** The path of a request; a target that is a whole URL, as proxies send it, names a host as well. */
function targetOf({ url = '/' }: IncomingMessage): { name: string; host?: string } {
  const [, host, target = url] = url.startsWith('/') ? [] : (/^https?:\/\/([^/?]*)(.*)$/i.exec(url) ?? []);
  const query = target.indexOf('?');
  const name = (query < 0 ? target : target.slice(0, query)) || '/';
  return host === undefined ? { name } : { name, host };
}

function pathsOf({ runners, metrics, mcp }: RouteOptions): Record<string, Path> {
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
    '/mcp/tools/call': { POST: (incoming) => callTool(incoming, runners) },
    '/mcp': {
      any: async (incoming, outgoing) => {
        const body = incoming.method === 'POST' ? await readText(incoming) : undefined;
        await (await mcp()).answer(incoming, outgoing, body);
        return undefined;
      },
    },
  };
}

async function health(runners: Runners): Promise<Answer> {
  const up = await runners.use(isRedisUp);
  const redis = up === undefined ? 'unused' : up ? 'up' : 'down';
  return up === false
    ? jsonAnswer(503, { status: 'unavailable', redis })
    : jsonAnswer(200, { status: 'ok', redis });
}

async function callTool(incoming: IncomingMessage, runners: Runners): Promise<Answer> {
  const text = await readText(incoming);
  const startedAt = performance.now();
  const { tool, params } = parseRequest(text, ['tool', 'params']);
  const signal = goneSignal(incoming);
  const result = await runners.use((runner) => {
    const found = runner.find(tool);
    return runner.call(found, params, { signal, deadline: runner.deadline(found, startedAt) });
  });
  return envelopeAnswer(200, success(result));
}

function nothingAt(name: string): Answer {
  return refusal(404, 'USAGE', `There is nothing at ${name.slice(0, 200)}`, {
    hint: 'There are /mcp, /mcp/tools, /mcp/tools/call, /healthz and /metrics.',
  });
}

function wrongMethod(allow: string): Answer {
  return refusal(405, 'USAGE', `This path answers only ${allow}`, { headers: { allow } });
}
