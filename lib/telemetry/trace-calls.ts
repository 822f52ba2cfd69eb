import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as SdkSpan,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Carrier, Origin } from '../contract/call.ts';
import { toGantzError, type GantzError } from '../contract/errors.ts';
import type { Tool } from '../contract/manifest.ts';
import type { Environment } from '../contract/process.ts';
import type { Attributes, Span } from '../contract/span.ts';
import { isObject } from '../json/object.ts';
import type { Runner } from '../run/runner.ts';

const propagator = new W3CTraceContextPropagator();

/**
 * Returns a function that wraps a runner: each of its calls is a span, by the conventions for MCP and for the execution of tools. `env` may
 * have the trace to which all calls belong.
 */
export function traceCalls(tracer: Tracer, env: Environment | undefined): (runner: Runner) => Runner {
  const inherited: readonly Carrier[] =
    env === undefined ? [] : [{ traceparent: env['TRACEPARENT'], tracestate: env['TRACESTATE'] }];
  return (runner) => ({
    ...runner,
    async call(tool, input, settings = {}) {
      const { origin } = settings;
      const [parent, ...links] = contextsIn([...(origin?.carriers ?? []), ...inherited]);
      const span = tracer.startSpan(
        nameOf(tool, origin),
        {
          kind: origin?.interface === 'batch' ? SpanKind.INTERNAL : SpanKind.SERVER,
          attributes: attributesOf(tool, origin),
          links: links.map((context) => ({ context })),
        },
        parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
      );
      const own = spanOf(tracer, span);
      try {
        const result = await runner.call(tool, input, { ...settings, span: own });
        own.end(notesIn(result['gantz']));
        return result;
      } catch (thrown) {
        const failure = toGantzError(thrown);
        own.end({ ...notesIn(failure.fields?.['gantz']), ...failureOf(failure, origin) });
        throw thrown;
      }
    },
  });
}

/** Returns the trace contexts that came with a call. Wrong ones are left out. */
function contextsIn(carriers: readonly Carrier[]): SpanContext[] {
  return carriers.flatMap((carrier) => {
    if (carrier?.['traceparent'] === undefined) return [];
    const context = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
    return trace.getSpanContext(context) ?? [];
  });
}

function nameOf({ name }: Tool, origin: Origin | undefined): string {
  return `${origin?.method ?? 'execute_tool'} ${name}`;
}

function attributesOf({ name }: Tool, origin: Origin | undefined): Attributes {
  const client = origin?.client?.();
  const common = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': name,
    'gantz.interface': origin?.interface,
    ...(client && { 'client.address': client.address }),
  };
  switch (origin?.interface) {
    case 'mcp':
      return {
        ...common,
        'mcp.method.name': origin.method,
        'jsonrpc.request.id': origin.requestId === undefined ? undefined : String(origin.requestId),
        ...(client
          ? { 'network.transport': 'tcp', 'network.protocol.name': 'http' }
          : { 'network.transport': 'pipe' }),
      };
    case 'http':
      return { ...common, 'http.request.method': 'POST', 'http.route': '/mcp/tools/call' };
    default:
      return common;
  }
}

/** The message of a failure may contain parameters and results, so a span has only its code. */
function failureOf({ code, outcome }: GantzError, origin: Origin | undefined): Attributes {
  return {
    // The conventions for MCP have one type for all failures of tools.
    'error.type': origin?.interface === 'mcp' ? 'tool_error' : code,
    'gantz.code': code,
    'gantz.outcome': outcome,
  };
}

/** The members of the field `gantz` of an answer that become attributes. */
const NOTES = ['cached', 'stale', 'age_ms', 'replayed', 'attempts', 'refused_by'];

function notesIn(notes: unknown): Record<string, string | number | boolean> {
  const found: Record<string, string | number | boolean> = {};
  if (!isObject(notes)) return found;
  for (const name of NOTES) {
    const value = notes[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      found[`gantz.${name}`] = value;
  }
  return found;
}

/** Returns a span for the rest of the program. One that is not sampled has itself as its children. */
function spanOf(tracer: Tracer, span: SdkSpan): Span {
  const isRecorded = span.isRecording();
  const own: Span = {
    isRecorded,
    child(name, attributes) {
      if (!isRecorded) return own;
      return spanOf(tracer, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, contextOf(span)));
    },
    event: (name, attributes) => void span.addEvent(name, attributes),
    end(attributes = {}) {
      span.setAttributes(attributes);
      if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    headers() {
      const headers = {};
      propagator.inject(contextOf(span), headers, defaultTextMapSetter);
      return headers;
    },
  };
  return own;
}

function contextOf(span: SdkSpan): Context {
  return trace.setSpan(ROOT_CONTEXT, span);
}
