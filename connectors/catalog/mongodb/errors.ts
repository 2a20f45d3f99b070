import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';

/** Codes of the server: github.com/mongodb/mongo, src/mongo/base/error_codes.yml. */
export const CODE = {
  userNotFound: 11, unauthorized: 13, authenticationFailed: 18, roleNotFound: 31, duplicateKey: 11_000, userExists: 51_003, roleExists: 51_002,
  badValue: 2, cursorNotFound: 43, invalidResumeToken: 260, changeStreamFatal: 280, historyLost: 286, notReplicaSet: 40_573, invalidNamespace: 73, documentValidation: 121, notPrimary: 10_107,
} as const;

interface Meaning { readonly kind: ErrorKind; readonly advice?: string }

const SERVER_CODES: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [CODE.badValue, { kind: 'invalidAttributeValue' }],
  [9, { kind: 'invalidAttributeValue' }],                          // FailedToParse
  [14, { kind: 'invalidAttributeValue' }],                         // TypeMismatch
  [CODE.userNotFound, { kind: 'unknownUid' }],
  [CODE.unauthorized, { kind: 'permissionDenied', advice: 'Grant the user of the connector a role that allows it.' }],
  [CODE.authenticationFailed, { kind: 'invalidCredential', advice: 'Check user, password and userDatabase.' }],
  [CODE.roleNotFound, { kind: 'unknownUid' }],
  [CODE.cursorNotFound, { kind: 'connectorIo', advice: 'The server forgets a cursor nobody asks for ten minutes: take the results faster, and run it again.' }],
  [50, { kind: 'operationTimeout' }],                              // MaxTimeMSExpired
  [52, { kind: 'invalidAttributeValue' }],                         // DollarPrefixedFieldName
  [CODE.invalidNamespace, { kind: 'configuration', advice: 'Check database and collections.' }],
  [66, { kind: 'invalidAttributeValue' }],                         // ImmutableField
  [112, { kind: 'retryable' }],                                    // WriteConflict
  [CODE.documentValidation, { kind: 'invalidAttributeValue', advice: 'The collection has a validation rule the document does not meet.' }],
  [CODE.invalidResumeToken, { kind: 'illegalState', advice: 'Run a reconciliation, then reset the sync token.' }],
  [CODE.changeStreamFatal, { kind: 'illegalState', advice: 'Run a reconciliation, then reset the sync token.' }],
  [CODE.historyLost, { kind: 'illegalState', advice: 'The oplog no longer reaches back to the sync token: run a reconciliation, reset the token, and sync more often or enlarge the oplog.' }],
  [10_334, { kind: 'invalidAttributeValue' }],                     // BSONObjectTooLarge
  [CODE.notPrimary, { kind: 'retryable', advice: 'Name the members of the replica set in clusterAddresses, so that its primary is found.' }],
  [13_435, { kind: 'retryable', advice: 'Name the members of the replica set in clusterAddresses, so that its primary is found.' }],
  ...[91, 189, 11_600, 11_602, 13_436].map((code): [number, Meaning] => [code, { kind: 'retryable' }]),   // a member that stops, steps down or recovers
  [CODE.duplicateKey, { kind: 'alreadyExists' }],
  [11_001, { kind: 'alreadyExists' }],
  [CODE.notReplicaSet, { kind: 'configuration', advice: 'Change streams need a replica set or a sharded cluster: choose another syncMode.' }],
  [CODE.roleExists, { kind: 'alreadyExists' }],
  [CODE.userExists, { kind: 'alreadyExists' }],
]);

