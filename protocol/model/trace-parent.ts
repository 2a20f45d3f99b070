/** Where somebody stands in a trace, as the header `traceparent` of W3C Trace Context says it. */
export interface TraceParent {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 of them, not all 0. */
  readonly spanId: string;
  /** The sender records its part of the trace. */
  readonly isSampled: boolean;
}

/** Later versions may be longer; nothing sensible is longer than this. */
const LONGEST = 512;
/** Neither version ff nor an id of zeros is allowed. version "-" trace-id "-" parent-id "-" trace-flags, and from version 01 on "-" and more. */
const PATTERN = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 0x01;

/**
 * Reads a `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header). Undefined for anything that is none: a new
 * trace begins then, as the specification wants it.
 */
export function parseTraceParent(text: string | undefined): TraceParent | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = PATTERN.exec(text) ?? [];
  if (version === '' || (version === '00' && more !== undefined)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function formatTraceParent({ traceId, spanId, isSampled }: TraceParent): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
