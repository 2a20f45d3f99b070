import { ConnectorError, type IcfValue, type SyncToken } from '../../../../../protocol/model/index.js';

const PREFIX = 'dirsync:';

/** A cookie of each naming context, in a fixed order. Any domain controller of the domain takes them. */
export type Cookies = readonly Uint8Array[];

export function dirSyncToken(cookies: Cookies): SyncToken {
  return { value: PREFIX + cookies.map((cookie) => Buffer.from(cookie).toString('base64')).join('.') };
}

export function isDirSyncToken(value: IcfValue): value is string {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

/** Throws for a token of another way of synchronization, or of other base contexts. */
export function parseDirSyncToken(value: IcfValue, contexts: number): Cookies {
  const cookies = isDirSyncToken(value) ? value.slice(PREFIX.length).split('.').map((text) => Uint8Array.from(Buffer.from(text, 'base64'))) : [];
  if (cookies.length === contexts) return cookies;
  throw new ConnectorError('invalidAttributeValue', 'The sync token is no cookie of directory synchronization (DirSync), or of other base contexts. Reset the token and reconcile.');
}
