import { ConnectorError, ERROR_KINDS, type ErrorKind, type SpanAttributes, type SpanStart } from '../../protocol/model/index.js';

/** Texts a process tells of spans are no longer than this, and no more of them are taken. */
const LONGEST_NAME = 128;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 256;
const MOST_ATTRIBUTES = 32;

/** The operation itself, among the numbers of its spans. */
export const OPERATION = 0;

/** By what something failed: the kind of error, or the status of an answer; neither where nobody knows. Never its words. */
export interface ToldFailure {
  readonly kind?: ErrorKind | undefined;
  readonly code?: number | undefined;
}

/**
 * What a process tells of one span: that it began, that it ended, or both. Spans of an operation have numbers, from 1; their ids
 * are the agent's to give. Times in milliseconds since 1970.
 */
export interface ToldSpan {
  readonly span: number;
  readonly begun?: {
    /** The span it is a child of. */
    readonly below: number;
    readonly name: string;
    readonly kind?: SpanStart['kind'];
    readonly at: number;
    readonly attributes?: SpanAttributes | undefined;
  } | undefined;
  readonly ended?: {
    readonly at: number;
    /** Those it was given after it had begun. */
    readonly attributes?: SpanAttributes | undefined;
    readonly failure?: ToldFailure | undefined;
  } | undefined;
}

export function boundedName(name: string): string {
  return name.slice(0, LONGEST_NAME);
}

/** Of what may be anything: texts, numbers and booleans under short names, so many of them, texts cut. Undefined: none. */
export function boundedAttributes(given: unknown): SpanAttributes | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const taken: Record<string, string | number | boolean> = {};
  let count = 0;
  for (const [key, value] of Object.entries(given)) {
    const bounded = boundedValue(value);
    if (bounded === undefined || key === '' || key === '__proto__' || key.length > LONGEST_KEY) continue;
    taken[key] = bounded;
    if (++count >= MOST_ATTRIBUTES) break;
  }
  return count === 0 ? undefined : taken;
}

function boundedValue(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return value.slice(0, LONGEST_VALUE);
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Of what something ended with. */
export function toldFailure(failure: unknown): ToldFailure {
  if (failure instanceof ConnectorError) return { kind: failure.kind };
  const { code } = (typeof failure === 'object' && failure !== null ? failure : {}) as { readonly code?: unknown };
  return typeof code === 'number' && Number.isSafeInteger(code) ? { code } : {};
}

/** What a span of the agent may be ended with; `told` may be anything. */
export function failureOf(told: unknown): unknown {
  const { kind, code } = (typeof told === 'object' && told !== null ? told : {}) as { readonly kind?: unknown; readonly code?: unknown };
  if (typeof kind === 'string' && Object.hasOwn(ERROR_KINDS, kind)) return new ConnectorError(kind as ErrorKind, 'It failed in the process of its connector.');
  return { code };
}
