import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';
import { systemErrorKind } from '../../framework/facade/translate-error.js';

/** What a database says of an error, of whichever driver. */
interface DatabaseFailure {
  /** Vendor's code: `23505`, `1062`, `2627`, `ORA-00001`. */
  readonly code: string;
  readonly kind: ErrorKind;
}

/** By SQLSTATE, whole or its class of two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html (standard classes). */
const BY_STATE: Readonly<Record<string, ErrorKind>> = {
  '08': 'connectionBroken', '08001': 'connectionFailed', '08004': 'connectionFailed', '0A': 'unsupportedOperation', '22': 'invalidAttributeValue',
  '23': 'invalidAttributeValue', '23505': 'alreadyExists', '25006': 'permissionDenied', '28': 'invalidCredential', '3D': 'configuration',
  '40': 'retryable', '40002': 'invalidAttributeValue', '40003': 'connectionBroken', '42501': 'permissionDenied', '42P01': 'configuration', '3F': 'configuration', '53': 'retryable', '55P03': 'retryable',
  '57014': 'operationTimeout', '57P': 'connectionBroken', '57P01': 'connectionBroken', '57P02': 'connectionBroken', '57P03': 'connectionFailed',
};

/** https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html and MariaDB's */
const BY_MYSQL: Readonly<Record<number, ErrorKind>> = {
  1022: 'alreadyExists', 1062: 'alreadyExists', 1586: 'alreadyExists', 1040: 'retryable', 1044: 'permissionDenied', 1045: 'invalidCredential', 1049: 'configuration',
  1142: 'permissionDenied', 1143: 'permissionDenied', 1146: 'configuration', 1205: 'retryable', 1213: 'retryable', 1290: 'permissionDenied', 1792: 'permissionDenied',
  1048: 'invalidAttributeValue', 1264: 'invalidAttributeValue', 1265: 'invalidAttributeValue', 1292: 'invalidAttributeValue', 1364: 'invalidAttributeValue', 1366: 'invalidAttributeValue',
  1406: 'invalidAttributeValue', 1451: 'invalidAttributeValue', 1452: 'invalidAttributeValue', 3819: 'invalidAttributeValue', 4025: 'invalidAttributeValue',
  1053: 'connectionBroken', 1077: 'connectionBroken', 1317: 'operationTimeout', 3024: 'operationTimeout', 1698: 'invalidCredential', 3118: 'invalidCredential', 4151: 'invalidCredential',
  1820: 'passwordExpired', 1862: 'passwordExpired', 1129: 'connectionFailed', 1130: 'connectorSecurity', 1927: 'connectionBroken', 4031: 'connectionBroken',
};

/** https://learn.microsoft.com/en-us/sql/relational-databases/errors-events/database-engine-events-and-errors */
const BY_SQLSERVER: Readonly<Record<number, ErrorKind>> = {
  2601: 'alreadyExists', 2627: 'alreadyExists', 515: 'invalidAttributeValue', 547: 'invalidAttributeValue', 245: 'invalidAttributeValue', 241: 'invalidAttributeValue',
  2628: 'invalidAttributeValue', 8114: 'invalidAttributeValue', 8115: 'invalidAttributeValue', 8152: 'invalidAttributeValue', 208: 'configuration', 229: 'permissionDenied',
  230: 'permissionDenied', 262: 'permissionDenied', 3906: 'permissionDenied', 1205: 'retryable', 1222: 'retryable', 3960: 'retryable', 4060: 'configuration', 18456: 'invalidCredential',
  18452: 'invalidCredential', 18470: 'invalidCredential', 18486: 'invalidCredential', 18487: 'passwordExpired', 18488: 'passwordExpired', 6005: 'connectionBroken', 40613: 'connectionFailed', 40501: 'retryable',
};

