import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { waitFor } from '../helpers/wait.ts';
import { decodeRequest } from './protobuf.ts';

type Attributes = Record<string, string | number | boolean>;

/** A span that has arrived. `kind` is its name in the API, and `failed` is true for the status ERROR. */
export type Span = {
  traceId: string;
  id: string;
  parentId: string;
  name: string;
  kind: string;
  failed: boolean;
  attributes: Attributes;
  events: { name: string; attributes: Attributes }[];
  links: { traceId: string; id: string }[];
  begins: bigint;
  resource: Attributes;
};

/** One point of a metric. `value` is the count of a histogram. */
type Point = { name: string; unit: string; value: number; attributes: Attributes };

type Delivery = { path: string; headers: IncomingHttpHeaders; body: Buffer };

/** A collector of a test: an OTLP receiver over HTTP that decodes what arrives. */
export type Receiver = {
  /** The variables with which a program exports to it. */
  readonly env: Record<string, string>;
  readonly url: string;
  /** Every request, in the order of arrival. */
  readonly deliveries: readonly Delivery[];
  readonly close: () => void;
  readonly spans: () => Span[];
  /** The points of the last request with metrics. */
  readonly points: () => Point[];
  /** Waits until a span has arrived for which `is` returns true, and returns it. */
  readonly span: (is: (span: Span) => boolean, what: string) => Promise<Span>;
};

export type ReceiverOptions = {
  protocol?: 'http/json' | 'http/protobuf';
  /** Answers a request. The default accepts it. */
  answer?: (response: ServerResponse) => void;
};

/** Starts a receiver, which the caller closes. */
export async function startReceiver({
  protocol = 'http/json',
  answer = accept,
}: ReceiverOptions = {}): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      deliveries.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) });
      response.setHeader('content-type', request.headers['content-type'] ?? '');
      answer(response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const spans = (): Span[] => deliveries.filter(({ path }) => path === '/v1/traces').flatMap(spansOf);
  return {
    url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_BSP_SCHEDULE_DELAY: '20',
    },
    deliveries,
    close,
    spans,
    points: () => pointsOf(deliveries.findLast(({ path }) => path === '/v1/metrics')),
    async span(is, what) {
      const found = await waitFor(() => spans().find(is), {
        what: () =>
          `${what}; arrived: ${spans()
            .map(({ name }) => name)
            .join(', ')}`,
      });
      assert.ok(found);
      return found;
    },
  };
}

function accept(response: ServerResponse): void {
  response.end(response.getHeader('content-type') === 'application/json' ? '{}' : '');
}

type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: number | string;
  doubleValue?: number;
};
type KeyValue = { key: string; value: AnyValue };
type WithAttributes = { attributes?: KeyValue[] };
type WireSpan = WithAttributes & {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  status?: { code?: number };
  events?: (WithAttributes & { name: string })[];
  links?: { traceId: string; spanId: string }[];
};
type WirePoint = WithAttributes & { asDouble?: number; asInt?: number | string; count?: number | string };
type WireMetric = {
  name: string;
  unit: string;
  sum?: { dataPoints: WirePoint[] };
  histogram?: { dataPoints: WirePoint[] };
};
type Request = {
  resourceSpans?: { resource: WithAttributes; scopeSpans: { spans: WireSpan[] }[] }[];
  resourceMetrics?: { scopeMetrics: { metrics: WireMetric[] }[] }[];
};

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function requestOf({ path, headers, body }: Delivery): Request {
  const type = headers['content-type'];
  if (type === 'application/json') return JSON.parse(body.toString()) as Request;
  if (type === 'application/x-protobuf') return decodeRequest(path, body);
  throw new Error(`A request of OTLP has no content type ${type}`);
}

function spansOf(delivery: Delivery): Span[] {
  return (requestOf(delivery).resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        traceId: span.traceId,
        id: span.spanId,
        parentId: span.parentSpanId ?? '',
        name: span.name,
        kind: KINDS[span.kind] ?? '',
        failed: span.status?.code === 2,
        attributes: attributesOf(span),
        events: (span.events ?? []).map((event) => ({ name: event.name, attributes: attributesOf(event) })),
        links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, id: spanId })),
        begins: BigInt(span.startTimeUnixNano),
        resource: attributesOf(resource),
      })),
  );
}

function pointsOf(delivery: Delivery | undefined): Point[] {
  const { resourceMetrics = [] } = delivery ? requestOf(delivery) : {};
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(
      ({ name, unit, sum, histogram }) =>
        (sum ?? histogram)?.dataPoints.map((point) => ({
          name,
          unit,
          value: Number(point.count ?? point.asDouble ?? point.asInt ?? 0),
          attributes: attributesOf(point),
        })) ?? [],
    );
}

function attributesOf({ attributes = [] }: WithAttributes): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, boolValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? boolValue ?? doubleValue ?? Number(intValue),
    ]),
  );
}