/** Errors of the driver itself, by their names. */
const DRIVER_ERRORS: Readonly<Record<string, Meaning>> = {
  MongoServerSelectionError: { kind: 'connectionFailed', advice: 'Check the address, the firewall and whether the server speaks TLS (sslEnabled).' },
  MongoNetworkTimeoutError: { kind: 'connectionBroken' },
  MongoNetworkError: { kind: 'connectionBroken' },
  MongoPoolClearedError: { kind: 'retryable' },
  MongoPoolClosedError: { kind: 'connectionBroken' },
  MongoTopologyClosedError: { kind: 'connectionBroken' },
  MongoNotConnectedError: { kind: 'connectionBroken' },
  MongoClientClosedError: { kind: 'connectionBroken' },
  MongoWaitQueueTimeoutError: { kind: 'retryable', advice: 'Raise maxConnectionsPerHost, or have less done at a time.' },
  MongoOperationTimeoutError: { kind: 'operationTimeout' },
  MongoParseError: { kind: 'configuration' },
  MongoInvalidArgumentError: { kind: 'configuration' },
  MongoMissingCredentialsError: { kind: 'configuration' },
  MongoMissingDependencyError: { kind: 'configuration' },
  MongoCompatibilityError: { kind: 'configuration' },
  BSONError: { kind: 'invalidAttributeValue' },
  BSONRuntimeError: { kind: 'invalidAttributeValue' },
};

const CERTIFICATE = /certificate|self.signed|altnames|UNABLE_TO_|CERT_/i;
/** What a server says of a duplicate key ends with its value. */
const KEY_VALUE = /dup key:.*$/s;
const LONGEST = 400;

/** The code of the server's answer; undefined for anything else. */
export function serverCode(error: unknown): number | undefined {
  if (!isMongoError(error) || !('code' in error)) return undefined;
  // An Int32 where values are asked for as they are.
  const code = Number(String(error.code));
  return Number.isInteger(code) ? code : undefined;
}

function isMongoError(error: unknown): error is Error {
  return error instanceof Error && (error.name.startsWith('Mongo') || error.name.startsWith('BSON'));
}

/** One line, of bounded length, without the values a server or the driver repeats. */
function said(error: Error): string {
  const line = error.message.replace(KEY_VALUE, 'dup key').replace(/[\s\u0000-\u001f]+/g, ' ').trim().replace(/\.$/, '');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function certificateRefused(error: Error): ConnectorError | undefined {
  if (error.name !== 'MongoServerSelectionError' && error.name !== 'MongoNetworkError') return undefined;
  if (!CERTIFICATE.test(`${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`)) return undefined;
  return new ConnectorError('connectorSecurity', `MongoDB: the certificate of the server is not accepted: ${said(error)}. Add its authority to the certificates the agent trusts, and connect by a name the certificate has.`, { cause: plainCause(error) });
}

/** Errors of the driver carry descriptions of servers and the commands that failed: only name and text go on. */
function plainCause(error: Error): Error {
  const cause = new Error(said(error));
  cause.name = error.name;
  return cause;
}

/** An authentication that failed while a server was looked for hides in the cause. */
function wrappedCode(error: Error): number | undefined {
  return serverCode(error) ?? (error.cause === undefined ? undefined : serverCode(error.cause));
}

function authenticationRefused(error: Error): boolean {
  return wrappedCode(error) === CODE.authenticationFailed || error.message.includes('Authentication failed');
}

/** Error of the server or the driver → ConnectorError; undefined for anything else. */
export function translateError(error: unknown): ConnectorError | undefined {
  if (error instanceof ConnectorError || !isMongoError(error)) return undefined;
  const refused = certificateRefused(error);
  if (refused !== undefined) return refused;
  const known = authenticationRefused(error) ? SERVER_CODES.get(CODE.authenticationFailed) : meaningOf(error);
  const advice = known?.advice === undefined ? '' : ` ${known.advice}`;
  // Where no server was found, nothing was sent: of a write that was sent before and failed, the driver tells the first failure.
  const outcome = error.name === 'MongoServerSelectionError' ? 'notApplied' as const : undefined;
  return new ConnectorError(known?.kind ?? 'connector', `MongoDB: ${said(error)}.${advice}`, { cause: plainCause(error), outcome });
}

function meaningOf(error: Error): Meaning | undefined {
  const code = serverCode(error);
  const byCode = code === undefined ? undefined : SERVER_CODES.get(code);
  return byCode ?? DRIVER_ERRORS[error.name];
}

/** As `translateError`, with some of the server's codes read otherwise, as a step that knows better has it. */
export function readAs(error: unknown, meanings: Readonly<Record<number, (text: string) => ConnectorError>>): unknown {
  const code = serverCode(error);
  const meaning = code === undefined ? undefined : meanings[code];
  return meaning === undefined ? error : meaning(said(error as Error));
}
