import type { Context } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type Span, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { failureText } from './failure-text.js';
import type { TelemetrySettings, TelemetryStatus } from './settings.js';

export interface QueueLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Spans in one export. */
export const BATCH = 512;

/**
 * Spans on their way to the exporter: at most so many wait, and what is dropped is counted. Failures are told once until they
 * change, and its end. Nothing of this is ever waited for by an operation.
 */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #exporter: SpanExporter;
  readonly #size: number;
  readonly #log: QueueLog;
  readonly #underWay = new Set<Promise<void>>();
  #waiting = 0;
  #exported = 0;
  #dropped = 0;
  #toldDropped = 0;
  #failure: string | undefined;

  constructor(exporter: SpanExporter, { queueSize, interval, timeout }: Pick<TelemetrySettings, 'queueSize' | 'interval' | 'timeout'>, log: QueueLog) {
    this.#exporter = exporter;
    this.#size = queueSize;
    this.#log = log;
    this.#batches = new BatchSpanProcessor({
      export: (spans, done) => { this.#export(spans, done); },
      shutdown: () => Promise.resolve(),
      forceFlush: async () => exporter.forceFlush?.(),
    }, {
      // One more than are let in: the counting is done here.
      maxQueueSize: queueSize + 1, maxExportBatchSize: Math.min(BATCH, queueSize), scheduledDelayMillis: interval, exportTimeoutMillis: timeout + 1_000,
    });
  }

  status(): TelemetryStatus {
    return { exported: this.#exported, dropped: this.#dropped, waiting: this.#waiting, failure: this.#failure };
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.#size) {
      this.#dropped++;
      return;
    }
    this.#waiting++;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  /** Resolves when everything that waited has left, or could not. The processor itself would give up at the first batch that fails. */
  async shutdown(): Promise<void> {
    await this.#batches.shutdown().catch(() => undefined);
    await Promise.all(this.#underWay);
    await this.#exporter.shutdown();
  }

  #export(spans: readonly ReadableSpan[], done: (result: ExportResult) => void): void {
    let over: (() => void) | undefined;
    const exporting = new Promise<void>((resolve) => { over = resolve; });
    this.#underWay.add(exporting);
    const end = (result: ExportResult): void => {
      if (!this.#underWay.delete(exporting)) return;
      this.#ended(spans.length, result);
      done(result);
      over?.();
    };
    try {
      this.#exporter.export([...spans], end);
    } catch (error) {
      end({ code: ExportResultCode.FAILED, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #ended(count: number, { code, error }: ExportResult): void {
    this.#waiting -= count;
    const failure = code === ExportResultCode.SUCCESS ? undefined : failureText(error);
    if (failure === undefined) this.#exported += count;
    else this.#dropped += count;
    if (failure !== this.#failure) this.#tell(failure);
    else if (failure === undefined && this.#dropped > this.#toldDropped) this.#log.warn({ dropped: this.#dropped }, 'Spans were dropped: more came than could be exported.');
    if (failure === undefined) this.#toldDropped = this.#dropped;
  }

  #tell(failure: string | undefined): void {
    this.#failure = failure;
    if (failure === undefined) this.#log.info({ dropped: this.#dropped }, 'Traces are exported again.');
    else this.#log.warn({ reason: failure, dropped: this.#dropped }, 'Traces cannot be exported. Operations go on; spans are dropped meanwhile.');
  }
}
