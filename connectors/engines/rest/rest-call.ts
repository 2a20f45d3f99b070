import { ConnectorError, withOutcome, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import type { ConnectorLog } from '../../framework/spi.js';
import type { TokenClient } from '../http/token-answer.js';
import type { Json, JsonObject } from './json.js';
import type { Query, RequestLine, Variables } from './request-line.js';

export interface RequestDetails {
  /** Values of variables in the request line besides the configuration's. */
  readonly variables?: Variables | undefined;
  readonly query?: Query | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The body; one of the two. */
  readonly json?: Json | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  /** A complete address, or one relative to the service's, instead of the line's path. It has to be at the service. */
  readonly url?: string | undefined;
  /** The uid the request addresses, so that 404 means there is no such object. */
  readonly uid?: string | undefined;
  /** Statuses that count as carried out besides 2xx. */
  readonly accept?: readonly number[] | undefined;
  /** Of `items`: an answer without the list has an empty one. @default false */
  readonly mayBeMissing?: boolean | undefined;
  /** What rate limits count it as. `read` says besides that it changes nothing, also as a POST. @default read for GET and HEAD, write for anything else */
  readonly kind?: string | undefined;
  /** The body has a secret in it, which the service's own words may repeat: they are not told then. */
  readonly hasSecrets?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RestAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Null where the answer has no content, and where its status is one of those accepted besides 2xx. */
  readonly json: Json;
}

/** One operation at the service: what the engine and the hooks of a definition send requests with. */
export interface RestCall<C = unknown> {
  readonly config: C;
  readonly signal: AbortSignal;
  readonly log: ConnectorLog;
  /** The answer to a request the service has carried out; any other status rejects with the ConnectorError the definition makes of it. */
  answer(line: RequestLine, details?: RequestDetails): Promise<RestAnswer>;
  /**
   * The elements of the list at a path of the answer, by the handful, while it arrives; the return value is the answer with that list
   * emptied. `accept`ed statuses besides 2xx stand for an empty list.
   */
  items(line: RequestLine, path: string, details?: RequestDetails): AsyncGenerator<readonly Json[], RestAnswer, void>;
  /** Its JSON. */
  send(line: RequestLine, details?: RequestDetails): Promise<Json>;
  /** Sends requests without the configuration's credentials, to any address that policy lets it: for tokens, as logins need them. */
  readonly bare: TokenClient;
  /** What all calls of a configuration share, such as a list of licences: kept for `milliseconds`, made once however many ask. */
  cached<T>(name: string, milliseconds: number, make: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** The answer's JSON object at a path; rejects where there is none. */
export function requireObject(value: Json | undefined, what: string, outcome?: FailedWriteOutcome): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ConnectorError('connector', `${what} holds no JSON object where one is expected.`, { outcome });
}

/** What is read before anything is written: where that fails, nothing has been applied. */
export async function beforehand<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ConnectorError && error.outcome === undefined ? withOutcome(error, 'notApplied') : error;
  }
}
