import { ConnectorError, ERROR_KINDS, type ErrorKind } from '../../protocol/model/index.js';
import { ResourceError } from '../crest/resource-error.js';

/** As messages of the original name the operation. */
export type OperationName = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'PATCH' | 'QUERY' | 'ACTION';

/** What an operation was about, for the text of its failure. */
export interface OperationSubject {
  readonly operation: OperationName;
  /** Resource id; null on queries and authenticate. */
  readonly id: string | null;
  /** `system/s/t`; null on queries and authenticate. */
  readonly container: string | null;
  /** Takes secrets out of the connector's own text. */
  scrub(text: string): string;
}

interface Rule {
  readonly code: number;
  message(subject: OperationSubject, exception: string): string;
}

const failedWith: Rule['message'] = ({ operation, id }, exception) => `Operation ${operation} failed with ${exception} on system object: ${id}`;
const rule = (code: number, message: Rule['message'] = failedWith): Rule => ({ code, message });

/** Exception → status and text, as clients of the original know them. Absent kinds are answered with their own text. */
const RULES: Readonly<Partial<Record<ErrorKind, Rule>>> = {
  alreadyExists: rule(412, ({ id }) => `System object ${id} already exists`),
  configuration: rule(500),
  connectionBroken: rule(503),
  connectionFailed: rule(503, ({ operation, id }) => `Connection failed during operation ${operation} on system object: ${id}`),
  connectorIo: rule(503),
  operationTimeout: rule(503, ({ operation, id }) => `Operation ${operation} Timeout on system object: ${id}`),
  passwordExpired: rule(403),
  invalidPassword: rule(401, ({ operation, id }) => `Invalid password has been provided to operation ${operation} for system object: ${id}`),
  unknownUid: rule(404, ({ operation, id, container }) => `Operation ${operation} could not find resource ${id} on system object: ${container}`),
  invalidCredential: rule(401, ({ operation, id }) => `Invalid credential has been provided to operation ${operation} for system object: ${id}`),
  permissionDenied: rule(403, ({ operation, id }) => `Permission was denied on ${operation} operation for system object: ${id}`),
  connectorSecurity: rule(500),
  invalidAttributeValue: rule(400, ({ operation, id }) => `Attribute value conflicts with the attribute's schema definition on operation ${operation} for system object: ${id}`),
  preconditionFailed: rule(412, ({ operation, id, container }) => `The resource version for ${id} does not match the version provided on operation ${operation} for system object: ${container}`),
  preconditionRequired: rule(428, ({ operation, id, container }) => `No resource version for resource ${id} has been provided on operation ${operation} for system object: ${container}`),
  retryable: rule(503, ({ operation, id }) => `Request temporarily unavailable on operation ${operation} for system object: ${id}`),
  connector: rule(500),
};

/**
 * Any failure of an operation → what the caller is told. The connector's own message goes into `detail.connectorMessage`,
 * without the system's secrets. A caller who is gone, or a deadline that passed, stays what it is.
 */
export function translateError(error: unknown, subject: OperationSubject, signal?: AbortSignal): ResourceError {
  if (error instanceof ResourceError) return error;
  if (error instanceof ConnectorError && (error.outcome === 'unknown' || error.outcome === 'applied')) return unclearWrite(error, error.outcome, subject);
  if (signal?.aborted === true && signal.reason instanceof ResourceError) return signal.reason;
  if (!(error instanceof ConnectorError)) return new ResourceError(500, `Operation ${subject.operation} failed in the controller; its log says why`, { cause: error });
  const found = RULES[error.kind];
  if (found === undefined) {
    const code = error.kind === 'illegalArgument' && subject.operation === 'QUERY' ? 400 : 500;
    return new ResourceError(code, subject.scrub(error.message), { cause: error });
  }
  const detail = { connectorMessage: subject.scrub(error.message) };
  return new ResourceError(found.code, found.message(subject, exceptionName(error)), { detail, cause: error });
}

/**
 * A write that failed and was carried out all the same, or may have been. 500 and not 503: clients, proxies and the queues of
 * synchronisation repeat a 503 by themselves, and this must be looked at first.
 */
function unclearWrite(error: ConnectorError, outcome: 'unknown' | 'applied', { operation, id, scrub }: OperationSubject): ResourceError {
  const text = outcome === 'unknown'
    ? `Outcome unknown: operation ${operation} may have been carried out on system object: ${id}. Read the object before repeating the request`
    : `Operation ${operation} was carried out on system object: ${id}, but its answer was lost`;
  return new ResourceError(500, text, { detail: { outcome, connectorMessage: scrub(error.message) }, cause: error });
}

/** Whether a write may have changed something although it failed: what it was about has to be read before anything else is done. */
export function mayHaveBeenApplied(error: unknown): boolean {
  const cause = error instanceof ResourceError ? error.cause : error;
  return cause instanceof ConnectorError && (cause.outcome === 'unknown' || cause.outcome === 'applied');
}

/** The simple class name, e.g. `ConnectorIOException`. */
function exceptionName(error: ConnectorError): string {
  return ERROR_KINDS[error.kind].javaClass.replace(/^.*\./, '');
}
