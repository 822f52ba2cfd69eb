/** Facts about a span, by the names of the semantic conventions of OpenTelemetry. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** A part of a trace: a call, or a request that a call makes. There is none while no traces are exported. */
export type Span = {
  /** False when the trace is not sampled. Then the span is only for `headers`. */
  readonly isRecorded: boolean;
  /** Begins the span of a request that this one makes: to Redis, to an HTTP server or to a program. */
  readonly child: (name: string, attributes: Attributes) => Span;
  /** Adds something that happened at this moment. */
  readonly event: (name: string, attributes: Attributes) => void;
  /** Ends the span. It has failed when the attributes have `error.type`. */
  readonly end: (attributes?: Attributes) => void;
  /** Returns the headers of W3C Trace Context with which another program continues the trace below this span. */
  readonly headers: () => TraceHeaders;
};

export type TraceHeaders = { traceparent?: string; tracestate?: string };

/** Returns the environment of a program that continues the trace below this span. */
export function environmentIn(
  span: Span | undefined,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (!span) return environment;
  const { traceparent = '', tracestate } = span.headers();
  // The state that this process was started with belongs to another parent.
  const { TRACESTATE: _, ...others } = environment;
  return {
    ...others,
    TRACEPARENT: traceparent,
    ...(tracestate !== undefined && { TRACESTATE: tracestate }),
  };
}
