import { ConnectorError, type IcfValue, type SyncToken } from '../../../../../protocol/model/index.js';
import { DIGEST_LENGTH } from '../../../../framework/running-digest.js';

const PREFIX = 'dirsync:';

/** A cookie of each naming context, in a fixed order. Any domain controller of the domain takes them. */
export type Cookies = readonly Uint8Array[];

/** How far a reader came in an answer: it may go on there where the server answers the same again. */
export interface Progress {
  /** Which of the naming contexts the answer is about. */
  readonly context: number;
  /** Entries of the answer that were dealt with, and a digest of them in their order. */
  readonly count: number;
  readonly digest: string;
  /** The cookie the answer ended with: what has changed since comes behind that. */
  readonly end: Uint8Array;
  /** Invocation id of the server that answered. Another one may not have all of the answer yet, and `end` would stand for it. */
  readonly server: string;
}

export interface DirSyncPosition {
  readonly cookies: Cookies;
  readonly progress: Progress | undefined;
}

const PROGRESS = new RegExp(`^(\\d{1,4}):(\\d{1,9}):([\\w-]{${DIGEST_LENGTH}}):([A-Za-z0-9+/]+=*):([0-9a-f-]{36})$`);

function base64(cookie: Uint8Array): string {
  return Buffer.from(cookie).toString('base64');
}

function cookieIn(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

/** `dirsync:<cookie>.<cookie>`, and within an answer ` <context>:<count>:<digest>:<end>:<server>`. */
export function dirSyncToken(cookies: Cookies, progress?: Progress): SyncToken {
  const whole = PREFIX + cookies.map(base64).join('.');
  return { value: progress === undefined ? whole : `${whole} ${progress.context}:${progress.count}:${progress.digest}:${base64(progress.end)}:${progress.server}` };
}

export function isDirSyncToken(value: IcfValue): value is string {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

/** Throws for a token of another way of synchronization, or of other base contexts. */
export function parseDirSyncToken(value: IcfValue, contexts: number): DirSyncPosition {
  const [whole = '', within] = isDirSyncToken(value) ? value.slice(PREFIX.length).split(' ', 2) : [];
  const cookies = whole === '' ? [] : whole.split('.').map(cookieIn);
  const progress = within === undefined ? undefined : progressIn(within);
  if (cookies.length === contexts && (within === undefined || (progress !== undefined && progress.context < contexts))) return { cookies, progress };
  throw new ConnectorError('invalidAttributeValue', 'The sync token is no cookie of directory synchronization (DirSync), or of other base contexts. Reset the token and reconcile.');
}

function progressIn(text: string): Progress | undefined {
  const match = PROGRESS.exec(text);
  if (match === null) return undefined;
  const [, context = '', count = '', digest = '', end = '', server = ''] = match;
  return { context: Number(context), count: Number(count), digest, end: cookieIn(end), server };
}
