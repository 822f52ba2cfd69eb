import { isUtf8 } from 'node:buffer';
import type { HttpBindings } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { failure, success } from '../envelope.ts';
import { CODES, GantzError, toGantzError } from '../errors.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Runners } from '../mcp/runners.ts';
import { parseRequest } from '../parameters/request.ts';
import { guardNames, guardToken, type GuardOptions } from './guard.ts';
import { isRedisUp } from './health.ts';
import type { McpFace } from './mcp.ts';
import type { Metrics } from './metrics.ts';
import { answer, refuse } from './refusal.ts';

/** The largest body that is read, in bytes. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

type Env = { Bindings: HttpBindings };

export type AppOptions = GuardOptions & {
  runners: Runners;
  metrics: Metrics;
  /** Loaded when the first request asks for it. */
  mcp: () => Promise<McpFace>;
};

/** The routes: REST at /mcp/tools, MCP at /mcp, /healthz and /metrics. */
export function createApp(options: AppOptions): Hono<Env> {
  const { runners, metrics, mcp } = options;
  const app = new Hono<Env>();
  const limited = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () =>
      refuse(413, 'USAGE', `The body is longer than ${MAX_BODY_BYTES} bytes`, {
        // The rest of it is not read.
        headers: { connection: 'close' },
      }),
  });

  app.use(guardNames(options));
  app.get('/healthz', async () => {
    const up = await runners.use(isRedisUp);
    const status = up === false ? 503 : 200;
    return Response.json(
      {
        status: status === 200 ? 'ok' : 'unavailable',
        redis: up === undefined ? 'unused' : up ? 'up' : 'down',
      },
      { status },
    );
  });

  app.use(guardToken(options));
  app.get('/metrics', async () => {
    return new Response(await metrics.render(), { headers: { 'content-type': metrics.contentType } });
  });
  app.get('/mcp/tools', () => Response.json({ tools: runners.current.tools.map(definitionOf) }));
  app.post('/mcp/tools/call', limited, (context) => callTool(context, runners));
  app.all('/mcp', limited, async ({ req }) => {
    const body = req.method === 'POST' ? await readText(req.raw) : undefined;
    return await (await mcp()).answer(req.raw, body);
  });

  app.all('/healthz', () => wrongMethod('GET, HEAD'));
  app.all('/metrics', () => wrongMethod('GET, HEAD'));
  app.all('/mcp/tools', () => wrongMethod('GET, HEAD'));
  app.all('/mcp/tools/call', () => wrongMethod('POST'));
  app.notFound(({ req }) =>
    refuse(404, 'USAGE', `There is nothing at ${req.path.slice(0, 200)}`, {
      hint: 'There are /mcp, /mcp/tools, /mcp/tools/call, /healthz and /metrics.',
    }),
  );
  app.onError((thrown) => {
    const error = toGantzError(thrown);
    return answer(CODES[error.code].http, failure(error));
  });
  return app;
}

async function callTool({ req, env }: Context<Env>, runners: Runners): Promise<Response> {
  const startedAt = performance.now();
  const { outgoing } = env;
  const gone = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableFinished) gone.abort(new GantzError('CANCELLED', 'The client went away'));
  };
  outgoing.once('close', onClose);
  try {
    const { tool, params } = parseRequest(await readText(req.raw), ['tool', 'params']);
    const options = { signal: gone.signal, startedAt };
    return answer(200, success(await runners.use((runner) => runner.call(tool, params, options))));
  } catch (thrown) {
    const error = toGantzError(thrown);
    return answer(CODES[error.code].http, failure(error));
  } finally {
    outgoing.off('close', onClose);
  }
}

async function readText(request: Request): Promise<string> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (!isUtf8(bytes)) throw new GantzError('INVALID_JSON', 'The body is not UTF-8 text');
  return bytes.toString('utf8');
}

function wrongMethod(allow: string): Response {
  return refuse(405, 'USAGE', `Only ${allow} is answered here`, { headers: { allow } });
}
