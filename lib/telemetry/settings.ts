import type { Environment } from '../contract/process.ts';

export type Protocol = 'http/json' | 'http/protobuf';

/** The protocol in which traces and metrics are exported; undefined for what is not exported. */
export type Exports = { traces: Protocol | undefined; metrics: Protocol | undefined };

/**
 * Returns what the variables of OpenTelemetry ask for: a signal is exported when its exporter is `otlp`, or when an endpoint is set and no
 * exporter. `notice` receives what cannot be done.
 */
export function exportsOf(env: Environment, notice: (text: string) => void): Exports {
  const isDisabled = read(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  const protocolOf = (signal: 'TRACES' | 'METRICS'): Protocol | undefined =>
    !isDisabled && isWanted(env, signal, notice) ? protocol(env, signal, notice) : undefined;
  return { traces: protocolOf('TRACES'), metrics: protocolOf('METRICS') };
}

/** Returns the value of a variable. An empty one counts as not set. */
export function read(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

function isWanted(env: Environment, signal: string, notice: (text: string) => void): boolean {
  const exporter = read(env, `OTEL_${signal}_EXPORTER`);
  const endpoint =
    read(env, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ?? read(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  if (exporter === undefined) return endpoint !== undefined;
  const names = exporter.split(',').map((name) => name.trim());
  const other = names.find((name) => !['otlp', 'none', ''].includes(name));
  if (other !== undefined)
    notice(`Telemetry: gantz has no exporter ${other}. Set OTEL_${signal}_EXPORTER to otlp or none.`);
  return names.includes('otlp');
}

function protocol(env: Environment, signal: string, notice: (text: string) => void): Protocol | undefined {
  const specific = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const name = read(env, specific) === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : specific;
  const value = read(env, name) ?? 'http/protobuf';
  if (value === 'http/protobuf' || value === 'http/json') return value;
  notice(
    `Telemetry: ${name}=${value} is not supported, so ${signal.toLowerCase()} are not exported. Set it to http/protobuf or http/json, ` +
      'and the endpoint to the port of OTLP over HTTP, which is 4318 in most collectors.',
  );
  return undefined;
}
