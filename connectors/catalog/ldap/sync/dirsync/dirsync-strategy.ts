import { ConnectorError, Uid, type SyncDelta, type SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import { guidName } from '../../active-directory/guid.js';
import type { DirectorySearchEnd, Entry } from '../../directory/contract.js';
import { firstEntry, firstText, texts } from '../../directory/entry.js';
import { CONTROL, type RequestControl } from '../../directory/request.js';
import { resultCodeOf } from '../../errors.js';
import { uidTextOf, withUidAttribute } from '../../find-entry.js';
import { ObjectReader } from '../object-reader.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { Tombstones, deletedContainers, readableContainers, showDeleted, tombstoneAttributes, tombstoneClassFilter } from '../tombstones.js';
import { dirSyncAnswer, dirSyncControl } from './dirsync-control.js';
import { dirSyncToken, parseDirSyncToken, type Cookies } from './dirsync-token.js';

const NOT_THERE: ReadonlySet<number | undefined> = new Set([32, 50]);
const NOTHING = '(!(objectClass=*))';
const OBJECT_CLASS = 'objectClass';

/** An answer has what was changed of an entry: all of it for one that is new. */
function isNew({ attributes }: Entry): boolean {
  return attributes.has('whencreated');
}

/** One run: what an entry of an answer means. */
class DirSyncChanges {
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

  /** One answer of the server. All attributes are asked for: only changes of what is asked for count. */
  async* answer(context: string, cookie: Uint8Array, filter: string): AsyncGenerator<Entry, DirectorySearchEnd, void> {
    const { session, signal } = this.reader.run;
    return yield* session.directory.search({ base: context, scope: 'sub', filter, controls: [dirSyncControl(cookie)] }, signal);
  }

  get filter(): string {
    return `(&(objectClass=*)${tombstoneClassFilter(this.reader)})`;
  }

  async delta(changed: Entry): Promise<PendingDelta | undefined> {
    const guid = changed.attributes.get('objectguid')?.values[0];
    if (guid === undefined) return undefined;
    const name = guidName(guid);
    if (firstText(changed, 'isDeleted')?.toUpperCase() === 'TRUE') return await this.#deleted(name, changed);
    const entry = await this.#read(name, this.reader.scope.filter, this.reader.attributes);
    if (entry !== undefined && this.reader.scope.contains(entry.dn)) {
      const object = await this.reader.toObject(entry);
      return object === undefined ? undefined : { kind: isNew(changed) ? 'CREATE' : 'CREATE_OR_UPDATE', uid: object.uid, objectClass: object.objectClass, object };
    }
    // A changed name of an entry that is not new: it was renamed or moved, perhaps out of the base contexts.
    return changed.attributes.has('name') && !isNew(changed) ? await this.#moved(name) : undefined;
  }

  async #deleted(name: string, changed: Entry): Promise<PendingDelta | undefined> {
    const { run } = this.reader;
    const entry = await this.#read(name, '(objectClass=*)', tombstoneAttributes(run.session), [this.#deletedControl]) ?? changed;
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

function answerOf(end: DirectorySearchEnd, url: string): { readonly more: boolean; readonly cookie: Uint8Array } {
  const answer = dirSyncAnswer(end.controls);
  if (answer === undefined) throw new ConnectorError('connector', `The server ${url} did not answer the DirSync control. Configure one server only, to synchronize by its update sequence numbers.`);
  return answer;
}

/** Only the last delta of an answer moves the token on: the cookie stands for all of it. */
async function* oneAnswer(source: DirSyncChanges, at: number, cookies: Cookies): AsyncGenerator<SyncDelta, { readonly cookies: Cookies; readonly more: boolean }, void> {
  const { url } = source.reader.run.session.directory;
  const entries = source.answer(source.contexts[at] ?? '', cookies[at] ?? new Uint8Array(0), source.filter);
  let held: PendingDelta | undefined;
  let step = await entries.next();
  try {
    for (; step.done !== true; step = await entries.next()) {
      const delta = await source.delta(step.value);
      if (delta === undefined) continue;
      if (held !== undefined) yield { ...held, token: dirSyncToken(cookies) };
      held = delta;
    }
  } finally {
    await entries.return(undefined as never);
  }
  const { more, cookie } = answerOf(step.value, url);
  const next = cookies.map((old, index) => (index === at ? cookie : old));
  if (held !== undefined) yield { ...held, token: dirSyncToken(next) };
  return { cookies: next, more };
}

async function latest(run: SyncRun): Promise<SyncToken> {
  const source = await DirSyncChanges.open(run);
  const cookies: Uint8Array[] = [];
  for (const context of source.contexts) {
    let cookie = new Uint8Array(0);
    for (let more = true; more;) {
      const entries = source.answer(context, cookie, NOTHING);
      let step = await entries.next();
      while (step.done !== true) step = await entries.next();
      const answer = answerOf(step.value, run.session.directory.url);
      more = answer.more;
      cookie = Uint8Array.from(answer.cookie);
    }
    cookies.push(cookie);
  }
  return dirSyncToken(cookies);
}

/**
 * Active Directory by its DirSync control (MS-ADTS 3.1.1.3.4.1.3), whose cookie stands for what all domain controllers have
 * replicated: sync may go on at another one. Deletes, and moves out of the base contexts, are told. A null token means from now on.
 */
export const dirSyncStrategy: SyncStrategy = {
  name: 'DirSync',

  async* changes(run: SyncRun, token: SyncToken | null): Changes {
    if (token === null) return await latest(run);
    const source = await DirSyncChanges.open(run);
    let cookies = parseDirSyncToken(token.value, source.contexts.length);
    for (const at of source.contexts.keys()) {
      for (let more = true; more;) ({ cookies, more } = yield* oneAnswer(source, at, cookies));
    }
    return dirSyncToken(cookies);
  },

  latestToken: latest,
};

/** Whether the server offers it. */
export function offersDirSync(controls: ReadonlySet<string>): boolean {
  return controls.has(CONTROL.dirSync);
}
