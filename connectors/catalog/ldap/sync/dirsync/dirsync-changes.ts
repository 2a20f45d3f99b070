import { ConnectorError, Uid } from '../../../../../protocol/model/index.js';
import { guidName } from '../../active-directory/guid.js';
import type { DirectorySearchEnd, Entry } from '../../directory/contract.js';
import { firstEntry, firstText, texts } from '../../directory/entry.js';
import type { RequestControl } from '../../directory/request.js';
import { resultCodeOf } from '../../errors.js';
import { uidTextOf, withUidAttribute } from '../../find-entry.js';
import { ObjectReader } from '../object-reader.js';
import type { PendingDelta, SyncRun } from '../strategy.js';
import { Tombstones, deletedContainers, readableContainers, showDeleted, tombstoneAttributes, tombstoneClassFilter } from '../tombstones.js';
import { currentUsn } from '../usn/usn-server.js';
import { dirSyncAnswer, dirSyncControl } from './dirsync-control.js';
import type { Cookies } from './dirsync-token.js';

const NOT_THERE: ReadonlySet<number | undefined> = new Set([32, 50]);
const NOTHING = '(!(objectClass=*))';
const OBJECT_CLASS = 'objectClass';

/** An entry of an answer, as far as it says what has to be read. */
export interface Changed {
  /** `<GUID=…>` */
  readonly name: string;
  /** An answer has what was changed of an entry: all of it for one that is new. */
  readonly isNew: boolean;
  /** Its RDN was given, or changed. */
  readonly isNamed: boolean;
  /** What is left of a deleted entry. */
  readonly remains: Entry | undefined;
}

export interface Answer {
  readonly changed: readonly Changed[];
  /** Where the next answer starts, and whether there is more already. */
  readonly cookie: Uint8Array;
  readonly more: boolean;
}

/** One run: what an entry of an answer means. */
export class DirSyncChanges {
  readonly reader: ObjectReader;
  /** Naming contexts of the base contexts: DirSync answers for whole ones only. */
  readonly contexts: readonly string[];
  readonly #tombstones: Tombstones;
  readonly #deletedControl: RequestControl;

  static async open(run: SyncRun): Promise<DirSyncChanges> {
    const reader = await ObjectReader.open(run, false);
    const contexts = (await deletedContainers(reader)).map((container) => container.slice(container.indexOf(',') + 1)).sort();
    if (contexts.length === 0) throw new ConnectorError('configuration', `None of the base contexts is in a naming context of ${run.session.directory.url}. Correct baseContexts or baseContextsToSynchronize.`);
    const deleted = await showDeleted(run.session, run.signal);
    await readableContainers(reader, deleted);
    return new DirSyncChanges(reader, contexts, deleted);
  }

  constructor(reader: ObjectReader, contexts: readonly string[], deletedControl: RequestControl) {
    this.reader = reader;
    this.contexts = contexts;
    this.#deletedControl = deletedControl;
    this.#tombstones = new Tombstones(reader, deletedControl);
  }

