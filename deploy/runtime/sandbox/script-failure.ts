import { ConnectorError, ERROR_KINDS, Uid, type ErrorKind } from '../../../protocol/model/index.js';
import type { RunLimits } from './limits.js';
import type { RunEnd, StopReason, ThrownError } from './worker/messages.js';

const LONGEST = 2000;
const LINE = /\bscript:(\d{1,9})\b/;
const MIB = 1024 ** 2;

/** Why a script gave no result, in words for who wrote it; nothing of this process. `redacted` takes secrets out of a text. */
export function scriptFailure(end: Exclude<RunEnd, { kind: 'returned' }>, limits: RunLimits, redacted: (text: string) => string, title = 'The script'): ConnectorError {
  switch (end.kind) {
    case 'stopped': return stopped(end.by, limits, title);
    case 'threw': return thrown(readThrown(end.text), limits, redacted, title);
    case 'broken': return new ConnectorError('connector', `${title} was ended: its sandbox failed. The log of the connector server says how.`);
  }
}

function stopped(by: StopReason, { timeout, cpuTime, memory, valueSize }: RunLimits, title: string): ConnectorError {
  switch (by) {
    case 'timeout': return new ConnectorError('operationTimeout', `${title} was ended: it had not finished after ${timeout} ms.`);
    case 'cpuTime': return new ConnectorError('operationTimeout', `${title} was ended: it used the processor for longer than the ${cpuTime} ms it may (scripts.cpuTime).`);
    case 'memory': return new ConnectorError('connector', `${title} failed: it needs more memory than the ${Math.round(memory / MIB)} MiB it may have (scripts.memory).`);
    case 'valueSize': return new ConnectorError('connector', `${title} failed: its result is larger than the ${valueSize} characters it may have (scripts.valueSize).`);
    case 'nothingToWaitFor': return new ConnectorError('connector', `${title} was ended: it waits for something that never comes, a promise that nobody resolves.`);
  }
}

function thrown(error: ThrownError, limits: RunLimits, redacted: (text: string) => string, title: string): ConnectorError {
  if (error.name === 'InternalError' && error.message === 'out of memory') return stopped('memory', limits, title);
  // With no memory left, there is none for an error either.
  if (error.name === '' && error.message === 'it threw null') return new ConnectorError('connector', `${title} failed: it threw null, which is also what comes when it needs more memory than it may have (scripts.memory).`);
  const kind = error.name === 'ConnectorError' && isKind(error.kind) ? error.kind : undefined;
  const line = LINE.exec(error.stack)?.[1];
  const where = line === undefined ? '' : ` in line ${line}`;
  // Before it is cut: half a secret is not found any more.
  const text = `${title} failed${where}: ${redacted(whatWasThrown(error, kind)).slice(0, LONGEST)}`;
  return new ConnectorError(kind ?? 'connector', text, { uid: kind === 'passwordExpired' && error.uid.trim() !== '' ? new Uid(error.uid) : undefined });
}

function whatWasThrown({ name, message }: ThrownError, kind: ErrorKind | undefined): string {
  const what = kind !== undefined || name === '' || name === 'Error' ? message : `${name}: ${message}`;
  return what === '' ? 'an error without a message' : what;
}

function isKind(kind: string): kind is ErrorKind {
  return Object.hasOwn(ERROR_KINDS, kind);
}

/** The script may have written it itself. */
function readThrown(text: string): ThrownError {
  const empty: ThrownError = { name: '', message: 'it threw something that cannot be shown', stack: '', kind: '', uid: '' };
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read !== 'object' || read === null) return empty;
    const given = read as Readonly<Record<string, unknown>>;
    const field = (name: keyof ThrownError): string => (typeof given[name] === 'string' ? given[name] : empty[name]);
    return { name: field('name'), message: field('message'), stack: field('stack'), kind: field('kind'), uid: field('uid') };
  } catch {
    return empty;
  }
}

/** A failed call as the script is told of it. */
export function failureForScript(error: unknown): string {
  const { kind, message, uid } = error instanceof ConnectorError ? error : new ConnectorError('connector', error instanceof Error ? error.message : 'The call failed.');
  return JSON.stringify({ kind, message, uid: uid?.value });
}
