import type { Meter } from '@opentelemetry/api';
import type { Origin } from '../contract/call.ts';
import { toGantzError, type Code } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import { guardEvents } from '../run/guards/guard-events.ts';
import type { Runner } from '../run/runner.ts';

/** The buckets of the conventions, in seconds. */
const MCP_BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const TOOL_BUCKETS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];

/** Stands for all names that are no tools, so that a caller cannot add names without limit. */
const UNKNOWN = '(unknown)';

/** Returns a function that wraps a runner: its calls are measured. */
export function measureCalls(meter: Meter): (runner: Runner) => Runner {
  const requests = meter.createHistogram('mcp.server.operation.duration', {
    description: 'How long calls of tools over MCP took.',
    unit: 's',
    advice: { explicitBucketBoundaries: MCP_BUCKETS },
  });
  const executions = meter.createHistogram('gen_ai.execute_tool.duration', {
    description: 'How long calls of tools took.',
    unit: 's',
    advice: { explicitBucketBoundaries: TOOL_BUCKETS },
  });
  const calls = meter.createCounter('gantz.calls', {
    description: 'Calls of tools that have ended.',
    unit: '{call}',
  });
  const failures = meter.createCounter('gantz.failures', {
    description: 'Calls of tools that failed, by the code of the failure.',
    unit: '{call}',
  });
  const guards = meter.createCounter('gantz.guard.events', {
    description: 'What guards of tools did.',
    unit: '{event}',
  });
  const running = new Map<string, number>();
  meter
    .createObservableUpDownCounter('gantz.in_flight', {
      description: 'Calls of tools in flight, those that wait included.',
      unit: '{call}',
    })
    .addCallback((result) => {
      for (const [name, count] of running) result.observe(count, { 'gantz.interface': name });
    });

  function ended(
    tool: Tool,
    { interface: by, client, method }: Partial<Origin>,
    { seconds, notes, code }: { seconds: number; notes: unknown; code?: Code },
  ): void {
    // An attribute without a value would be exported.
    const facts = { 'gen_ai.tool.name': tool.name };
    executions.record(seconds, { ...facts, ...(code && { 'error.type': code }) });
    if (by === 'mcp')
      requests.record(seconds, {
        ...facts,
        ...(method !== undefined && { 'mcp.method.name': method }),
        'gen_ai.operation.name': 'execute_tool',
        'network.transport': client ? 'tcp' : 'pipe',
        ...(code && { 'error.type': 'tool_error' }),
      });
    const counted = { ...facts, ...(by !== undefined && { 'gantz.interface': by }) };
    calls.add(1, counted);
    if (code) failures.add(1, { ...counted, 'gantz.code': code });
    for (const [guard, event, times = 1] of guardEvents(tool, notes, code))
      guards.add(times, { ...facts, 'gantz.guard': guard, 'gantz.event': event });
  }

  return (runner) => {
    const names = new Set(runner.manifest.tools.map(({ name }) => name));
    return {
      ...runner,
      find(name) {
        try {
          return runner.find(name);
        } catch (error) {
          const facts = { 'gen_ai.tool.name': names.has(name) ? name : UNKNOWN };
          calls.add(1, facts);
          failures.add(1, { ...facts, 'gantz.code': toGantzError(error).code });
          throw error;
        }
      },
      async call(tool, input, settings) {
        const origin: Partial<Origin> = settings?.origin ?? {};
        const name = origin.interface ?? '';
        const begun = performance.now();
        const secondsSince = (): number => (performance.now() - begun) / 1000;
        running.set(name, (running.get(name) ?? 0) + 1);
        try {
          const result = await runner.call(tool, input, settings);
          ended(tool, origin, { seconds: secondsSince(), notes: result['gantz'] });
          return result;
        } catch (thrown) {
          const { code, fields } = toGantzError(thrown);
          ended(tool, origin, { seconds: secondsSince(), notes: fields?.['gantz'], code });
          throw thrown;
        } finally {
          running.set(name, (running.get(name) ?? 0) - 1);
        }
      },
    };
  };
}
