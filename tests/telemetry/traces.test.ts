import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import type { TestServer as Upstream } from '../helpers/http-server.ts';
import { startServer, type TestServer } from '../http/server.ts';
import { startReceiver, type Receiver, type Span } from './receiver.ts';
import { CALLER, startUpstream, writeTools } from './tools.ts';
import { renderTrace } from './trace-tree.ts';

const PAGE = join(import.meta.dirname, '../../docs/telemetry.md');
const OTHER = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01';

const redis = useRedis();
const config = writeTools();

for (const { name, path: program } of PROGRAMS) {
  for (const protocol of ['http/json', 'http/protobuf'] as const) {
    describe(`traces of ${name} over ${protocol}`, { skip: !existsSync(program) }, () => {
      let upstream: Upstream;
      let receiver: Receiver;
      let server: TestServer;
      let env: Record<string, string>;
      let requests = 0;

      before(async () => {
        await redis.plain.flushAll();
        upstream = await startUpstream();
        receiver = await startReceiver({ protocol });
        env = { ORIGIN: upstream.origin, ...receiver.env, REDIS_URL: redis.url };
        server = await startServer([], { config, env, program });
      });
      after(async () => {
        receiver.close();
        await upstream.close();
      });

      /** Sends a message to the MCP endpoint, and returns its answer. */
      async function post(
        message: object,
        headers: Record<string, string> = {},
        origin = server.url,
      ): Promise<{ result: Record<string, unknown> }> {
        const response = await fetch(`${origin}/mcp`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
            ...headers,
          },
          body: JSON.stringify(message),
        });
        const text = /^data: (.*)$/m.exec(await response.text())?.[1] ?? '{}';
        return JSON.parse(text) as { result: Record<string, unknown> };
      }

      /** Calls a tool over MCP, in a new trace below `_meta`. Returns the result, and the spans of the trace. */
      async function callOverMcp(
        tool: string,
        input: Record<string, unknown> = {},
        headers: Record<string, string> = {},
      ): Promise<{ result: Record<string, unknown>; spans: Span[]; call: Span; traceId: string }> {
        const traceId = (++requests).toString(16).padStart(32, '1');
        const traceparent = `00-${traceId}-${CALLER.id}-01`;
        const params = { name: tool, arguments: input, _meta: { traceparent } };
        const { result } = await post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params }, headers);
        const call = await receiver.span(
          (span) => span.traceId === traceId && span.name.startsWith('tools/call'),
          `the span of ${tool}`,
        );
        return { result, call, traceId, spans: receiver.spans().filter((span) => span.traceId === traceId) };
      }

      test('a call over MCP of a cached http tool', async () => {
        const miss = await callOverMcp('weather', { city: 'leak/city', units: 'leak' });
        assert.equal(miss.call.parentId, CALLER.id);
        const http = miss.spans.find((span) => span.name === 'GET');
        assert.ok(http);
        assert.equal(http.parentId, miss.call.id);
        const { traceparent } = upstream.received.at(-1)?.headers ?? {};
        assert.equal(traceparent, `00-${miss.traceId}-${http.id}-01`);
        const hit = await callOverMcp('weather', { city: 'leak/city', units: 'leak' });
        assert.equal(upstream.received.length, 1);
        const shown = [
          'The first call runs the request:\n\n```text\n',
          renderTrace(miss.spans),
          '```\n\nThe second one gets the stored answer:\n\n```text\n',
          renderTrace(hit.spans),
          '```\n',
        ].join('');
        const page = readFileSync(PAGE, 'utf8');
        const before = /<!-- trace -->\n\n(.*?)\n<!-- end -->/s.exec(page)?.[1];
        if (process.env['UPDATE'] !== undefined && before !== undefined)
          writeFileSync(
            PAGE,
            page.replace(before, () => shown),
          );
        else assert.equal(shown, before);
      });

      test('attempts are events', async () => {
        const { result, call, spans } = await callOverMcp('flaky');
        assert.notEqual(result['isError'], true);
        assert.deepEqual(
          call.events.map(({ name, attributes }) => [
            name,
            attributes['gantz.attempt'],
            attributes['gantz.code'],
          ]),
          [
            ['gantz.retry', 2, 'HTTP_STATUS'],
            ['gantz.retry', 3, 'HTTP_STATUS'],
          ],
        );
        for (const { attributes } of call.events) assert.ok(Number(attributes['gantz.delay_ms']) >= 5);
        assert.equal(call.attributes['gantz.attempts'], 3);
        assert.equal(call.failed, false);
        const requests = spans.filter((span) => span.name === 'GET');
        assert.deepEqual(
          requests.map((span) => [span.failed, span.attributes['http.response.status_code']]),
          [
            [true, 503],
            [true, 503],
            [false, 200],
          ],
        );
      });

      test('a failing script', async () => {
        const { call, spans } = await callOverMcp('exits', { text: 'leak' });
        assert.equal(call.failed, true);
        assert.equal(call.attributes['error.type'], 'tool_error');
        assert.equal(call.attributes['gantz.code'], 'SCRIPT_FAILED');
        assert.equal(call.attributes['gantz.outcome'], 'unknown');
        const script = spans.find((span) => span.name === 'sh');
        assert.equal(script?.parentId, call.id);
        assert.equal(script.kind, 'CLIENT');
        assert.equal(script.failed, true);
        assert.equal(script.attributes['process.exit.code'], 3);
        assert.equal(script.attributes['error.type'], '3');
      });

      test('wrong parameters', async () => {
        const { call, spans } = await callOverMcp('weather', { town: 'leak' });
        assert.equal(call.attributes['gantz.code'], 'INVALID_PARAMETERS');
        assert.equal(spans.length, 1);
      });

      test('the traceparent of the manifest is kept', async () => {
        const { spans } = await callOverMcp('named');
        assert.ok(spans.some((span) => span.name === 'GET'));
        assert.equal(upstream.received.at(-1)?.headers['traceparent'], 'own');
      });

      test('each request after a redirect is a span, without the URL from the answer', async () => {
        const { spans } = await callOverMcp('away');
        assert.deepEqual(
          spans
            .filter((span) => span.name === 'GET')
            .map(({ attributes }) => [attributes['url.full'], attributes['http.request.resend_count']]),
          [
            [`${upstream.origin}/away`, undefined],
            [`${upstream.origin}/REDACTED`, 1],
          ],
        );
      });

      test('the trace of the HTTP request is a link beside that of the message', async () => {
        const { call } = await callOverMcp('exits', {}, { traceparent: OTHER });
        assert.deepEqual(call.links, [{ traceId: OTHER.slice(3, 35), id: OTHER.slice(36, 52) }]);
      });

      test('a trace context of another form is ignored', async () => {
        const wrong = [7, ['x'], { a: 1 }, 'x'.repeat(100_000), `00-${'0'.repeat(32)}-${CALLER.id}-01`];
        for (const traceparent of wrong) {
          const params = { name: 'exits', arguments: {}, _meta: { traceparent, tracestate: traceparent } };
          const { result } = await post({ jsonrpc: '2.0', id: 'wrong', method: 'tools/call', params });
          assert.equal(result['isError'], true);
        }
        const isWrong = (span: Span): boolean => span.attributes['jsonrpc.request.id'] === 'wrong';
        await receiver.span(
          (span) => isWrong(span) && receiver.spans().filter(isWrong).length === wrong.length,
          'all',
        );
        for (const span of receiver.spans().filter(isWrong)) assert.equal(span.parentId, '');
      });

      test('REST takes the trace from the headers', async () => {
        const response = await fetch(`${server.url}/mcp/tools/call`, {
          method: 'POST',
          headers: { traceparent: CALLER.traceparent, tracestate: CALLER.tracestate },
          body: JSON.stringify({ tool: 'shows' }),
        });
        const { result } = (await response.json()) as { result: { output: string } };
        const call = await receiver.span(
          (span) => span.name === 'execute_tool shows',
          'the span of the call',
        );
        assert.deepEqual([call.traceId, call.parentId, call.kind], [CALLER.traceId, CALLER.id, 'SERVER']);
        assert.equal(call.attributes['http.route'], '/mcp/tools/call');
        assert.equal(call.attributes['gantz.interface'], 'http');
        const script = receiver.spans().find((span) => span.parentId === call.id);
        assert.equal(result.output, `00-${CALLER.traceId}-${script?.id}-01 ${CALLER.tracestate}`);
      });

      test('a read of state is the call of its tool, under the method of the client', async () => {
        const own = await startServer([], { config: 'builtin:redis', env, program });
        const params = { uri: 'gantz://state/lock/leak' };
        await post({ jsonrpc: '2.0', id: 8, method: 'resources/read', params }, {}, own.url);
        assert.equal(await own.stop(), 143);
        const read = await receiver.span(
          ({ attributes }) => attributes['gen_ai.tool.name'] === 'lock_status',
          'the span of lock_status',
        );
        assert.deepEqual([read.name, read.kind], ['resources/read lock_status', 'SERVER']);
        assert.equal(read.attributes['mcp.method.name'], 'resources/read');
        const measured = receiver
          .points()
          .find(({ name }) => name === 'mcp.server.operation.duration')?.attributes;
        assert.equal(measured?.['mcp.method.name'], 'resources/read');
      });

      test('a handler gets the trace in its environment', async () => {
        const { result, call, traceId } = await callOverMcp('handles');
        const { trace } = result['structuredContent'] as { trace?: string };
        assert.equal(trace, `00-${traceId}-${call.id}-01`);
      });

      test('the metrics and the end of the process', async () => {
        assert.equal(await server.stop(), 143);
        const point = (metric: string, facts: Record<string, unknown>): number | undefined =>
          receiver
            .points()
            .find(
              (one) =>
                one.name === metric &&
                Object.entries(facts).every(([key, value]) => one.attributes[key] === value),
            )?.value;
        const weather = { 'gen_ai.tool.name': 'weather' };
        assert.equal(point('mcp.server.operation.duration', { ...weather, 'error.type': undefined }), 2);
        assert.equal(point('gen_ai.execute_tool.duration', { ...weather, 'error.type': undefined }), 2);
        assert.equal(point('gantz.calls', { ...weather, 'gantz.interface': 'mcp' }), 3);
        assert.equal(point('gantz.failures', { ...weather, 'gantz.code': 'INVALID_PARAMETERS' }), 1);
        assert.equal(point('gantz.guard.events', { ...weather, 'gantz.event': 'hit' }), 1);
        assert.equal(point('gantz.guard.events', { ...weather, 'gantz.event': 'miss' }), 1);
        assert.equal(point('gantz.guard.events', { 'gantz.guard': 'retry', 'gantz.event': 'retried' }), 2);
        assert.equal(point('gantz.in_flight', { 'gantz.interface': 'mcp' }), 0);
      });

      test('no parameter, result or message is exported', () => {
        assert.ok(receiver.deliveries.length > 1);
        for (const { body } of receiver.deliveries) assert.doesNotMatch(body.toString('latin1'), /leak/);
      });
    });
  }
}
