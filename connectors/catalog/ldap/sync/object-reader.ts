import { ALL, type ConnectorObject } from '../../../../protocol/model/index.js';
import { searchBelow } from '../base-search.js';
import type { Entry, ServerType } from '../directory/contract.js';
import { firstEntry, texts } from '../directory/entry.js';
import { resultCodeOf } from '../errors.js';
import { andFilter } from '../filter-value.js';
import { isDnAttribute, uidFilter } from '../find-entry.js';
import { entryMapper, type EntryMapper } from '../mapping.js';
import { readSubschema } from '../schema/read-schema.js';
import type { Subschema } from '../schema/subschema.js';
import { syncScope, type SyncScope } from './scope.js';
import type { SyncRun } from './strategy.js';

const NO_SUCH_OBJECT = 32;
const OBJECT_CLASS = 'objectClass';

/** Reads the present state of changed entries, as far as they are in the scope of the run. */
export class ObjectReader {
  readonly run: SyncRun;
  readonly scope: SyncScope;
  readonly #schema: Subschema;
  readonly #serverType: ServerType;
  readonly #extra: readonly string[];
  readonly #mappers = new Map<string, EntryMapper>();

  /** `listedOnly`: see {@link syncScope}. `extra`: LDAP attributes to read besides those of the objects. */
  static async open(run: SyncRun, listedOnly: boolean, extra: readonly string[] = []): Promise<ObjectReader> {
    const schema = await readSubschema(run.session, run.signal);
    const { serverType } = await run.session.directory.rootDse(run.signal);
    return new ObjectReader(run, await syncScope(run, schema, listedOnly), schema, serverType, extra);
  }

  constructor(run: SyncRun, scope: SyncScope, schema: Subschema, serverType: ServerType, extra: readonly string[]) {
    this.run = run;
    this.scope = scope;
    this.#schema = schema;
    this.#serverType = serverType;
    this.#extra = extra;
  }

  /** What is asked for with every entry. */
  get attributes(): readonly string[] {
    return [...new Set([...this.#mapper(this.run.objectClass).attributes, OBJECT_CLASS, ...this.#extra])];
  }

  async byDn(dn: string): Promise<Entry | undefined> {
    const { session, signal } = this.run;
    try {
      return await firstEntry(session.directory.search({ base: dn, scope: 'base', filter: this.scope.filter, attributes: this.attributes }, signal));
    } catch (error) {
      if (resultCodeOf(error) === NO_SUCH_OBJECT) return undefined;
      throw error;
    }
  }

  /** For an entry whose DN may have changed since. */
  async byUid(uid: string): Promise<Entry | undefined> {
    const { config } = this.run.session;
    if (isDnAttribute(config.uidAttribute)) return await this.byDn(uid);
    const wanted = uidFilter(config, uid);
    if (wanted === undefined) return undefined;
    const filter = andFilter(this.scope.filter, wanted);
    for (const base of this.scope.bases) for await (const entry of this.#below(base, filter)) return entry;
    return undefined;
  }

  /** Entries in scope below `dn`, itself included. */
  below(dn: string): AsyncGenerator<Entry, void, void> {
    return this.#below(dn, this.scope.filter, true);
  }

  /** Undefined for an entry of a class the run does not report. */
  async toObject(entry: Entry): Promise<ConnectorObject | undefined> {
    const { objectClass } = this.run;
    const ofClass = objectClass === ALL ? this.scope.classOf(texts(entry, OBJECT_CLASS)) : objectClass;
    return ofClass === undefined ? undefined : await this.#mapper(ofClass).map(entry, this.run.signal);
  }

  #below(base: string, filter: string, mayBeMissing = false): AsyncGenerator<Entry, void, void> {
    return searchBelow(this.run.session, { base, filter, attributes: this.attributes, mayBeMissing }, this.run.signal);
  }

  #mapper(objectClass: string): EntryMapper {
    const known = this.#mappers.get(objectClass);
    if (known !== undefined) return known;
    const mapper = entryMapper(this.run.session, objectClass, this.run.options.attributesToGet, this.#schema, this.#serverType);
    this.#mappers.set(objectClass, mapper);
    return mapper;
  }
}
