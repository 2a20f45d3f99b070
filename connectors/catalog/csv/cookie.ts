import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { hasCode } from './errors.js';
import type { FileIdentity } from './storage/file-identity.js';
import type { Position } from './format/record-reader.js';

/** Where a paged search goes on. */
export interface PageState extends Position {
  /** Objects returned or skipped so far. */
  readonly seen: number;
  /** Rows of the file, if they were counted; else -1. */
  readonly total: number;
  /** Names the uids of the rows before, in their order: see {@link trailBehind}. */
  readonly trail: string;
}

/** `isOurs`: made here, in this state of the file. Else another agent made it, or somebody who only says so. */
export interface FoundPage extends PageState {
  readonly isOurs: boolean;
}

const VERSION = 2;
const KEY_BYTES = 32;
const MAC_BYTES = 16;
/** Characters of a base64url digest: 132 bits. */
const TRAIL_LENGTH = 22;

function refuse(message: string): never {
  throw new ConnectorError('illegalArgument', message);
}

/** A key of this configuration's own, kept on the agent's disk so that cookies survive a restart. */
export async function cookieKey(directory: string): Promise<Buffer> {
  const path = join(directory, 'page-cookie.key');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    const handle = await open(path, 'wx', 0o600);
    const key = randomBytes(KEY_BYTES);
    await handle.writeFile(key.toString('hex')).finally(() => handle.close());
    return key;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const key = Buffer.from(await readFile(path, 'utf8'), 'hex');
  if (key.length !== KEY_BYTES) throw new ConnectorError('illegalState', `${path} is damaged. Remove it; page cookies handed out so far are then checked row by row.`);
  return key;
}

/**
 * The trail behind one more row. Of uids alone, which whoever holds the cookie has seen: a digest of the file would let him
 * try out what its other cells hold.
 */
export function trailBehind(trail: string, uid: string): string {
  return hash('sha256', `${trail} ${uid}`, 'base64url').slice(0, TRAIL_LENGTH);
}

/** Neither device nor inode change time: the first may change with a restart, the second with a backup. */
function stateOf({ inode, size, modified }: FileIdentity): string {
  return `${inode}.${size}.${modified}`;
}

function mac(payload: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
}

/** `query` distinguishes searches that may not share cookies. */
export function writeCookie({ offset, line, seen, total, trail }: PageState, file: FileIdentity, query: string, key: Buffer): string {
  const payload = JSON.stringify([VERSION, query, stateOf(file), offset, line, seen, total, trail]);
  return `${Buffer.from(payload).toString('base64url')}.${mac(payload, key).toString('base64url')}`;
}

/**
 * Throws `illegalArgument` for a cookie of another query, of another state of the file, or that is none. One that was not
 * signed here is to be believed only when the file itself bears it out.
 */
export function readCookie(cookie: string, path: string, file: FileIdentity, query: string, key: Buffer): FoundPage {
  const [encoded = '', signature = ''] = cookie.split('.');
  const payload = Buffer.from(encoded, 'base64url').toString('utf8');
  const given = Buffer.from(signature, 'base64url');
  const wanted = mac(payload, key);
  if (given.length !== wanted.length) notMade(path);
  const isOurs = timingSafeEqual(given, wanted);
  const { cookieQuery, state, page } = parsed(payload, path);
  if (!isOurs) return cookieQuery === query ? { ...page, isOurs } : notMade(path);
  if (cookieQuery !== query) refuse('The page cookie belongs to another search. Send it with the search that returned it, or start again without one.');
  if (state !== stateOf(file)) refuse(`${path} was changed since the page cookie was made, so the next page cannot be told. Start the search again without a cookie.`);
  return { ...page, isOurs };
}

/** The payload may be anybody's. */
function parsed(payload: string, path: string): { readonly cookieQuery: unknown; readonly state: unknown; readonly page: PageState } {
  try {
    const fields: unknown = JSON.parse(payload);
    const [version, cookieQuery, state, offset, line, seen, total, trail] = Array.isArray(fields) ? fields as unknown[] : [];
    if (version === VERSION && isCount(offset) && isCount(line) && isCount(seen) && (isCount(total) || total === -1) && typeof trail === 'string') {
      return { cookieQuery, state, page: { offset, line, seen, total, trail } };
    }
  } catch {
    // Refused below.
  }
  return notMade(path);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Also of one that another agent made, when the rows of this file before its place are others. */
export function notMade(path: string): never {
  return refuse(`The page cookie was not made by this connector for ${path}, nor for a file with the same rows before it. Start the search again without a cookie.`);
}
