import { ConnectorError, type ErrorKind, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import type { HttpAnswer } from '../http/http-client.js';
import { textAt, type Json } from './json.js';
import type { AnyRestConnector } from './rest-session.js';
import type { RestAnswer } from './rest-call.js';

export interface AnsweredRequest {
  readonly place: string;
  readonly operation: string;
  readonly uid: string | undefined;
  readonly accept: readonly number[];
  readonly reads: boolean;
}

function jsonOf({ body }: HttpAnswer, place: string, outcome: FailedWriteOutcome | undefined): Json {
  if (body.length === 0) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json;
  } catch {
    throw new ConnectorError('connector', `${place} answered with no JSON.`, { outcome });
  }
}

function kindOf(status: number, { operation, uid }: AnsweredRequest): ErrorKind {
  if (status === 401) return 'invalidCredential';
  if (status === 403) return 'permissionDenied';
  if (status === 404) return uid === undefined ? 'connector' : 'unknownUid';
  if (status === 409) return operation === 'create' ? 'alreadyExists' : 'connector';
  if (status === 412) return 'preconditionFailed';
  if (status === 429 || status === 503) return 'retryable';
  if (status >= 500) return 'connectorIo';
  return 'invalidAttributeValue';
}

export function answerOf({ service, displayName }: AnyRestConnector, answer: HttpAnswer, request: AnsweredRequest): RestAnswer {
  const { status, headers } = answer;
  const isGood = (status >= 200 && status < 300) || request.accept.includes(status);
  const outcome = request.reads ? undefined : isGood || status >= 500 ? 'unknown' : 'notApplied';
  if (isGood) {
    const json = jsonOf(answer, request.place, outcome);
    const error = service.errors?.({ status, json, headers }, request);
    if (error !== undefined) throw error;
    return { status, headers, json };
  }
  let json: Json = null;
  try { json = jsonOf(answer, request.place, outcome); } catch { /* the status says enough */ }
  const known = service.errors?.({ status, json, headers }, request);
  if (known !== undefined) throw known;
  const message = (service.messages ?? ['error.message', 'message', 'error_description', 'error']).map((path) => textAt(json, path)).find((text) => text !== undefined);
  throw new ConnectorError(kindOf(status, request), `${displayName}: ${request.place} was answered with ${status}${message === undefined ? '.' : `: ${message}`}`, { outcome });
}
