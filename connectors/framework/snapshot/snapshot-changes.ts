import { createHash } from 'node:crypto';
import { ConnectorError, Uid, attributeKey, type ConnectorObject, type SearchResult, type SyncDelta, type SyncToken } from '../../../protocol/model/index.js';
import { canonicalValue } from '../canonical.js';
import type { Changes, Results } from '../spi.js';
import { KnownObjects } from './known-objects.js';
import { CONTENT_LENGTH, readSnapshot } from './snapshot-file.js';
import { SnapshotStore, type SnapshotDraft } from './snapshot-store.js';

export interface SnapshotRequest {
  /** The configuration's own directory (`OpenContext.stateDirectory`). */
  readonly stateDirectory: string;
  readonly objectClass: string;
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

/** Path of the snapshot to compare with; undefined for none. Throws `illegalState` when it is not here (any more). */
async function baseOf(store: SnapshotStore, token: SyncToken | null): Promise<string | undefined> {
  const id = token?.value ?? NOTHING;
  if (id === NOTHING) return undefined;
  const path = typeof id === 'string' ? await store.find(id) : undefined;
  if (path !== undefined) return path;
  throw new ConnectorError('illegalState', 'The sync token names a snapshot this agent does not have: it was removed, or taken by another agent or under another configuration. Reconcile, then start again without a token.');
}

async function load(path: string | undefined, limit: number): Promise<KnownObjects> {
  const known = new KnownObjects(limit);
  if (path !== undefined) for await (const { uid, content } of readSnapshot(path)) known.add(uid, content);
  return known;
}

/** So many objects do not vanish all at once without somebody wanting to know. */
const MANY = 10;

/** What the target did not give counts as deleted; so it has to have given everything. */
function requireWhole(end: SearchResult | undefined, given: number, known: number, objectClass: string): void {
  if (typeof end?.pagedResultsCookie === 'string' && end.pagedResultsCookie !== '') {
    throw new ConnectorError('connectorIo', `The read of ${objectClass} ended with a cookie for more: what is missing in it is not deleted. Run the sync again.`);
  }
  if (given === 0 && known >= MANY) {
    throw new ConnectorError('illegalState', `The target gives no ${objectClass} at all, where it had ${known}. If it has really been emptied, reconcile and start again without a token.`);
  }
}

/** Creates and updates, as the target gives its objects. Ends with whether there were any. */
async function* present(request: SnapshotRequest, known: KnownObjects, draft: SnapshotDraft, token: SyncToken): AsyncGenerator<SyncDelta, boolean, void> {
  const { objects, signal, objectClass, limit = LIMIT } = request;
  let changed = false;
  let count = 0;
  try {
    let step = await objects.next();
    for (; step.done !== true; step = await objects.next()) {
      signal.throwIfAborted();
      const object = step.value;
      if (++count > limit) throw new ConnectorError('illegalState', `The target holds more than ${limit} objects of ${objectClass}, which is the limit of snapshot sync.`);
      const content = contentOf(object);
      await draft.add(object.uid.value, content);
      const standing = known.see(object.uid.value, content);
      if (standing === 'same') {
        request.progress?.();
        continue;
      }
      changed = true;
      yield { kind: standing === 'new' ? 'CREATE' : 'UPDATE', token, uid: object.uid, objectClass, object };
    }
    requireWhole(step.value, count, known.size, objectClass);
    return changed;
  } finally {
    await objects.return(undefined);
  }
}

/** Deletes: what the snapshot before held and the target no longer gave. */
async function* gone(path: string, known: KnownObjects, token: SyncToken, { signal, objectClass, progress }: SnapshotRequest): AsyncGenerator<SyncDelta, boolean, void> {
  let changed = false;
  for await (const { uid } of readSnapshot(path)) {
    signal.throwIfAborted();
    if (!known.isGone(uid)) {
      progress?.();
      continue;
    }
    changed = true;
    yield { kind: 'DELETE', token, uid: new Uid(uid), objectClass };
  }
  return changed;
}

/**
 * Changes of a target without change log: its present state against digests of the state at the token. Deletes come last,
 * after the target gave everything. Every delta carries the token the run began with, so an interrupted run is repeated
 * as a whole; the new token comes at the end, when the new snapshot is safely on disk. Memory: some 40 bytes an object.
 * Throws `illegalState` for a token whose snapshot is not here.
 */
export async function* snapshotChanges(request: SnapshotRequest): Changes {
  const store = new SnapshotStore(request.stateDirectory, request.objectClass);
  const path = await baseOf(store, request.token);
  const known = await load(path, request.limit ?? LIMIT);
  const began = request.token ?? { value: NOTHING };
  const draft = await store.draft();
  try {
    let changed = yield* present(request, known, draft, began);
    if (path !== undefined) changed = (yield* gone(path, known, began, request)) || changed;
    if (!changed && path !== undefined) return began;
    const token = { value: await draft.commit() };
    await store.prune(Math.max(2, request.retain ?? RETAIN));
    return token;
  } finally {
    await draft.discard();
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
