/** Where traces go, and how many. No secret is held: headers are read for each export. */
export interface TelemetrySettings {
  /** `service.name`, unless `resource` has another. */
  readonly service: string;
  readonly version: string | undefined;
  /** `service.instance.id`: which of several. */
  readonly instance: string | undefined;
  /** The whole address, e.g. `https://collector.example:4318/v1/traces`. */
  readonly endpoint: URL;
  readonly protocol: 'http/protobuf' | 'http/json';
  /** Read anew for each export, so that a rotated token is used. */
  readonly headers: () => Promise<Record<string, string>>;
  /** Of traces that begin here, 0 to 1; what others have begun is recorded when they record it. */
  readonly sampleRatio: number;
  readonly resource: Readonly<Record<string, string>>;
  /** Milliseconds for one export, repetitions included. */
  readonly timeout: number;
  /** Milliseconds between two exports. */
  readonly interval: number;
  /** Spans that wait for export at most; further ones are dropped and counted. */
  readonly queueSize: number;
  /** PEM of the authorities to trust; undefined: Node's. */
  readonly ca: string | undefined;
  /** For `https:` only. */
  readonly proxy: URL | undefined;
}

export interface TelemetryStatus {
  readonly exported: number;
  /** Because the queue was full, or an export failed for good. */
  readonly dropped: number;
  readonly waiting: number;
  /** Why the last export failed; undefined when it did not. */
  readonly failure: string | undefined;
}
