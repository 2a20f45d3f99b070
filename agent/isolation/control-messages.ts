import { ConnectorError, ERROR_KINDS, type ConnectorTarget, type ErrorKind } from '../../protocol/model/index.js';
import { WAIT_CAUSES, type WaitCause } from '../../connectors/framework/index.js';
import type { OperationScriptSettings } from '../operations/operation-scripts.js';
import type { ToldSpan } from './told-spans.js';

/**
 * What agent and process tell each other beside the protocol, as JSON. Both ends are of one build, and the agent believes the
 * process no more than it has to: what it says has to have the right shape.
 */

/** First of all: what the process is for. */
export interface StartMessage {
  readonly kind: 'start';
  /** Id of the connector. */
  readonly connector: string;
  readonly stateRoot: string;
  readonly trustedCertificates?: readonly string[] | undefined;
  readonly maxFrameBytes: number;
  /** Whether anybody wants debug lines. */
  readonly debug: boolean;
  /** Milliseconds a cancelled operation may go on. */
  readonly cancelGrace: number;
  readonly coreDumps: boolean;
  /** What scripts of a scripted connector may take; undefined: they do not run. */
  readonly scripts?: OperationScriptSettings | undefined;
}

/** A configuration to be served from now on, secrets and all: the one message that holds any. */
export interface OpenMessage {
  readonly kind: 'open';
  readonly handle: number;
  /** What requests name it by. */
  readonly facadeKey: string;
  /** The configuration itself, as a facade key. */
  readonly configuration: string;
  /** As it was sent, where secrets stood in it by reference. */
  readonly given?: string | undefined;
  /** Clear texts no error may show. */
  readonly secrets: readonly string[];
  /** Whether the agent wants to be asked about further targets. */
  readonly asks: boolean;
  /** Whether the agent counts requests that wait for their target. */
  readonly countsWaits: boolean;
  readonly sortLimits?: { readonly objects: number; readonly bytes: number } | undefined;
  readonly subscriptionInterval?: number | undefined;
}

export interface PlainError {
  readonly kind: ErrorKind;
  readonly message: string;
}

export type ToProcess =
  | StartMessage
  | OpenMessage
  | { readonly kind: 'dispose'; readonly handle: number }
  | { readonly kind: 'permitted'; readonly ask: number; readonly error?: PlainError | undefined };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Spans of an operation that is traced. */
export interface SpansMessage {
  readonly kind: 'spans';
  readonly handle: number;
  readonly call: number;
  /** Of the shape a process of ours gives them; `ProcessSpans` looks at each. */
  readonly spans: readonly ToldSpan[];
  /** Spans there were besides, since the message before. */
  readonly leftOut: number;
  /** Nothing more is told of the call. */
  readonly over: boolean;
}

/** A request waits for its target, by a number of the configuration's; or does so no longer. */
export type WaitMessage =
  | { readonly kind: 'waits'; readonly handle: number; readonly wait: number; readonly cause: WaitCause }
  | { readonly kind: 'waited'; readonly handle: number; readonly wait: number };

export type FromProcess =
  | SpansMessage
  | WaitMessage
  | { readonly kind: 'ready' }
  /** The connector cannot be loaded. */
  | { readonly kind: 'unready'; readonly message: string }
  | { readonly kind: 'disposed'; readonly handle: number }
  /** May the operation `call` (or, without one, a session of `handle`) go to `target`? */
  | { readonly kind: 'permit'; readonly ask: number; readonly handle: number; readonly call?: number | undefined; readonly target: ConnectorTarget }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly handle?: number | undefined; readonly fields: object; readonly message: string }
  /** A cancelled operation goes on and on. */
  | { readonly kind: 'stuck'; readonly operation: string }
  /** The last word of a process that something unexpected happened in; without secrets. */
  | { readonly kind: 'fatal'; readonly message: string; readonly stack?: string | undefined };

type Fields = Readonly<Record<string, unknown>>;
type Check = (fields: Fields) => boolean;

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value);
const isMissingOr = (is: (value: unknown) => boolean) => (value: unknown): boolean => value === undefined || is(value);
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isTarget = (value: unknown): boolean => isObject(value) && (isText(value['path']) || (isText(value['host']) && isNumber(value['port'])));

const CHECKS: Readonly<Record<FromProcess['kind'], Check>> = {
  ready: () => true,
  unready: ({ message }) => isText(message),
  disposed: ({ handle }) => isNumber(handle),
  permit: ({ ask, handle, call, target }) => isNumber(ask) && isNumber(handle) && isMissingOr(isNumber)(call) && isTarget(target),
  log: ({ level, handle, fields, message }) => ['debug', 'info', 'warn', 'error'].includes(String(level)) && isMissingOr(isNumber)(handle) && isObject(fields) && isText(message),
  spans: ({ handle, call, spans, leftOut, over }) => isNumber(handle) && isNumber(call) && Array.isArray(spans) && isNumber(leftOut) && typeof over === 'boolean',
  waits: ({ handle, wait, cause }) => isNumber(handle) && isNumber(wait) && WAIT_CAUSES.some((known) => known === cause),
  waited: ({ handle, wait }) => isNumber(handle) && isNumber(wait),
  stuck: ({ operation }) => isText(operation),
  fatal: ({ message, stack }) => isText(message) && isMissingOr(isText)(stack),
};

/** Throws for anything a process of ours does not say. */
export function fromProcess(message: unknown): FromProcess {
  if (isObject(message) && typeof message['kind'] === 'string' && Object.hasOwn(CHECKS, message['kind'])
    && CHECKS[message['kind'] as FromProcess['kind']](message)) return message as unknown as FromProcess;
  throw new Error('the process said something that makes no sense');
}

export function plainError(error: unknown): PlainError {
  if (error instanceof ConnectorError) return { kind: error.kind, message: error.message };
  return { kind: 'connector', message: error instanceof Error ? error.message : String(error) };
}

export function connectorErrorOf({ kind, message }: PlainError): ConnectorError {
  return new ConnectorError(Object.hasOwn(ERROR_KINDS, kind) ? kind : 'connector', message);
}
