import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { failure, success } from '../envelope.ts';
import { CODES, toGantzError } from '../errors.ts';
import { definitionOf } from '../manifest/definition.ts';
import type { Runners } from '../mcp/runners.ts';
import { parseRequest } from '../parameters/request.ts';
import { BodyTooLong, readText } from './body.ts';
import { goneSignal } from './gone.ts';
import { guardNames, guardToken, type Guarded, type GuardOptions } from './guard.ts';
import { isRedisUp } from './health.ts';
import type { McpFace } from './mcp.ts';
import type { Metrics } from './metrics.ts';
import { answer, refuse } from './refusal.ts';

export type AppOptions = GuardOptions & {
  runners: Runners;
  metrics: Metrics;
  /** Loaded when the first request asks for it. */
  mcp: () => Promise<McpFace>;
};

/** The routes: REST at /mcp/tools, MCP at /mcp, /healthz and /metrics. */
export function createApp(options: AppOptions): Hono<Guarded> {
  const { runners, metrics, mcp } = options;
  const app = new Hono<Guarded>();

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
  app.post('/mcp/tools/call', ({ env }) => callTool(env, runners));
  app.all('/mcp', async ({ req, env }) => {
    const body = req.method === 'POST' ? await readText(env.incoming) : undefined;
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
    if (thrown instanceof BodyTooLong) {
      return refuse(413, 'USAGE', `The body is ${thrown.message}`, {
        // The rest of it is not read.
        headers: { connection: 'close' },
      });
    }
    const error = toGantzError(thrown);
    return answer(CODES[error.code].http, failure(error));
  });
  return app;
}

async function callTool({ incoming }: HttpBindings, runners: Runners): Promise<Response> {
  const startedAt = performance.now();
  const { tool, params } = parseRequest(await readText(incoming), ['tool', 'params']);
  const options = { signal: goneSignal(incoming), startedAt };
  return answer(200, success(await runners.use((runner) => runner.call(tool, params, options))));
}

function wrongMethod(allow: string): Response {
  return refuse(405, 'USAGE', `Only ${allow} is answered here`, { headers: { allow } });
}
