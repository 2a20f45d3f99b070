import { ALL, ConnectorError, Uid, attributeKey, type SyncDeltaKind } from '../../../../protocol/model/index.js';
import type { Entry } from '../directory/contract.js';
import { dnKey, formatDn, parseDn, rebase, sameDn, tryParseDn } from '../dn.js';
import { isDnAttribute, uidTextOf, withUidAttribute } from '../find-entry.js';
import { rdnValues } from '../rename.js';
import type { ChangeRecord } from './change-record.js';
import type { ObjectReader } from './object-reader.js';
import type { PendingDelta } from './strategy.js';

/** Turns the records of a change log into deltas. One for each run: it holds what the configuration filters out. */
export class RecordDeltas {
  readonly #reader: ObjectReader;
  readonly #ignoredAuthors: ReadonlySet<string>;
  readonly #attributes: ReadonlySet<string>;

  constructor(reader: ObjectReader) {
    const { config } = reader.run.session;
    this.#reader = reader;
    this.#ignoredAuthors = new Set(config.modifiersNamesToFilterOut.map(dnKey));
    this.#attributes = new Set(config.attributesToSynchronize.map(attributeKey));
  }

  /** What a change means for the reader; nothing when it is out of scope, filtered out, or overtaken by a later change. */
  async* of(record: ChangeRecord): AsyncGenerator<PendingDelta, void, void> {
    const { scope } = this.#reader;
    const before = scope.contains(record.dn);
    const after = record.kind !== 'delete' && scope.contains(record.newDn ?? record.dn);
    if ((!before && !after) || this.#isIgnored(record)) return;
    if (!after) yield* this.#gone(record);
    else yield* this.#changed(record, before);
  }

  #isIgnored({ author, kind, touched }: ChangeRecord): boolean {
    if (author !== undefined && this.#ignoredAuthors.has(dnKey(author))) return true;
    return kind !== 'delete' && this.#attributes.size > 0 && ![...touched].some((name) => this.#attributes.has(name));
  }

  /** A deleted entry, or one that has left the base contexts. */
  async* #gone(record: ChangeRecord): AsyncGenerator<PendingDelta, void, void> {
    const { run, scope } = this.#reader;
    const special = run.objectClass === ALL ? undefined : run.objectClass;
    const objectClass = record.objectClasses === undefined ? special : scope.classOf(record.objectClasses);
    if (record.objectClasses !== undefined && objectClass === undefined) return;
    const uid = await this.#uidOfMoved(record) ?? uidOfGone(record, run.session.config.uidAttribute, run.session.directory.url);
    yield { kind: 'DELETE', uid: new Uid(uid), objectClass };
  }

  /** An entry that only left the base contexts can still be asked. */
  async #uidOfMoved({ newDn }: ChangeRecord): Promise<string | undefined> {
    const { session, signal } = this.#reader.run;
    if (newDn === undefined || isDnAttribute(session.config.uidAttribute)) return undefined;
    const entry = await session.directory.read(newDn, withUidAttribute(session, []), signal);
    return entry === undefined ? undefined : uidTextOf(session, entry);
  }

  async* #changed(record: ChangeRecord, wasInScope: boolean): AsyncGenerator<PendingDelta, void, void> {
    const dn = record.newDn ?? record.dn;
    const entry = await this.#reader.byDn(dn) ?? (record.uid === undefined ? undefined : await this.#reader.byUid(record.uid));
    if (entry !== undefined) yield* this.#delta(entry, record.kind === 'add' ? 'CREATE' : wasInScope ? 'UPDATE' : 'CREATE_OR_UPDATE', record);
    if (record.kind !== 'rename') return;
    // The log has one record for a renamed tree, but every name in it is new.
    for await (const below of this.#reader.below(dn)) if (!sameDn(below.dn, dn)) yield* this.#delta(below, wasInScope ? 'UPDATE' : 'CREATE_OR_UPDATE', record);
  }

  async* #delta(entry: Entry, kind: SyncDeltaKind, record: ChangeRecord): AsyncGenerator<PendingDelta, void, void> {
    const object = await this.#reader.toObject(entry);
    if (object === undefined) return;
    const previousUid = kind === 'CREATE' ? undefined : this.#previousUid(entry, object.uid.value, record);
    yield { kind, uid: object.uid, objectClass: object.objectClass, object, previousUid };
  }

  /** The uid before a rename, when the uid is the DN or stands in the RDN. */
  #previousUid(entry: Entry, uid: string, record: ChangeRecord): Uid | undefined {
    if (record.kind !== 'rename' || record.newDn === undefined) return undefined;
    const { uidAttribute } = this.#reader.run.session.config;
    const [from, to] = [parseDn(record.dn), parseDn(record.newDn)];
    const old = rebase(parseDn(entry.dn), to, from);
    if (old === undefined) return undefined;
    const previous = isDnAttribute(uidAttribute) ? formatDn(old) : rdnValues(old, uidAttribute)[0];
    return previous === undefined || previous === uid ? undefined : new Uid(previous);
  }
}

function uidOfGone(record: ChangeRecord, uidAttribute: string, server: string): string {
  if (isDnAttribute(uidAttribute)) return record.dn;
  const dn = tryParseDn(record.dn);
  const uid = record.uid ?? (dn === undefined ? undefined : rdnValues(dn, uidAttribute)[0]);
  if (uid !== undefined) return uid;
  throw new ConnectorError('configuration', `The delete of "${record.dn}" (${record.label} at ${server}) cannot be reported: the change log does not tell the ${uidAttribute} of deleted entries. `
    + `Let the server log it (389 Directory Server: nsslapd-attribute: ${uidAttribute}:target${uidAttribute} in the Retro Changelog Plugin), or choose a uidAttribute which it logs.`);
}
