import { ROOT_CONTEXT, TraceFlags, trace, type Context } from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base';
import { parseTraceParent, type RootSpanStart, type TraceSpan, type Tracer } from '../../../protocol/model/index.js';
import { otlpExporter } from './exporter.js';
import { QuietSpan } from './quiet-span.js';
import { KINDS, RecordedSpan, attributesOf } from './recorded-span.js';
import type { TelemetrySettings, TelemetryStatus } from './settings.js';
import { SpanQueue, type QueueLog } from './span-queue.js';

export interface Telemetry {
  readonly tracer: Tracer;
  status(): TelemetryStatus;
  /** Exports what waits, until the signal fires. Never rejects. */
  close(until: AbortSignal): Promise<void>;
}

/** Starts OpenTelemetry. Load this module only where it is configured: the library is large. Undefined where the environment switches it off. */
export function startTelemetry(settings: TelemetrySettings, log: QueueLog, environment: NodeJS.ProcessEnv = process.env): Telemetry | undefined {
  if (environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') {
    log.info({}, 'OTEL_SDK_DISABLED is set: nothing is traced.');
    return undefined;
  }
  const queue = new SpanQueue(otlpExporter(settings), settings, log);
  const { service, version, instance, resource, sampleRatio } = settings;
  const provider = new BasicTracerProvider({
    // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES name the deployment; the configuration is asked last.
    resource: resourceFromAttributes({ 'service.name': service, ...(version === undefined ? {} : { 'service.version': version }), ...(instance === undefined ? {} : { 'service.instance.id': instance }) })
      .merge(detectResources({ detectors: [envDetector] })).merge(resourceFromAttributes(resource)),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [queue],
    spanLimits: { attributeValueLengthLimit: 256, attributeCountLimit: 32, eventCountLimit: 8, linkCountLimit: 8 },
  });
  const tracer = provider.getTracer('causeway', version);
  const start = (name: string, { kind = 'internal', attributes, parent, links = [], startedAt }: RootSpanStart = {}): TraceSpan => {
    const span = tracer.startSpan(name, {
      kind: KINDS[kind], attributes: attributesOf(attributes), ...(startedAt === undefined ? {} : { startTime: startedAt }),
      links: links.map(({ traceId, spanId, isRecorded }) => ({ context: { traceId, spanId, traceFlags: isRecorded ? TraceFlags.SAMPLED : TraceFlags.NONE } })),
    }, contextOf(parent));
    const { traceId, spanId } = span.spanContext();
    return span.isRecording() ? new RecordedSpan(span, tracer) : new QuietSpan(traceId, spanId);
  };
  return {
    tracer: { start },
    status: () => queue.status(),
    close: (until) => settledBefore(until, provider.shutdown()),
  };
}

function contextOf(parent: string | undefined): Context {
  const known = parseTraceParent(parent);
  if (known === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled } = known;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true });
}

function settledBefore(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const onSettled = (): void => {
      signal.removeEventListener('abort', onSettled);
      resolve();
    };
    work.then(onSettled, onSettled);
    signal.addEventListener('abort', onSettled, { once: true });
    if (signal.aborted) onSettled();
  });
}
