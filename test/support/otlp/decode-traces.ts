import protobuf from 'protobufjs';

/** A span as it came over the wire. Ids in hexadecimal; the parent's is empty for a root. */
export interface ReceivedSpan {
  readonly service: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly hasFailed: boolean;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

/**
 * The part of opentelemetry/proto/trace/v1, common/v1 and resource/v1 that is looked at, with the published names and numbers
 * (https://github.com/open-telemetry/opentelemetry-proto); what it leaves out is skipped as unknown.
 */
const PROTO = `
syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; repeated Event events = 11; repeated Link links = 13; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; } }
message ArrayValue { repeated AnyValue values = 1; }
`;
const REQUEST = protobuf.parse(PROTO, { keepCase: false }).root.lookupType('ExportTraceServiceRequest');

interface Json { readonly [key: string]: unknown }
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value as Json[] : []);
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? value as Json : {});

export function decodeTraces(body: Buffer, contentType: string): ReceivedSpan[] {
  const isJson = contentType.startsWith('application/json');
  if (!isJson && contentType !== 'application/x-protobuf') throw new Error(`OTLP knows no content type ${contentType}`);
  // OTLP's JSON has ids in hexadecimal and 64-bit numbers as text; the other is made the same here.
  const request = isJson ? object(JSON.parse(body.toString('utf8'))) : object(REQUEST.toObject(REQUEST.decode(body), { longs: String, bytes: Array }));
  return list(request['resourceSpans']).flatMap((one) => {
    const resource = attributesOf(object(one['resource'])['attributes']);
    return list(one['scopeSpans']).flatMap((scope) => list(scope['spans']).map((span) => spanOf(span, resource)));
  });
}

function spanOf(span: Json, resource: Readonly<Record<string, unknown>>): ReceivedSpan {
  return {
    service: String(resource['service.name']), resource, traceId: idOf(span['traceId']), spanId: idOf(span['spanId']), parentSpanId: idOf(span['parentSpanId']),
    name: String(span['name']), kind: Number(span['kind'] ?? 0), start: BigInt(String(span['startTimeUnixNano'])), end: BigInt(String(span['endTimeUnixNano'])),
    attributes: attributesOf(span['attributes']), hasFailed: object(span['status'])['code'] === 2,
    links: list(span['links']).map((link) => ({ traceId: idOf(link['traceId']), spanId: idOf(link['spanId']) })),
  };
}

function idOf(value: unknown): string {
  return typeof value === 'string' ? value : Array.isArray(value) ? Buffer.from(value as number[]).toString('hex') : '';
}

function attributesOf(given: unknown): Record<string, unknown> {
  return Object.fromEntries(list(given).map(({ key, value }) => {
    const { stringValue, boolValue, intValue, doubleValue } = object(value);
    return [String(key), stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue))];
  }));
}
