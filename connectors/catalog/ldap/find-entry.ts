import { ConnectorError, attributeKey, type Uid } from '../../../protocol/model/index.js';
import { searchBelow } from './base-search.js';
import { guidBytes, guidText, isGuidAttribute } from './active-directory/guid.js';
import type { LdapConfig } from './config.js';
import type { LdapSession } from './connection.js';
import type { Entry } from './directory/contract.js';
import { firstText } from './directory/entry.js';
import { equalsFilter } from './filter-value.js';

/** Asks for no attribute at all (RFC 4511 section 4.5.1.8). */
export const NO_ATTRIBUTES = ['1.1'] as const;

/** Whether a configured attribute name stands for the DN itself, which is no attribute on most servers. */
export function isDnAttribute(name: string): boolean {
  return /^(?:dn|entrydn)$/i.test(name);
}

/** Where accounts and groups are looked for: baseContexts, or every naming context of the server when there are none. */
export async function searchBases(session: LdapSession, signal: AbortSignal): Promise<readonly string[]> {
  const { baseContexts } = session.config;
  return baseContexts.length > 0 ? baseContexts : (await session.directory.rootDse(signal)).namingContexts;
}

/** The attributes of a search that also has to tell the uid. */
export function withUidAttribute(session: LdapSession, attributes: readonly string[]): readonly string[] {
  const { uidAttribute } = session.config;
  const wanted = attributes.filter((attribute) => attribute !== NO_ATTRIBUTES[0]);
  return isDnAttribute(uidAttribute) ? (wanted.length === 0 ? NO_ATTRIBUTES : wanted) : [...wanted, uidAttribute];
}

/** What the entry of a uid matches; undefined for text that can be no uid. */
export function uidFilter(config: LdapConfig, uid: string): string | undefined {
  if (!isGuidAttribute(config.uidAttribute, config)) return equalsFilter(config.uidAttribute, uid);
  const bytes = guidBytes(uid);
  return bytes === undefined ? undefined : equalsFilter(config.uidAttribute, bytes);
}

/** The entry of a uid; undefined when there is none. Two entries with one uid are an error: either could be the wrong one. */
export async function findEntry(session: LdapSession, uid: string, attributes: readonly string[], signal: AbortSignal): Promise<Entry | undefined> {
  const { directory, config } = session;
  if (isDnAttribute(config.uidAttribute)) return await directory.read(uid, attributes, signal);
  const filter = uidFilter(config, uid);
  if (filter === undefined) return undefined;
  let found: Entry | undefined;
  for (const base of await searchBases(session, signal)) {
    for await (const entry of searchBelow(session, { base, filter, attributes, limit: 2 }, signal)) {
      if (found !== undefined && found.dn !== entry.dn) {
        throw new ConnectorError('connector', `Uid ${uid} is not unique at ${directory.url}: "${found.dn}" and "${entry.dn}" both have it as ${config.uidAttribute}. Choose a uidAttribute with unique values.`);
      }
      found = entry;
    }
  }
  return found;
}

/** Like {@link findEntry}; throws unknownUid when there is no entry. */
export async function requireEntry(session: LdapSession, objectClass: string, uid: Uid, attributes: readonly string[], signal: AbortSignal): Promise<Entry> {
  const entry = await findEntry(session, uid.value, attributes, signal);
  if (entry !== undefined) return entry;
  const { directory, config } = session;
  throw new ConnectorError('unknownUid', `There is no ${objectClass} with ${config.uidAttribute} "${uid.value}" at ${directory.url}.`);
}

/** The uid an entry tells; undefined when the server did not return the uid attribute. */
export function uidTextOf(session: LdapSession, entry: Entry): string | undefined {
  const { config } = session;
  const { uidAttribute, useOldADGUIDFormat } = config;
  if (isDnAttribute(uidAttribute)) return entry.dn;
  if (!isGuidAttribute(uidAttribute, config)) return firstText(entry, uidAttribute);
  const bytes = entry.attributes.get(attributeKey(uidAttribute))?.values[0];
  return bytes === undefined ? undefined : guidText(bytes, useOldADGUIDFormat);
}
