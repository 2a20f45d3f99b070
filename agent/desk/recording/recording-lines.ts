import type { ConnectorKey } from '../../../protocol/model/index.js';
import type { JsonObject, JsonValue } from '../../../protocol/crest/json.js';

/** The first line: what was recorded, without secrets. */
export interface RecordingHead {
  readonly kind: 'recording';
  readonly version: 1;
  readonly connector: string;
  readonly key: ConnectorKey;
  /** What is recorded: exchanges of HTTP, or calls of the connector with its answers. */
  readonly level: 'http' | 'calls';
  /** As they were given, but for those that are confidential. */
  readonly properties: JsonObject;
  /** Names of those that had a value and are left out. */
  readonly withheld: readonly string[];
}

/** A body as text; `omitted`: its bytes, where it was none or too large to keep. */
export type RecordedBody = { readonly text: string } | { readonly omitted: number };

/** One HTTP request with its answer. */
export interface RecordedExchange {
  readonly kind: 'http';
  readonly request: { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body?: RecordedBody };
  /** What came of it; `failure`: no answer came, for this reason. */
  readonly answer?: { readonly status: number; readonly headers: Readonly<Record<string, string | readonly string[]>>; readonly body: RecordedBody };
  readonly failure?: { readonly code: string; readonly message: string };
}

/** One call of a connector's operation with what it answered. */
export interface RecordedCall {
  readonly kind: 'call';
  readonly operation: string;
  readonly request: JsonObject;
  readonly result?: JsonValue;
  /** Objects or changes of a stream, in their order. */
  readonly items?: readonly JsonValue[];
  /** The stream was left before its end: there may have been more. */
  readonly left?: true;
  readonly omitted?: number;
  readonly failure?: { readonly kind: string; readonly message: string; readonly outcome?: string };
}

/** Nothing behind this was recorded. */
export interface RecordingEnd { readonly kind: 'end'; readonly reason: string }

export type RecordingLine = RecordingHead | RecordedExchange | RecordedCall | RecordingEnd;
