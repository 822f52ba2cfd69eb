import type { Context } from '../contract/context.ts';
import { exportsOf } from './settings.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Starts to export traces and metrics over OTLP when the environment asks for it, and returns undefined otherwise. Then nothing of
 * OpenTelemetry is loaded. With `inherit`, the calls belong to the trace of `TRACEPARENT`.
 */
export async function openTelemetry(
  { process: { env }, notice }: Pick<Context, 'process' | 'notice'>,
  { inherit }: { inherit: boolean },
): Promise<Telemetry | undefined> {
  const exports = exportsOf(env, notice);
  if (!exports.traces && !exports.metrics) return undefined;
  const { startTelemetry } = await import('./start.ts');
  return startTelemetry(exports, { env, notice, inherit });
}
