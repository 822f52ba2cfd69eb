import { diag, DiagLogLevel } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Environment } from '../contract/process.ts';
import { reasonOf } from '../contract/system-error.ts';
import { VERSION } from '../generated/version.ts';
import { measureCalls } from './measure-calls.ts';
import { read, type Exports, type Protocol } from './settings.ts';
import type { Telemetry } from './telemetry.ts';
import { traceCalls } from './trace-calls.ts';

/** How long the export at the end may take, in milliseconds. */
const END_MS = 2000;

/** The time between two notices of a collector that does not take what is exported, in milliseconds. */
const NOTICE_EVERY_MS = 60_000;

type Surroundings = { env: Environment; notice: (text: string) => void; inherit: boolean };

/** Starts the SDK. It reads the other variables, such as those of the endpoint and of the sampler, from the environment of the process. */
export function startTelemetry(
  { traces, metrics }: Exports,
  { env, notice, inherit }: Surroundings,
): Telemetry {
  const report = rarely(notice);
  const level = { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true };
  diag.setLogger({ error: report, warn: report, info: ignore, debug: ignore, verbose: ignore }, level);
  setGlobalErrorHandler((error) => report(describe(error)));
  const resource = resourceOf();
  const tracing = traces && startTraces(traces, resource);
  const metering = metrics && startMetrics(metrics, resource, env);
  const trace = tracing && traceCalls(tracing.getTracer('gantz', VERSION), inherit ? env : undefined);
  const measure = metering && measureCalls(metering.getMeter('gantz', VERSION));
  return {
    observe(runner) {
      const measured = measure ? measure(runner) : runner;
      return trace ? trace(measured) : measured;
    },
    async end() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          report(`what was left could not be exported within ${END_MS / 1000} s`);
          resolve();
        }, END_MS);
      });
      const ends = [tracing, metering].map(async (provider) => {
        await provider?.shutdown().catch((error: unknown) => report(describe(error)));
      });
      await Promise.race([Promise.all(ends), late]);
      clearTimeout(timer);
    },
  };
}

function startTraces(protocol: Protocol, resource: Resource): BasicTracerProvider {
  const exporter = protocol === 'http/json' ? new JsonTraces() : new ProtobufTraces();
  return new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
}

function startMetrics(protocol: Protocol, resource: Resource, env: Environment): MeterProvider {
  const exporter = protocol === 'http/json' ? new JsonMetrics() : new ProtobufMetrics();
  const interval = milliseconds(env, 'OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeout = milliseconds(env, 'OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000;
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: interval,
    exportTimeoutMillis: Math.min(timeout, interval),
  });
  return new MeterProvider({ resource, readers: [reader] });
}

/** Returns the description of this process. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override what it says. */
function resourceOf(): Resource {
  const own = resourceFromAttributes({
    'service.name': 'gantz',
    'service.version': VERSION,
    'service.instance.id': crypto.randomUUID(),
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Returns the number of a variable, or undefined when it is no whole number above 0. */
function milliseconds(env: Environment, name: string): number | undefined {
  const text = read(env, name) ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Returns a function that writes a problem as a notice, at most one each minute. */
function rarely(notice: (text: string) => void): (problem: string) => void {
  let next = -Infinity;
  return (problem) => {
    const now = performance.now();
    if (now < next) return;
    next = now + NOTICE_EVERY_MS;
    notice(`Telemetry: ${problem.replace(/\.$/, '')}. Calls run all the same.`);
  };
}

/** Returns the reason of an error. The error of a host with several addresses has no message. */
function describe(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return `the collector does not take it: ${reasonOf(error) || code}`;
}

function ignore(): void {
  // Nobody reads the lesser messages of the SDK.
}
