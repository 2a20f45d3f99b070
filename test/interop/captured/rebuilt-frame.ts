import {
  connectorErrorOf, decodeOperation, decodeResponse, encodeAcknowledgement, encodeError, encodeOperationRequest, encodeSingleResult,
  encodeStreamEnd, encodeStreamItem, type SingleKind, type StreamKind, type StreamResponse, type SubscriptionKind,
} from '../../../protocol/codec/index.js';
import { encodeMessage } from '../../../protocol/frame.js';
import type { ErrorMessage, Message, OperationRequest, OperationResponse } from '../../../protocol/message.js';
import type { OperationKind } from '../../../protocol/model/index.js';

/**
 * The frame of an operation or a result, decoded into the object model and encoded from it as our agent or controller
 * would, beside what Java's frame should then be: Java's own bytes but for the few things we never send.
 */
export interface Rebuilt {
  readonly ours: Uint8Array;
  readonly expected: Uint8Array;
  /** Why `expected` is not what Java sent; undefined when it is. */
  readonly difference: Difference | undefined;
}

/** What Java sends and we leave out, each for a reason. */
export type Difference =
  /** A receiver takes absent options for empty ones, and absent script arguments likewise. */
  | 'empty options or script arguments left out'
  /** Ours never leave the process; they tell of the inside of an agent. */
  | 'stack trace left out';

const EMPTY_MAP = '0000fafb0000000200000001000000034d6170000000003d0000000048';
const EMPTY_OPTIONS = '0000fafb0000000200000003000000104f7065726174696f6e4f7074696f6e7300000000000000076f7074696f6e7300000001000000034d6170000000023d000000004700000001000000063d000000024848';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The message without fields that `unwanted` names, at any depth. */
function without<T extends object>(message: T, unwanted: (name: string, value: unknown) => boolean): { readonly rest: T; readonly dropped: boolean } {
  let dropped = false;
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (!isFields(value)) return value;
    const kept = Object.entries(value).filter(([name, item]) => !unwanted(name, item));
    dropped ||= kept.length < Object.keys(value).length;
    return Object.fromEntries(kept.map(([name, item]) => [name, strip(item)]));
  };
  return { rest: strip(message) as T, dropped };
}

const EMPTY_BY_FIELD = new Map([['options', EMPTY_OPTIONS], ['scriptArguments', EMPTY_MAP]]);

const isEmptyStream = (name: string, value: unknown): boolean =>
  value instanceof Uint8Array && Buffer.from(value).toString('hex') === EMPTY_BY_FIELD.get(name);

function request(message: OperationRequest): Rebuilt {
  const { id, connectorKey, facadeKey, locale, operation } = message;
  if (connectorKey === undefined) throw new Error('a request without a connector key');
  const ours = encodeOperationRequest({ id, connectorKey, facadeKey, locale, operation: decodeOperation(operation) });
  const { rest, dropped } = without(operation.fields, isEmptyStream);
  const expected = encodeMessage({ ...message, operation: { ...operation, fields: rest } });
  return { ours, expected, difference: dropped ? 'empty options or script arguments left out' : undefined };
}

function streamFrame(id: number, kind: StreamKind, decoded: StreamResponse): Uint8Array | undefined {
  const token = { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true };
  switch (decoded.type) {
    case 'item': return encodeStreamItem(id, kind, 'task' in decoded.item ? { ...decoded.item, last: decoded.last } : decoded.item, decoded.sequence);
    case 'end': return encodeStreamEnd(id, kind, decoded.end, decoded.sequence)[0];
    case 'acknowledgement': return encodeAcknowledgement(id, kind as SubscriptionKind);
    case 'batchToken': return encodeStreamEnd(id, 'batch', decoded.token, 0)[0];
    case 'batchComplete': return encodeStreamEnd(id, 'batch', token, 0)[1];
  }
}

function response(message: OperationResponse, kind: OperationKind): Rebuilt {
  const { id, response: encoded } = message;
  const decoded = decodeResponse(kind, encoded);
  const ours = decoded.type === 'result'
    ? encodeSingleResult(id, kind as SingleKind, decoded.result)
    : streamFrame(id, kind as StreamKind, decoded);
  if (ours === undefined) throw new Error(`no frame for ${kind} ${decoded.type}`);
  return { ours, expected: encodeMessage(message), difference: undefined };
}

function failure(message: ErrorMessage): Rebuilt {
  const expected = encodeMessage({ ...message, stackTrace: '' });
  return { ours: encodeError(message.id, connectorErrorOf(message)), expected, difference: message.stackTrace === '' ? undefined : 'stack trace left out' };
}

/** Decodes and encodes an operation, a result or an error; undefined for other messages. `answers`: the operation a response is for. */
export function rebuilt(message: Message, answers: OperationKind | undefined): Rebuilt | undefined {
  if (message.kind === 'operationRequest') return request(message);
  if (message.kind === 'error') return failure(message);
  if (message.kind !== 'operationResponse') return undefined;
  if (answers === undefined) throw new Error(`a response under the id ${message.id}, which no request has`);
  return response(message, answers);
}
