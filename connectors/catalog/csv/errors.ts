import { ConnectorError, withOutcome, type ErrorKind } from '../../../protocol/model/index.js';

/** What the operating system says → what the Java connector throws, and what to do about it. */
const SYSTEM_ERRORS: Readonly<Record<string, { readonly kind: ErrorKind; readonly advice: string }>> = {
  ENOENT: { kind: 'connectorIo', advice: 'does not exist. Put a file with a header row there, or correct csvFile' },
  ENOTDIR: { kind: 'connectorIo', advice: 'does not exist: a part of its path is not a directory. Correct csvFile' },
  EACCES: { kind: 'permissionDenied', advice: 'may not be accessed by the agent. Grant its user read and write access to the file and its directory' },
  EPERM: { kind: 'permissionDenied', advice: 'may not be accessed by the agent. Grant its user read and write access to the file and its directory' },
  EISDIR: { kind: 'configuration', advice: 'is a directory. Let csvFile name a file' },
  ENOSPC: { kind: 'connectorIo', advice: 'cannot be written: the disk is full. Nothing was changed' },
  EDQUOT: { kind: 'connectorIo', advice: 'cannot be written: the disk quota is used up. Nothing was changed' },
  EROFS: { kind: 'connectorIo', advice: 'cannot be written: the file system is read-only' },
  EMFILE: { kind: 'connectorIo', advice: 'cannot be opened: the agent has too many files open. Raise its limit' },
  ENFILE: { kind: 'connectorIo', advice: 'cannot be opened: the machine has too many files open' },
  EIO: { kind: 'connectorIo', advice: 'cannot be read or written: the disk reports an error' },
  EBUSY: { kind: 'retryable', advice: 'is held by another program. Try again' },
};

interface SystemError extends Error { readonly code: string; readonly path?: string }

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}

export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return isSystemError(error) && codes.includes(error.code);
}

/** Error of the operating system → ConnectorError; undefined for anything else. */
export function translateError(error: unknown): ConnectorError | undefined {
  if (!isSystemError(error)) return undefined;
  const known = SYSTEM_ERRORS[error.code];
  const subject = error.path === undefined ? 'The CSV file' : `The file ${error.path}`;
  return new ConnectorError(known?.kind ?? 'connectorIo', known === undefined ? `${subject} cannot be used: ${error.message}.` : `${subject} ${known.advice}.`, { cause: error });
}

/** A step before anything is written: what the operating system refuses then has changed nothing. */
export async function beforeWriting<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const refused = translateError(error);
    throw refused === undefined ? error : withOutcome(refused, 'notApplied');
  }
}

/** Content that cannot be understood. `line` is the physical line the record starts on, from 1. */
export function malformed(path: string, line: number, what: string): ConnectorError {
  return new ConnectorError('connector', `${path}, line ${line}: ${what}.`);
}

/** A header that cannot be used. */
export function unusableHeader(path: string, what: string): ConnectorError {
  return new ConnectorError('configuration', `${path}, header row: ${what}.`);
}

/** The file is not what it was; nothing was written, so a commit can start anew. */
export class FileMoved extends Error {
  override readonly name = 'FileMoved';
}

/** Somebody else wrote to the file while we used it. */
export function changedMeanwhile(path: string, activity: string): ConnectorError {
  return new ConnectorError('retryable', `${path} was changed by another program while ${activity}. Try again once that program is done.`, { cause: new FileMoved() });
}

export function isMoved(error: unknown): boolean {
  return error instanceof FileMoved || (error instanceof ConnectorError && error.cause instanceof FileMoved);
}

export function duplicateUid(path: string, uid: string, lines: readonly number[]): ConnectorError {
  return new ConnectorError('connector', `${path} has the uid ${uid} on lines ${lines.join(', ')}: a uid must be unique. Remove all but one of these rows.`);
}

export function unknownUid(path: string, uid: string): ConnectorError {
  return new ConnectorError('unknownUid', `${path} has no row with the uid ${uid}.`);
}
