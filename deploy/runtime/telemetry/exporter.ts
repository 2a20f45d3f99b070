import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { CompressionAlgorithm, OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { TelemetrySettings } from './settings.js';
import { BATCH } from './span-queue.js';

/** Connections to the collector. */
const SOCKETS = 4;
const CONTENT_TYPES = { 'http/protobuf': 'application/x-protobuf', 'http/json': 'application/json' } as const;

/**
 * OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp). Made without the exporter's own look at the environment: a
 * stray OTEL_EXPORTER_* variable must not send traces elsewhere. TLS is verified; there is no setting against that.
 */
export function otlpExporter({ endpoint, protocol, headers, timeout, queueSize, ca, proxy }: TelemetrySettings): SpanExporter {
  const serializer = protocol === 'http/json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  const agent = agentFor(endpoint, { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }, proxy);
  const delegate = createOtlpHttpExportDelegate({
    url: endpoint.href, timeoutMillis: timeout, compression: CompressionAlgorithm.GZIP,
    // The whole queue, at the end; the sockets are the limit.
    concurrencyLimit: Math.ceil(queueSize / BATCH) + SOCKETS,
    headers: async () => ({ ...await headers(), 'Content-Type': CONTENT_TYPES[protocol] }),
    agentFactory: () => agent,
  }, serializer, `otlp_${protocol.replace('/', '_')}_span_exporter`, TraceExporterMetricsHelper, undefined);
  const exporter = new OTLPExporterBase<ReadableSpan[]>(delegate);
  return {
    export: (spans, done) => { exporter.export(spans, done); },
    forceFlush: () => exporter.forceFlush(),
    shutdown: async () => {
      await exporter.shutdown();
      agent.destroy();
    },
  };
}

function agentFor({ protocol }: URL, tls: { readonly minVersion: 'TLSv1.2'; readonly ca?: string }, proxy: URL | undefined): HttpAgent {
  const options = { keepAlive: true, maxSockets: SOCKETS };
  if (protocol === 'http:') return new HttpAgent(options);
  if (proxy === undefined) return new HttpsAgent({ ...options, ...tls });
  const agent = new HttpsProxyAgent(proxy, options);
  // What it is made with is for the proxy; this is for who is behind it.
  Object.assign(agent.options, tls);
  return agent;
}