  /**
   * One answer. It is taken as a whole, which the control limits, because its cookie comes at its end and belongs into the tokens
   * on the way. All attributes are asked for: only changes of what is asked for count.
   */
  async answer(context: number, cookies: Cookies): Promise<Answer> {
    const changed: Changed[] = [];
    const end = await this.#eachOf(this.contexts[context] ?? '', cookies[context] ?? new Uint8Array(0), `(&(objectClass=*)${tombstoneClassFilter(this.reader)})`, (entry) => {
      const one = this.#changed(entry);
      if (one !== undefined) changed.push(one);
    });
    return { changed, ...end };
  }

  /** Behind all that has changed so far. */
  async latest(context: string): Promise<Uint8Array> {
    for (let cookie = new Uint8Array(0); ;) {
      const end = await this.#eachOf(context, cookie, NOTHING, () => undefined);
      if (!end.more) return end.cookie;
      cookie = Uint8Array.from(end.cookie);
    }
  }

  /** The database behind the answers; undefined where the principal may not read that. */
  async server(): Promise<string | undefined> {
    const { session, signal } = this.reader.run;
    return (await currentUsn(session, signal)).server;
  }

  async delta({ name, isNew, isNamed, remains }: Changed): Promise<PendingDelta | undefined> {
    if (remains !== undefined) return await this.#deleted(name, remains);
    const entry = await this.#read(name, this.reader.scope.filter, this.reader.attributes);
    if (entry !== undefined && this.reader.scope.contains(entry.dn)) {
      const object = await this.reader.toObject(entry);
      return object === undefined ? undefined : { kind: isNew ? 'CREATE' : 'CREATE_OR_UPDATE', uid: object.uid, objectClass: object.objectClass, object };
    }
    // A changed name of an entry that is not new: it was renamed or moved, perhaps out of the base contexts.
    return isNamed && !isNew ? await this.#moved(name) : undefined;
  }

  #changed(entry: Entry): Changed | undefined {
    const guid = entry.attributes.get('objectguid')?.values[0];
    if (guid === undefined) return undefined;
    const isDeleted = firstText(entry, 'isDeleted')?.toUpperCase() === 'TRUE';
    return {
      name: guidName(guid), isNew: entry.attributes.has('whencreated'), isNamed: entry.attributes.has('name'),
      remains: isDeleted ? copied(entry, tombstoneAttributes(this.reader.run.session)) : undefined,
    };
  }

  async #eachOf(context: string, cookie: Uint8Array, filter: string, take: (entry: Entry) => void): Promise<Pick<Answer, 'cookie' | 'more'>> {
    const { session: { directory }, signal } = this.reader.run;
    const entries = directory.search({ base: context, scope: 'sub', filter, controls: [dirSyncControl(cookie)] }, signal);
    let step = await entries.next();
    for (; step.done !== true; step = await entries.next()) take(step.value);
    return endOf(step.value, directory.url);
  }

  async #deleted(name: string, remains: Entry): Promise<PendingDelta | undefined> {
    const { run } = this.reader;
    const entry = await this.#read(name, '(objectClass=*)', tombstoneAttributes(run.session), [this.#deletedControl]) ?? remains;
    const gone = await this.#tombstones.delete(entry);
    return gone === undefined ? undefined : { kind: 'DELETE', uid: new Uid(gone.uid), objectClass: gone.objectClass };
  }

  async #moved(name: string): Promise<PendingDelta | undefined> {
    const { run: { session }, scope } = this.reader;
    const entry = await this.#read(name, '(objectClass=*)', withUidAttribute(session, [OBJECT_CLASS]));
    const uid = entry === undefined || scope.contains(entry.dn) ? undefined : uidTextOf(session, entry);
    const objectClass = entry === undefined ? undefined : scope.classOf(texts(entry, OBJECT_CLASS));
    return uid === undefined || objectClass === undefined ? undefined : { kind: 'DELETE', uid: new Uid(uid), objectClass };
  }

  async #read(base: string, filter: string, attributes: readonly string[], controls: readonly RequestControl[] = []): Promise<Entry | undefined> {
    const { session, signal } = this.reader.run;
    try {
      return await firstEntry(session.directory.search({ base, scope: 'base', filter, attributes, controls }, signal));
    } catch (error) {
      if (NOT_THERE.has(resultCodeOf(error))) return undefined;
      throw error;
    }
  }
}

/** Some attributes of an entry, apart from the buffer it was received in. */
function copied({ dn, attributes }: Entry, names: readonly string[]): Entry {
  const kept = names.flatMap((name) => attributes.get(name.toLowerCase()) ?? []);
  return { dn, attributes: new Map(kept.map(({ name, values }) => [name.toLowerCase(), { name, values: values.map((value) => Uint8Array.from(value)) }])) };
}

function endOf(end: DirectorySearchEnd, url: string): Pick<Answer, 'cookie' | 'more'> {
  const answer = dirSyncAnswer(end.controls);
  if (answer === undefined) throw new ConnectorError('connector', `The server ${url} did not answer the DirSync control. Configure one server only, to synchronize by its update sequence numbers.`);
  return answer;
}
