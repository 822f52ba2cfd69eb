/** What a field of a message holds. `nanos` is a fixed64 that JSON has as text. */
type Kind = 'text' | 'hex' | 'number' | 'bool' | 'nanos' | 'double' | Message;
/** The fields of a message by their numbers; `[]` after a name marks a repeated one. */
type Message = Readonly<Record<number, readonly [name: string, kind: Kind]>>;

const VALUE: Message = {
  1: ['stringValue', 'text'],
  2: ['boolValue', 'bool'],
  3: ['intValue', 'number'],
  4: ['doubleValue', 'double'],
};
const ATTRIBUTES = ['attributes[]', { 1: ['key', 'text'], 2: ['value', VALUE] }] as const satisfies readonly [
  string,
  Message,
];
const RESOURCE = ['resource', { 1: ATTRIBUTES }] as const satisfies readonly [string, Message];
const SPAN: Message = {
  1: ['traceId', 'hex'],
  2: ['spanId', 'hex'],
  3: ['traceState', 'text'],
  4: ['parentSpanId', 'hex'],
  5: ['name', 'text'],
  6: ['kind', 'number'],
  7: ['startTimeUnixNano', 'nanos'],
  8: ['endTimeUnixNano', 'nanos'],
  9: ATTRIBUTES,
  11: ['events[]', { 2: ['name', 'text'], 3: ATTRIBUTES }],
  13: ['links[]', { 1: ['traceId', 'hex'], 2: ['spanId', 'hex'] }],
  15: ['status', { 2: ['message', 'text'], 3: ['code', 'number'] }],
};
const POINT: Message = { 4: ['asDouble', 'double'], 6: ['asInt', 'number'], 7: ATTRIBUTES };
const HISTOGRAM: Message = { 4: ['count', 'nanos'], 5: ['sum', 'double'], 9: ATTRIBUTES };
const METRIC: Message = {
  1: ['name', 'text'],
  3: ['unit', 'text'],
  7: ['sum', { 1: ['dataPoints[]', POINT] }],
  9: ['histogram', { 1: ['dataPoints[]', HISTOGRAM] }],
};

/** The messages that a collector receives, by the path of the request (opentelemetry-proto 1.x). */
const REQUESTS: Readonly<Record<string, Message>> = {
  '/v1/traces': { 1: ['resourceSpans[]', { 1: RESOURCE, 2: ['scopeSpans[]', { 2: ['spans[]', SPAN] }] }] },
  '/v1/metrics': {
    1: ['resourceMetrics[]', { 1: RESOURCE, 2: ['scopeMetrics[]', { 2: ['metrics[]', METRIC] }] }],
  },
};

/** Decodes a request of OTLP in protobuf to the object that its JSON form has. Fields that no test reads are left out. */
export function decodeRequest(path: string, bytes: Buffer): Record<string, unknown> {
  const message = REQUESTS[path];
  if (!message) throw new Error(`No request of OTLP has the path ${path}`);
  return decode(bytes, message);
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag & 7;
    const raw = wire === 0 ? varint() : take(wire === 2 ? varint() : wire === 1 ? 8 : 4);
    const field = message[tag >> 3];
    if (!field) continue;
    const [written, kind] = field;
    const name = written.replace('[]', '');
    const value = valueOf(raw, kind);
    if (name === written) decoded[name] = value;
    else decoded[name] = [...((decoded[name] as unknown[] | undefined) ?? []), value];
  }
  return decoded;
}

function valueOf(raw: number | Buffer, kind: Kind): unknown {
  if (typeof raw === 'number') return kind === 'bool' ? raw !== 0 : raw;
  switch (kind) {
    case 'text':
      return raw.toString();
    case 'hex':
      return raw.toString('hex');
    case 'nanos':
      return String(raw.readBigUInt64LE());
    case 'double':
      return raw.readDoubleLE();
    case 'number':
      return Number(raw.readBigInt64LE());
    case 'bool':
      throw new Error('A boolean is no varint');
    default:
      return decode(raw, kind);
  }
}
