import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { freePort } from '../helpers/free-port.ts';
import type { Run } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram, type ProgramOptions } from '../helpers/run-program.ts';
import { startServer } from '../http/server.ts';
import { INITIALIZE } from '../mcp/raw.ts';
import { startReceiver, type Receiver, type ReceiverOptions } from './receiver.ts';
import { CALLER, writeTools } from './tools.ts';

const config = writeTools();

/** The answer of a collector that never answers. */
const SILENT: ReceiverOptions = { answer: () => undefined };
const REFUSING: ReceiverOptions = { answer: (response) => void response.writeHead(400).end() };

for (const { name, path: program } of PROGRAMS) {
  describe(`what ${name} exports`, { skip: !existsSync(program) }, () => {
    const receivers: Receiver[] = [];
    after(() => {
      for (const receiver of receivers) receiver.close();
    });

    async function receive(options?: ReceiverOptions): Promise<Receiver> {
      const receiver = await startReceiver(options);
      receivers.push(receiver);
      return receiver;
    }

    async function batch(lines: readonly object[], env: ProgramOptions['env']): Promise<Run> {
      const stdin = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      return await runProgram(['-c', config, 'batch'], { program, env: { ...env }, stdin });
    }

    /** Runs one call that prints its trace, and returns what it printed. */
    async function traceOfCall(env: ProgramOptions['env'], line: object = {}): Promise<[string, Run]> {
      const run = await batch([{ tool: 'shows', ...line }], env);
      const { output } = JSON.parse(run.stdout) as { output: string };
      return [output, run];
    }

    function noticesIn({ stderr }: Pick<Run, 'stderr'>): string[] {
      return stderr.split('\n').filter((line) => line.startsWith('Telemetry: '));
    }

    test('the trace of a line of a batch, and that of the environment', async () => {
      const receiver = await receive();
      const inherited = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      const { traceparent, tracestate } = CALLER;
      const env = { ...receiver.env, TRACEPARENT: inherited, TRACESTATE: 'outer=1' };
      const run = await batch([{ tool: 'shows', traceparent, tracestate }, { tool: 'shows' }], env);
      const [own, outer] = run.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { output: string }).output);
      const calls = receiver.spans().filter((span) => span.name === 'execute_tool shows');
      const first = calls.find(({ traceId }) => traceId === CALLER.traceId);
      const second = calls.find(({ traceId }) => traceId !== CALLER.traceId);
      assert.ok(first && second);
      assert.deepEqual([first.parentId, first.kind], [CALLER.id, 'INTERNAL']);
      assert.deepEqual(first.links, [{ traceId: 'a'.repeat(32), id: 'b'.repeat(16) }]);
      assert.deepEqual([second.traceId, second.parentId], ['a'.repeat(32), 'b'.repeat(16)]);
      const scripts = [first, second].map(
        ({ id }) => receiver.spans().find((span) => span.parentId === id)?.id,
      );
      assert.equal(own, `00-${CALLER.traceId}-${scripts[0]}-01 ${tracestate}`);
      assert.equal(outer, `00-${'a'.repeat(32)}-${scripts[1]}-01 outer=1`);
      assert.deepEqual(noticesIn(run), []);
    });

    test('a traceparent that is none begins a trace; one that is no text is refused', async () => {
      const receiver = await receive();
      const run = await batch(
        [
          { tool: 'shows', traceparent: '00-xyz' },
          { tool: 'shows', traceparent: 7 },
        ],
        receiver.env,
      );
      const [call, ...others] = receiver.spans().filter((span) => span.name.startsWith('execute_tool'));
      assert.deepEqual([call?.parentId, others.length], ['', 0]);
      const [, refused = ''] = run.stdout.split('\n');
      assert.equal((JSON.parse(refused) as { code: string }).code, 'USAGE');
    });

    test('a call over stdin and stdout, exported when stdin ends', async () => {
      const receiver = await receive();
      const child = endWithTests(
        spawn(program, ['-c', config, 'mcp'], {
          env: {
            PATH: process.env['PATH'],
            HOME: '/dev/null',
            ...receiver.env,
            OTEL_BSP_SCHEDULE_DELAY: '100000',
            TRACEPARENT: CALLER.traceparent,
          },
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      const ended = endOf(child, { what: 'the end of gantz mcp' });
      let out = '';
      const answered = new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          out += chunk.toString();
          if (/"id":2\b/.test(out)) resolve();
        });
      });
      const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'shows' } };
      child.stdin.write(`${INITIALIZE}\n${JSON.stringify(call)}\n`);
      await answered;
      assert.deepEqual(receiver.spans(), []);
      child.stdin.end();
      assert.equal(await ended, 0);
      const span = receiver.spans().find((one) => one.name === 'tools/call shows');
      assert.deepEqual([span?.traceId, span?.parentId], [CALLER.traceId, CALLER.id]);
      assert.equal(span?.attributes['network.transport'], 'pipe');
      assert.equal(span.attributes['jsonrpc.request.id'], '2');
    });

    test('the description of the process and the headers for the collector', async () => {
      const receiver = await receive();
      await batch([{ tool: 'shows' }], {
        ...receiver.env,
        OTEL_SERVICE_NAME: 'tools of ops',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=7',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc',
      });
      const { resource } = receiver.spans()[0] ?? {};
      assert.equal(resource?.['service.name'], 'tools of ops');
      assert.equal(resource['deployment.environment.name'], 'test');
      assert.equal(resource['service.version'], '7');
      for (const { headers } of receiver.deliveries) assert.equal(headers.authorization, 'Bearer abc');
    });

    test('without a name, the service is gantz', async () => {
      const receiver = await receive();
      await batch([{ tool: 'shows' }], receiver.env);
      assert.equal(receiver.spans()[0]?.resource['service.name'], 'gantz');
    });

    describe('what the variables choose', () => {
      let receiver: Receiver;
      before(async () => {
        receiver = await receive();
      });

      for (const [what, env, paths, pattern] of [
        ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'TRUE' }, [], /^ $/],
        ['a sampler', { OTEL_TRACES_SAMPLER: 'always_off' }, ['/v1/metrics'], /^00-\w{32}-\w{16}-00 $/],
        ['no traces', { OTEL_TRACES_EXPORTER: 'none' }, ['/v1/metrics'], /^ $/],
        ['no metrics', { OTEL_METRICS_EXPORTER: 'none' }, ['/v1/traces'], /-01 $/],
        ['an empty variable', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, [], /^ $/],
      ] as const) {
        test(what, async () => {
          const before = receiver.deliveries.length;
          const [output, run] = await traceOfCall({ ...receiver.env, ...env });
          const arrived = receiver.deliveries.slice(before).map(({ path }) => path);
          assert.deepEqual([...new Set(arrived)].sort(), paths);
          assert.match(output, pattern);
          assert.deepEqual(noticesIn(run), []);
        });
      }

      test('an endpoint for traces alone', async () => {
        const before = receiver.deliveries.length;
        const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = receiver.env;
        await traceOfCall({ ...env, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/v1/traces` });
        assert.deepEqual(
          receiver.deliveries.slice(before).map(({ path }) => path),
          ['/v1/traces'],
        );
      });

      test('grpc is not offered', async () => {
        const before = receiver.deliveries.length;
        const [, run] = await traceOfCall({
          ...receiver.env,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
          OTEL_METRICS_EXPORTER: 'none',
        });
        assert.equal(receiver.deliveries.length, before);
        assert.deepEqual(noticesIn(run), [
          'Telemetry: OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported, so traces are not exported. Set it to http/protobuf or ' +
            'http/json, and the endpoint to the port of OTLP over HTTP, which is 4318 in most collectors.',
        ]);
      });

      test('the exporter console is not offered', async () => {
        const [, run] = await traceOfCall({ ...receiver.env, OTEL_TRACES_EXPORTER: 'console' });
        assert.deepEqual(noticesIn(run), [
          'Telemetry: gantz has no exporter console. Set OTEL_TRACES_EXPORTER to otlp or none.',
        ]);
      });
    });

    describe('a collector that does not take it', () => {
      for (const [what, environment] of [
        ['is away', async () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` })],
        ['never answers', async () => (await receive(SILENT)).env],
        ['refuses', async () => (await receive(REFUSING)).env],
      ] as const) {
        test(`one that ${what}: calls run, and one notice says it`, async () => {
          const lines = Array.from({ length: 20 }, () => ({ tool: 'shows' }));
          const run = await batch(lines, { ...(await environment()), OTEL_BSP_SCHEDULE_DELAY: '1' });
          assert.equal(run.exitCode, 0);
          assert.equal(run.stdout.trim().split('\n').length, lines.length);
          assert.doesNotMatch(run.stdout, /"success":false/);
          assert.equal(noticesIn(run).length, 1, run.stderr);
        });

        test(`one that ${what}: the server ends after SIGTERM`, async () => {
          const server = await startServer([], { config, program, env: await environment() });
          assert.equal((await server.call('shows')).status, 200);
          assert.equal(await server.stop(), 143);
          assert.equal(noticesIn({ stderr: server.stderr() }).length, 1, server.stderr());
        });
      }
    });
  });
}
