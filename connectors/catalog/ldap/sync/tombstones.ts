import { ALL, ConnectorError } from '../../../../protocol/model/index.js';
import type { Entry } from '../directory/contract.js';
import { firstEntry, firstText, texts } from '../directory/entry.js';
import { CONTROL, type RequestControl } from '../directory/request.js';
import { formatDn, isWithin, parseDn, tryParseDn } from '../dn.js';
import { resultCodeOf } from '../errors.js';
import { ldapClasses } from '../filter.js';
import { equalsFilter } from '../filter-value.js';
import { isDnAttribute, uidTextOf } from '../find-entry.js';
import type { LdapSession } from '../connection.js';
import type { ObjectReader } from './object-reader.js';

const PARENT = 'lastKnownParent';
const OBJECT_CLASS = 'objectClass';
/** Deleted parents of deleted entries, and so on: deeper trees do not exist. */
const MAX_DEPTH = 64;
const CONTAINER = 'CN=Deleted Objects';
/** noSuchObject and insufficientAccessRights. */
const NOT_SHOWN: ReadonlySet<number | undefined> = new Set([32, 50]);

/** What has to be read of a deleted entry. */
export function tombstoneAttributes(session: LdapSession): readonly string[] {
  const { uidAttribute } = session.config;
  return [...new Set([OBJECT_CLASS, PARENT, 'isDeleted', ...(isDnAttribute(uidAttribute) ? [] : [uidAttribute])])];
}

/** Shows deleted entries; those of which only the stub is left, too, where the server has a recycle bin. */
export async function showDeleted(session: LdapSession, signal: AbortSignal): Promise<RequestControl> {
  const { supportedControls } = await session.directory.rootDse(signal);
  return { oid: supportedControls.has(CONTROL.showRecycled) ? CONTROL.showRecycled : CONTROL.showDeleted, critical: true };
}

/** Where deleted entries of the run's base contexts are, one for each naming context. */
export async function deletedContainers({ run: { session, signal }, scope }: ObjectReader): Promise<readonly string[]> {
  const contexts = texts((await session.directory.rootDse(signal)).entry, 'namingContexts').filter((context) => context !== '');
  const holding = scope.bases.map((base) => contexts.filter((context) => isWithin(base, context)).sort((a, b) => parseDn(b).length - parseDn(a).length)[0]);
  return [...new Set(holding.filter((context) => context !== undefined))].map((context) => `${CONTAINER},${context}`);
}

/** Only administrators may read deleted entries by default: whoever may not learns nothing of deletes, and is told so. */
export async function readableContainers(reader: ObjectReader, control: RequestControl): Promise<readonly string[]> {
  const { session: { log }, signal } = reader.run;
  const readable: string[] = [];
  for (const base of await deletedContainers(reader)) {
    signal.throwIfAborted();
    if (await isReadable(reader, base, control)) readable.push(base);
    else log.warn({ container: base }, `Deletes below ${base.slice(base.indexOf(',') + 1)} are not reported: the principal may not read the container of deleted objects. Grant it List Contents and Read Property there (dsacls), or reconcile.`);
  }
  return readable;
}

/** That the container is there is shown to everybody, but not what class it is of. */
async function isReadable({ run: { session, signal } }: ObjectReader, base: string, control: RequestControl): Promise<boolean> {
  try {
    const entry = await firstEntry(session.directory.search({ base, scope: 'base', filter: '(objectClass=*)', attributes: [OBJECT_CLASS], controls: [control] }, signal));
    return entry !== undefined && texts(entry, OBJECT_CLASS).length > 0;
  } catch (error) {
    if (!NOT_SHOWN.has(resultCodeOf(error))) throw error;
    return false;
  }
}

/** LDAP classes a deleted entry of the run has; search filters are about attributes that it has lost. */
export function tombstoneClassFilter({ run: { objectClass, session } }: ObjectReader): string {
  if (objectClass === ALL) return '';
  return ldapClasses(objectClass, session.config).map((name) => equalsFilter(OBJECT_CLASS, name)).join('');
}

/** Tells what deleted entries of Active Directory were. One for each run: it remembers parents. */
export class Tombstones {
  readonly #reader: ObjectReader;
  readonly #control: RequestControl;
  /** Whether what was below a deleted entry was in scope, by its DN. */
  readonly #parents = new Map<string, boolean>();

  constructor(reader: ObjectReader, control: RequestControl) {
    this.#reader = reader;
    this.#control = control;
  }

  /** The delete it means; undefined for an entry the run does not report. */
  async delete(entry: Entry): Promise<{ readonly uid: string; readonly objectClass: string } | undefined> {
    const objectClass = this.#reader.scope.classOf(texts(entry, OBJECT_CLASS));
    if (objectClass === undefined || !await this.#wasInScope(entry, 0)) return undefined;
    return { uid: this.#uidOf(entry), objectClass };
  }

  async #wasInScope(entry: Entry, depth: number): Promise<boolean> {
    const parent = firstText(entry, PARENT);
    // What cannot be told is reported: a delete of something unknown does no harm, a missed one does.
    if (parent === undefined || depth > MAX_DEPTH) return true;
    if (this.#reader.scope.contains(parent)) return true;
    if (!this.#isDeleted(parent)) return false;
    const known = this.#parents.get(parent);
    if (known !== undefined) return known;
    const above = await this.#read(parent);
    const was = above === undefined ? true : await this.#wasInScope(above, depth + 1);
    this.#parents.set(parent, was);
    return was;
  }

  #isDeleted(dn: string): boolean {
    const [rdn] = tryParseDn(dn) ?? [];
    return rdn !== undefined && rdn.some(({ value }) => typeof value === 'string' && value.includes('\nDEL:'));
  }

  #read(dn: string): Promise<Entry | undefined> {
    const { session, signal } = this.#reader.run;
    return firstEntry(session.directory.search({ base: dn, scope: 'base', filter: '(objectClass=*)', attributes: [PARENT], controls: [this.#control] }, signal));
  }

  #uidOf(entry: Entry): string {
    const { session } = this.#reader.run;
    const { uidAttribute } = session.config;
    const uid = isDnAttribute(uidAttribute) ? formerDn(entry) : uidTextOf(session, entry);
    if (uid !== undefined) return uid;
    throw new ConnectorError('configuration', `The delete of "${entry.dn}" at ${session.directory.url} cannot be reported: deleted entries have no ${uidAttribute} any more. Choose objectGUID as uidAttribute.`);
  }
}

/** `CN=name\0ADEL:…,CN=Deleted Objects,…` and its last parent → the DN before. */
function formerDn(entry: Entry): string | undefined {
  const parent = tryParseDn(firstText(entry, PARENT) ?? '');
  const [rdn] = tryParseDn(entry.dn) ?? [];
  if (parent === undefined || parent.length === 0 || rdn === undefined) return undefined;
  return formatDn([rdn.map(({ attribute, value }) => ({ attribute, value: typeof value === 'string' ? value.split('\nDEL:')[0] ?? value : value })), ...parent]);
}