/** https://docs.oracle.com/en/error-help/db/ */
const BY_ORACLE: Readonly<Record<number, ErrorKind>> = {
  1: 'alreadyExists', 54: 'retryable', 60: 'retryable', 942: 'configuration', 1013: 'operationTimeout', 1017: 'invalidCredential', 1005: 'invalidCredential', 28000: 'invalidCredential',
  28001: 'passwordExpired', 1031: 'permissionDenied', 1045: 'permissionDenied', 1400: 'invalidAttributeValue', 1407: 'invalidAttributeValue', 1438: 'invalidAttributeValue',
  1722: 'invalidAttributeValue', 1830: 'invalidAttributeValue', 1858: 'invalidAttributeValue', 1861: 'invalidAttributeValue', 2290: 'invalidAttributeValue', 2291: 'invalidAttributeValue',
  2292: 'invalidAttributeValue', 12899: 'invalidAttributeValue', 8177: 'retryable', 12514: 'configuration', 12505: 'configuration', 12516: 'retryable', 12519: 'retryable', 12520: 'retryable',
  3113: 'connectionBroken', 3114: 'connectionBroken', 3135: 'connectionBroken', 12170: 'connectionFailed', 12541: 'connectionFailed', 1034: 'connectionFailed', 1033: 'connectionFailed', 1089: 'connectionBroken',
};

/** SAP HANA SQL and System Views Reference, "SQL Error Codes". */
const BY_HANA: Readonly<Record<number, ErrorKind>> = {
  301: 'alreadyExists', 10: 'invalidCredential', 414: 'passwordExpired', 415: 'invalidCredential', 416: 'invalidCredential', 4321: 'connectorSecurity', 258: 'permissionDenied', 259: 'configuration', 287: 'invalidAttributeValue', 274: 'invalidAttributeValue', 339: 'invalidAttributeValue',
  131: 'retryable', 133: 'retryable', 146: 'retryable', 139: 'operationTimeout', 663: 'connectionBroken', [-10709]: 'connectionFailed', [-10807]: 'connectionBroken',
};

/** Codes the driver libraries make up themselves. */
const BY_LIBRARY: Readonly<Record<string, ErrorKind>> = {
  PROTOCOL_CONNECTION_LOST: 'connectionBroken', PROTOCOL_SEQUENCE_TIMEOUT: 'operationTimeout', HANDSHAKE_NO_SSL_SUPPORT: 'connectorSecurity', HANDSHAKE_SSL_ERROR: 'connectorSecurity',
  ELOGIN: 'invalidCredential', ESOCKET: 'connectionFailed', EINSTLOOKUP: 'connectionFailed', ECONNCLOSED: 'connectionBroken', ECLOSE: 'connectionBroken', EINVALIDSTATE: 'connectionBroken', ETIMEOUT: 'connectionFailed', ECANCEL: 'operationTimeout', ENOTOPEN: 'connectionBroken',
  'NJS-003': 'connectionBroken', 'NJS-500': 'connectionBroken', 'NJS-501': 'connectionBroken', 'NJS-513': 'connectionBroken', 'NJS-521': 'connectionBroken', 'NJS-123': 'operationTimeout',
  'NJS-503': 'connectionFailed', 'NJS-504': 'connectionFailed', 'NJS-510': 'connectionFailed', 'NJS-511': 'connectionFailed', 'NJS-530': 'connectionFailed',
  'NJS-505': 'connectorSecurity', 'NJS-506': 'connectorSecurity', 'NJS-507': 'connectorSecurity', 'NJS-508': 'connectorSecurity',
  'NJS-512': 'configuration', 'NJS-514': 'configuration', 'NJS-515': 'configuration', 'NJS-517': 'configuration', 'NJS-518': 'configuration', 'NJS-519': 'configuration',
  EHDBCLOSE: 'connectionBroken', EHDBOPENCONN: 'connectionFailed', EHDBINIT: 'connectionFailed', EHDBCONNECT: 'connectionFailed', EHDBTIMEOUT: 'connectionFailed',
};

/** Of any other kind the database has answered, and carried nothing of the statement out. */
const LOST: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['connectionBroken', 'connectionFailed', 'operationTimeout', 'connectorIo']);

type Fields = Readonly<Record<'code' | 'errno' | 'number' | 'errorNum' | 'sqlState' | 'severity' | 'message', unknown>>;

