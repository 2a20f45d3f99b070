import { createHash } from 'node:crypto';
import { ConnectorError, Uid, attributeKey, type ConnectorObject, type SearchResult, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { canonicalValue } from '../canonical.js';
import type { Changes, Results } from '../spi.js';
import { KnownObjects } from './known-objects.js';
import { CONTENT_LENGTH, readSnapshot } from './snapshot-file.js';
import { SnapshotStore, type SnapshotDraft } from './snapshot-store.js';
import { ToldChanges, readSnapshotPlace } from './told-changes.js';

export interface SnapshotRequest {
  /** The configuration's own directory (`OpenContext.stateDirectory`). */
  readonly stateDirectory: string;
  readonly objectClass: string;
  /** Names what else decides which objects there are; a token holds for the same view only. Undefined: all of the class. */
  readonly view?: string | undefined;
  /** A token this function gave; null: everything is new. */
  readonly token: SyncToken | null;
  /** Everything there is now, always with the same attributes. Ended by this function. */
  readonly objects: Results;
  readonly signal: AbortSignal;
  /** Told of every object that did not change; as `Call.progress`. */
  readonly progress?: (() => void) | undefined;
  /** Snapshots kept, for tokens that are used again. At least 2. @default 3 */
  readonly retain?: number;
  /** @default 1,000,000 */
  readonly limit?: number;
}

/** Stands for "nothing seen yet" in the deltas of a first run, which need some token. */
const NOTHING = '0';
const RETAIN = 3;
const LIMIT = 1_000_000;

/** Digest of an object's attributes; neither their order nor that of their values matters. */
function contentOf(object: ConnectorObject): Buffer {
  const rows = object.attributes
    .filter((attribute) => attribute !== object.uid)
    .map(({ name, values }) => [attributeKey(name), values === null ? null : values.map((value) => JSON.stringify(canonicalValue(value))).sort()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(rows)).digest().subarray(0, CONTENT_LENGTH);
}

/** What a run begins with. */
interface Start {
  /** File of the snapshot to compare with; undefined: everything is new. */
  readonly path: string | undefined;
  /** Where its changes are noted, with those a broken off run gave already; undefined without a snapshot. */
  readonly told: ToldChanges | undefined;
}

/** Throws `illegalState` when the token's snapshot is not here (any more). */
async function startOf(store: SnapshotStore, token: SyncToken | null): Promise<Start> {
  const text = token?.value ?? NOTHING;
  if (text === NOTHING) return { path: undefined, told: undefined };
  const place = typeof text === 'string' ? readSnapshotPlace(text) : undefined;
  const path = place === undefined ? undefined : await store.find(place.base);
  if (place !== undefined && path !== undefined) return { path, told: new ToldChanges(store, place) };
  throw new ConnectorError('illegalState', 'The sync token names a snapshot this agent does not have: it was removed, or taken by another agent, under another configuration or with other options. Reconcile, then start again without a token.');
}

/** The state the consumer knows: the snapshot, and what it was told since. */
async function load({ path, told }: Start, limit: number): Promise<{ readonly known: KnownObjects; readonly toldBefore: boolean }> {
  const known = new KnownObjects(limit);
  let toldBefore = false;
  if (path !== undefined) for await (const { uid, content } of readSnapshot(path)) known.add(uid, content);
  for await (const { uid, content } of told?.before() ?? []) {
    toldBefore = true;
    if (content === undefined) known.remove(uid);
    else known.add(uid, content);
  }
  return { known, toldBefore };
}

/** So many objects do not vanish all at once without somebody wanting to know. */
const MANY = 10;

/** What the target did not give counts as deleted; so it has to have given everything. */
function requireWhole(end: SearchResult | undefined, given: number, known: number, objectClass: string): void {
  if (typeof end?.pagedResultsCookie === 'string' && end.pagedResultsCookie !== '') {
    throw new ConnectorError('connectorIo', `The read of ${objectClass} ended with a cookie for more: what is missing in it is not deleted. Run the sync again.`);
  }
  if (end?.totalPagedResultsPolicy === 'EXACT' && end.totalPagedResults > given) {
    throw new ConnectorError('connectorIo', `The target counts ${end.totalPagedResults} objects of ${objectClass} and gave ${given}: what is missing is not deleted. Run the sync again.`);
  }
  if (given === 0 && known >= MANY) {
    throw new ConnectorError('illegalState', `The target gives no ${objectClass} at all, where it had ${known}. If it has really been emptied, reconcile and start again without a token.`);
  }
}

/** Told one by one, it would be an update in every run. */
function doubled(objectClass: string, { value }: Uid): ConnectorError {
  return new ConnectorError('connectorIo', `The target gave two different objects of ${objectClass} with the uid '${value}': its uid attribute is not unique, or the object changed while all were read. Run the sync again.`);
}

/** The token of a change; a first run, which begins with nothing, is repeated as a whole. */
async function noted({ told }: Start, uid: string, content: Buffer | undefined): Promise<SyncToken> {
  return told === undefined ? { value: NOTHING } : told.note(uid, content);
}

/** Creates and updates, as the target gives its objects. Ends with whether there were any. */
async function* present(request: SnapshotRequest, start: Start, known: KnownObjects, draft: SnapshotDraft): AsyncGenerator<SyncDelta, boolean, void> {
  const { objects, signal, objectClass, limit = LIMIT } = request;
  const before = known.size;
  let changed = false;
  let count = 0;
  try {
    let step = await objects.next();
    for (; step.done !== true; step = await objects.next()) {
      signal.throwIfAborted();
      const object = step.value;
      if (++count > limit) throw new ConnectorError('illegalState', `The target holds more than ${limit} objects of ${objectClass}, which is the limit of snapshot sync.`);
      const content = contentOf(object);
      const standing = known.see(object.uid.value, content);
      if (standing === 'doubled') throw doubled(objectClass, object.uid);
      if (standing !== 'again') await draft.add(object.uid.value, content);
      if (standing === 'same' || standing === 'again') {
        request.progress?.();
        continue;
      }
      changed = true;
      yield { kind: standing === 'new' ? 'CREATE' : 'UPDATE', token: await noted(start, object.uid.value, content), uid: object.uid, objectClass, object };
    }
    requireWhole(step.value, count, before, objectClass);
    return changed;
  } finally {
    await objects.return(undefined);
  }
}

/** Uids of the state before: those of the snapshot, and those told since. */
async function* uidsBefore({ path, told }: Start): AsyncGenerator<string, void, void> {
  if (path !== undefined) for await (const { uid } of readSnapshot(path)) yield uid;
  for await (const { uid } of told?.before() ?? []) yield uid;
}

/** Deletes: what was there before and the target no longer gave. */
async function* gone(start: Start, known: KnownObjects, { signal, objectClass, progress }: SnapshotRequest): AsyncGenerator<SyncDelta, boolean, void> {
  let changed = false;
  for await (const uid of uidsBefore(start)) {
    signal.throwIfAborted();
    if (!known.isGone(uid)) {
      progress?.();
      continue;
    }
    changed = true;
    yield { kind: 'DELETE', token: await noted(start, uid, undefined), uid: new Uid(uid), objectClass };
  }
  return changed;
}

/**
 * Changes of a target without change log: its present state against digests of the state at the token. Deletes come last,
 * after the target gave everything. Every delta carries its place in the run, so one that is broken off, by the end of the
 * process too, goes on behind the last change whose token was stored; a first run is repeated as a whole. The new snapshot's
 * token comes at the end, when it is safely on disk. Memory: some 40 bytes an object. Throws `illegalState` for a token whose
 * snapshot is not here.
 */
export async function* snapshotChanges(request: SnapshotRequest): Changes {
  const store = new SnapshotStore(request.stateDirectory, request.objectClass + (request.view ?? ''));
  const start = await startOf(store, request.token);
  const { known, toldBefore } = await load(start, request.limit ?? LIMIT);
  const draft = await store.draft();
  try {
    let changed = yield* present(request, start, known, draft);
    changed = (yield* gone(start, known, request)) || changed || toldBefore;
    if (!changed && start.path !== undefined) return request.token ?? undefined;
    return { value: await draft.commit() };
  } finally {
    await start.told?.close();
    await draft.discard();
    await store.prune(Math.max(2, request.retain ?? RETAIN), start.path);
  }
}

/** Takes a snapshot of now and gives its token, without telling what is in it. */
export async function takeSnapshot(request: Omit<SnapshotRequest, 'token'>): Promise<SyncToken | null> {
  const changes = snapshotChanges({ ...request, token: null });
  for (;;) {
    const step = await changes.next();
    request.progress?.();
    if (step.done === true) return step.value ?? null;
  }
}
