import { ConnectorError, Uid, type SyncToken } from '../../../../../protocol/model/index.js';
import type { Changes } from '../../../../framework/spi.js';
import { searchBelow } from '../../base-search.js';
import type { Entry } from '../../directory/contract.js';
import { firstText } from '../../directory/entry.js';
import { CONTROL, type RequestControl } from '../../directory/request.js';
import { andFilter } from '../../filter-value.js';
import { distinctBases } from '../../search-plan.js';
import { ObjectReader } from '../object-reader.js';
import type { PendingDelta, SyncRun, SyncStrategy } from '../strategy.js';
import { Tombstones, readableContainers, showDeleted, tombstoneAttributes, tombstoneClassFilter } from '../tombstones.js';
import { inOrder, type Numbered } from './in-order.js';
import { currentUsn, parseUsnToken, startAfter, usnToken, type UsnPosition } from './usn-server.js';

const CHANGED = 'uSNChanged';
const CREATED = 'uSNCreated';

interface Change extends Numbered {
  readonly entry: Entry;
  readonly isDeleted: boolean;
}

function numberIn(entry: Entry, attribute: string): number | undefined {
  const usn = Number(firstText(entry, attribute) ?? NaN);
  return Number.isSafeInteger(usn) ? usn : undefined;
}

function numbered(entry: Entry, isDeleted: boolean): Change | undefined {
  const usn = numberIn(entry, CHANGED);
  return usn === undefined ? undefined : { usn, entry, isDeleted };
}

/** Changed and deleted entries of one run, by ranges of their numbers. */
class UsnChanges {
  readonly #reader: ObjectReader;
  readonly #tombstones: Tombstones;
  readonly #liveControls: readonly RequestControl[];
  readonly #deletedControl: RequestControl;
  readonly #containers: readonly string[];
  readonly #start: number;

  /** `start`: number behind which the changes are. */
  static async open(run: SyncRun, start: number): Promise<UsnChanges> {
    const reader = await ObjectReader.open(run, false, [CHANGED, CREATED]);
    const { supportedControls } = await run.session.directory.rootDse(run.signal);
    // Numbers are this server's own: what it refers to counts by others.
    const live = supportedControls.has(CONTROL.domainScope) ? [{ oid: CONTROL.domainScope, critical: false }] : [];
    const deleted = await showDeleted(run.session, run.signal);
    return new UsnChanges(reader, { start, live, deleted, containers: await readableContainers(reader, deleted) });
  }

  private constructor(reader: ObjectReader, { start, live, deleted, containers }: { readonly start: number; readonly live: readonly RequestControl[]; readonly deleted: RequestControl; readonly containers: readonly string[] }) {
    this.#reader = reader;
    this.#tombstones = new Tombstones(reader, deleted);
    this.#liveControls = live;
    this.#deletedControl = deleted;
    this.#containers = containers;
    this.#start = start;
  }

  async* between(from: number, to: number): AsyncGenerator<Change, void, void> {
    const { run: { session, signal }, scope } = this.#reader;
    const range = `(${CHANGED}>=${from})(${CHANGED}<=${to})`;
    for (const base of distinctBases(scope.bases, 'sub')) {
      const search = { base, filter: `(&${andFilter(scope.filter)}${range})`, attributes: this.#reader.attributes, controls: this.#liveControls, paged: true };
      for await (const entry of searchBelow(session, search, signal)) yield* found(entry, false);
    }
    for (const base of this.#containers) {
      const filter = `(&(isDeleted=TRUE)${range}${tombstoneClassFilter(this.#reader)})`;
      const search = { base, filter, attributes: [...tombstoneAttributes(session), CHANGED], controls: [this.#deletedControl], paged: true };
      for await (const entry of searchBelow(session, search, signal)) yield* found(entry, true);
    }
  }

  /** Undefined for what the run does not report. */
  async delta({ entry, isDeleted }: Change): Promise<PendingDelta | undefined> {
    if (isDeleted) {
      const gone = await this.#tombstones.delete(entry);
      return gone === undefined ? undefined : { kind: 'DELETE', uid: new Uid(gone.uid), objectClass: gone.objectClass };
    }
    const object = await this.#reader.toObject(entry);
    if (object === undefined) return undefined;
    // Older ones may have come into the scope by this change.
    const kind = (numberIn(entry, CREATED) ?? 0) > this.#start ? 'CREATE' : 'CREATE_OR_UPDATE';
    return { kind, uid: object.uid, objectClass: object.objectClass, object };
  }
}

function* found(entry: Entry, isDeleted: boolean): Generator<Change, void, void> {
  const change = numbered(entry, isDeleted);
  if (change !== undefined) yield change;
}

function positionOf(token: SyncToken): UsnPosition {
  const position = parseUsnToken(token.value);
  if (position !== undefined) return position;
  throw new ConnectorError('invalidAttributeValue', 'The sync token is no update sequence number. Reset the token (the way of synchronization may have been changed) and reconcile.');
}

/**
 * Active Directory and AD LDS by update sequence numbers: every change gives its entry the next number of the server, deletes
 * too, and deleted entries stay as tombstones for months. A change is told once, as the entry is now. A null token means from now
 * on, as in the Java connector. An entry that was moved out of the base contexts is not told about: reconciliation finds it.
 */
export const usnStrategy: SyncStrategy = {
  name: 'update sequence numbers',

  async* changes(run: SyncRun, token: SyncToken | null): Changes {
    // What changes from here on has higher numbers, and comes with the next run.
    const now = await currentUsn(run.session, run.signal);
    if (token === null) return usnToken(now);
    const start = startAfter(run.session, positionOf(token), now);
    const source = await UsnChanges.open(run, start);
    for await (const changes of inOrder((from, to) => source.between(from, to), start + 1, now.usn)) {
      for (const [index, change] of changes.entries()) {
        const delta = await source.delta(change);
        if (delta === undefined) continue;
        // Behind a token nothing is missing, should two changes ever share a number.
        const isLast = changes[index + 1]?.usn !== change.usn;
        yield { ...delta, token: usnToken({ usn: isLast ? change.usn : change.usn - 1, server: now.server }) };
      }
    }
    return usnToken({ usn: Math.max(start, now.usn), server: now.server });
  },

  latestToken: async (run) => usnToken(await currentUsn(run.session, run.signal)),
};