/** One for each driver, asked in this order: some fields several have, with other meanings. */
const RECOGNISED: readonly ((error: Fields) => DatabaseFailure | undefined)[] = [
  ({ number }) => (typeof number === 'number' ? { code: String(number), kind: BY_SQLSERVER[number] ?? 'connector' } : undefined),
  ({ errorNum }) => (typeof errorNum === 'number' && errorNum > 0 ? { code: `ORA-${String(errorNum).padStart(5, '0')}`, kind: BY_ORACLE[errorNum] ?? 'connector' } : undefined),
  ({ code }) => (typeof code === 'number' ? { code: String(code), kind: BY_HANA[code] ?? 'connector' } : undefined),
  ({ code }) => (typeof code === 'string' && BY_LIBRARY[code] !== undefined ? { code, kind: BY_LIBRARY[code] } : undefined),
  ({ errno, sqlState }) => (typeof errno === 'number' && errno > 0 && typeof sqlState === 'string' ? { code: String(errno), kind: BY_MYSQL[errno] ?? byState(sqlState) } : undefined),
  ({ code }) => (typeof code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? { code, kind: byState(code) } : undefined),
];

function failureOf(error: Fields): DatabaseFailure | undefined {
  for (const recognise of RECOGNISED) {
    const failure = recognise(error);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function byState(state: string): ErrorKind {
  return BY_STATE[state] ?? BY_STATE[state.slice(0, 3)] ?? BY_STATE[state.slice(0, 2)] ?? 'connector';
}

const ADVICE: Partial<Record<ErrorKind, string>> = {
  invalidCredential: 'Check the properties username and password, and that the database lets this user log in.',
  passwordExpired: 'Change the password of the database user, then the property password.',
  connectorSecurity: 'Check what encryption the property url asks for, and what the database allows.',
  configuration: 'Check the properties url and table, and whether the user may see the table.',
  permissionDenied: 'Grant the database user what the operation needs.',
  connectionFailed: 'Check the property url, the network, and whether the database runs.',
};

/**
 * The number JDBC's getErrorCode would give; undefined for what no database has answered. PostgreSQL has none, so it is 0 there:
 * rethrowAllSQLExceptions is about that.
 */
export function vendorCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno, number, errorNum, sqlState } = error as unknown as Fields;
  const numbers = [number, errorNum, code, typeof sqlState === 'string' ? errno : undefined];
  const given = numbers.find((value) => typeof value === 'number');
  if (given !== undefined) return given;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^(?:E|08|57P)/.test(code) ? 0 : undefined;
}

/** A certificate that is not accepted has one of these codes. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ISSUER/;

/** What the drivers' own errors say of a connection that is gone; they have no code. */
const GONE = /^(?:Connection terminated|Connection ended|Client has encountered a connection error|Client was closed)|in closed state/;

function certificateProblem(error: Error): boolean {
  const codes = [error, error.cause].map((one) => (one instanceof Error && 'code' in one && typeof one.code === 'string' ? one.code : ''));
  return codes.some((code) => CERTIFICATE.test(code));
}

/**
 * A driver's error as a ConnectorError, by SQLSTATE and the vendor's codes; undefined for what is no database error. Its message
 * keeps the database's own words and code, which administrators look up.
 */
export function translateSqlError(error: unknown): ConnectorError | undefined {
  if (!(error instanceof Error)) return undefined;
  const words = error.message === '' ? 'an error without a message' : error.message;
  if (certificateProblem(error)) {
    return new ConnectorError('connectorSecurity', `The database's TLS certificate is not accepted: ${words}. Add its authority to the agent's trusted certificates, and connect by a name the certificate has.`, { cause: error });
  }
  if (GONE.test(words) || systemErrorKind(error) === 'connectionBroken') return new ConnectorError('connectionBroken', `The connection to the database was lost: ${words}`, { cause: error });
  if (words === 'timeout expired') return new ConnectorError('connectionFailed', 'The database did not answer in time. Check the property url, the network, and whether the database runs.', { cause: error });
  const failure = failureOf(error as unknown as Fields);
  return failure === undefined ? undefined : answered(failure, words, error);
}

function answered({ code, kind }: DatabaseFailure, words: string, cause: Error): ConnectorError {
  const advice = ADVICE[kind];
  const sentence = `The database answered ${code}: ${words}${/[.!?]$/.test(words) ? '' : '.'}`;
  return new ConnectorError(kind, advice === undefined ? sentence : `${sentence} ${advice}`, { cause, ...(LOST.has(kind) ? {} : { outcome: 'notApplied' }) });
}
