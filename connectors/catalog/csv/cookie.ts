import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
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
}

const VERSION = 1;
const KEY_BYTES = 32;
const MAC_BYTES = 16;

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
  if (key.length !== KEY_BYTES) throw new ConnectorError('illegalState', `${path} is damaged. Remove it; page cookies handed out so far become invalid.`);
  return key;
}

/** Neither device nor inode change time: the first may change with a restart, the second with a backup. */
function stateOf({ inode, size, modified }: FileIdentity): string {
  return `${inode}.${size}.${modified}`;
}

function mac(payload: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(payload).digest().subarray(0, MAC_BYTES);
}

/** `query` distinguishes searches that may not share cookies. */
export function writeCookie(state: PageState, file: FileIdentity, query: string, key: Buffer): string {
  const payload = JSON.stringify([VERSION, query, stateOf(file), state.offset, state.line, state.seen, state.total]);
  return `${Buffer.from(payload).toString('base64url')}.${mac(payload, key).toString('base64url')}`;
}

/** Throws `illegalArgument` for a cookie that is not ours, of another query, or of another state of the file. */
export function readCookie(cookie: string, path: string, file: FileIdentity, query: string, key: Buffer): PageState {
  const [encoded = '', signature = ''] = cookie.split('.');
  const payload = Buffer.from(encoded, 'base64url').toString('utf8');
  const given = Buffer.from(signature, 'base64url');
  const wanted = mac(payload, key);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    refuse(`The page cookie was not made by this connector for ${path}. Start the search again without a cookie.`);
  }
  const [version, cookieQuery, state, offset, line, seen, total] = JSON.parse(payload) as [number, string, string, number, number, number, number];
  if (version !== VERSION || cookieQuery !== query) refuse('The page cookie belongs to another search. Send it with the search that returned it, or start again without one.');
  if (state !== stateOf(file)) refuse(`${path} was changed since the page cookie was made, so the next page cannot be told. Start the search again without a cookie.`);
  return { offset, line, seen, total };
}
